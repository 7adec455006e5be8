"""What a scenario does in words, why it matters at PSC, and how it is mended in the usual stacks; all of it data.

The tables are TOML files beside this room.  A row names scenarios by pattern (``idt.iss.*``); the most specific wins.
"""

from __future__ import annotations

from conformance.advice.lies import lie_in_words
from conformance.advice.lookup import StackAdvice, Why, in_your_stack, stacks, what_of, why_of
from conformance.advice.rows import AdviceError, Basis

__all__ = [
    "AdviceError",
    "Basis",
    "StackAdvice",
    "Why",
    "in_your_stack",
    "lie_in_words",
    "stacks",
    "what_of",
    "why_of",
]
