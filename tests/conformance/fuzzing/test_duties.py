"""Which lies a portal must refuse, by profile and by what the reference refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.evidence import Told
from conformance.fuzzing.duties import owes_refusal
from conformance.miniatures.refusals import Reason
from mock_idp.artefacts import Seam
from mock_idp.deviations import (
    BreakSignature,
    DuplicateField,
    ExtendClaim,
    ListClaim,
    SetBody,
    SetClaim,
    SetField,
    to_json,
)
from tests.conformance.fuzzing.test_claims import RIGHT, look

AZP, SLASH, LIST = SetClaim("azp", "other"), ExtendClaim("iss", "/"), ListClaim("aud", ["other"])
TWICE = DuplicateField(Seam.USERINFO, "SubjectNameID", "other")


def owed(profile: str, reason: str, *lies: Any) -> bool:
    """Tell whether a portal that was told these lies owes a refusal."""
    attempt = look("lied", RIGHT).attempt
    told = tuple(Told(deviation=to_json(lie), honest=None, told=None) for lie in lies)
    return owes_refusal(profile, replace(attempt, journal=(replace(attempt.journal[0], told=told),)), reason)


@pytest.mark.parametrize(
    ("reason", "lies"),
    [
        (Reason.AUD, [AZP]),
        (Reason.AUD, [LIST]),
        (Reason.AUD, [LIST, AZP]),
        (Reason.AUD, [LIST, SetClaim("acr", "eidas2")]),
        (Reason.ISS, [SLASH]),
        (Reason.ISS, [SLASH, SetClaim("exp", 0)]),
        (Reason.USERINFO_SUB, [TWICE]),
        (Reason.USERINFO_SUB, [DuplicateField(Seam.USERINFO, "sub", "other")]),
    ],
)
@pytest.mark.parametrize("profile", ["core", "psc", "mine"])
def test_the_exceptions_of_the_tables_hold_for_drawn_lies_too(profile: str, reason: str, lies: list[Any]) -> None:
    """Whatever else was told that the refusal is not about; under strict there are none."""
    assert not owed(profile, reason, *lies)
    assert owed("strict", reason, *lies)


@pytest.mark.parametrize(
    ("reason", "lies"),
    [
        (Reason.AUD, [SetClaim("aud", "other")]),
        (Reason.AUD, [SetClaim("aud", "other"), AZP]),
        (Reason.ISS, [ExtendClaim("iss", ".example")]),
        (Reason.ISS, [SLASH, SetClaim("iss", "other")]),
        (Reason.NONCE, [SetClaim("nonce", "other")]),
        (Reason.USERINFO_SUB, [TWICE, SetField(Seam.USERINFO, "sub", "other")]),
        (Reason.USERINFO_SUB, [SetBody(Seam.USERINFO_ANSWER, "{}")]),
    ],
)
@pytest.mark.parametrize("profile", ["core", "psc", "strict"])
def test_what_every_profile_demands(profile: str, reason: str, lies: list[Any]) -> None:
    """An exception that is told beside it excuses nothing."""
    assert owed(profile, reason, *lies)


@pytest.mark.parametrize(
    ("profile", "reason", "owes"),
    [
        ("core", Reason.SIGNATURE, False),
        ("psc", Reason.SIGNATURE, True),
        ("strict", Reason.SIGNATURE, True),
        ("strict", Reason.ACR, False),
        ("strict", "", False),
    ],
)
def test_which_refusals_a_portal_must_share(profile: str, reason: str, *, owes: bool) -> None:
    """Under core the signature may be skipped over TLS; the level is never asked for."""
    assert owes is owed(profile, reason, BreakSignature())
