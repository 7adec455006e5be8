"""``python -m conformance.cli``, the same as the command ``psc-conformance``."""

from __future__ import annotations

import sys

from conformance.cli.command import main

sys.exit(main())
