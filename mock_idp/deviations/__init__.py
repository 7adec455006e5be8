"""The lies a provider can tell, as values: verbs, how they are applied, and how they travel as JSON."""

from __future__ import annotations

from mock_idp.deviations.apply import Told, deviate
from mock_idp.deviations.odd_shapes import (
    CopyField,
    DuplicateClaim,
    ExtendToken,
    KeepParts,
    ListClaim,
    SetAnswerHeader,
    SetBody,
)
from mock_idp.deviations.respelling import Respell
from mock_idp.deviations.verbs import (
    AlgNone,
    AnswerStatus,
    BreakSignature,
    Delay,
    Deviation,
    DropClaim,
    DropField,
    DropKid,
    DuplicateField,
    ExtendClaim,
    Nth,
    SetClaim,
    SetField,
    SetHeader,
    ShiftTime,
    SignWith,
    Truncate,
)
from mock_idp.deviations.wire import DeviationError, from_json, resolve, to_json

__all__ = [
    "AlgNone",
    "AnswerStatus",
    "BreakSignature",
    "CopyField",
    "Delay",
    "Deviation",
    "DeviationError",
    "DropClaim",
    "DropField",
    "DropKid",
    "DuplicateClaim",
    "DuplicateField",
    "ExtendClaim",
    "ExtendToken",
    "KeepParts",
    "ListClaim",
    "Nth",
    "Respell",
    "SetAnswerHeader",
    "SetBody",
    "SetClaim",
    "SetField",
    "SetHeader",
    "ShiftTime",
    "SignWith",
    "Told",
    "Truncate",
    "deviate",
    "from_json",
    "resolve",
    "to_json",
]
