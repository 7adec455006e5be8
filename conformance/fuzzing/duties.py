"""What a portal owes when the reference refuses: the exceptions of the tables `core` and `psc`, for drawn lies too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.refusals import Reason
from conformance.reference import must_refuse
from mock_idp.artefacts import Seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.evidence import Attempt

_ONLY_RECOMMENDED: Final[tuple[Mapping[str, Any], ...]] = (
    # OIDC-CORE 3.1.3.7(5) says SHOULD
    {"name": "azp"},
    # the same issuer, for who normalises addresses (the exception of idt.iss.slash)
    {"kind": "extend-claim", "name": "iss", "suffix": "/"},
    # the portal's own client_id stands in the list, and whom else it trusts is its own affair (idt.aud.many_noazp)
    {"kind": "list-claim", "name": "aud"},
    # what a reader makes of a name that stands twice is left open (RFC 8259 4; uin.sub.dup)
    {"kind": "duplicate-field", "seam": str(Seam.USERINFO)},
)
_ABOUT: Final = {Reason.ISS: "iss", Reason.AUD: "aud", Reason.NONCE: "nonce", Reason.USERINFO_SUB: "sub"}
"""The claim that a refusal is about; lies about another one cannot be what the reference refused."""


def owes_refusal(profile: str, attempt: Attempt, reason: str) -> bool:
    """Tell whether a portal must refuse what it was told.

    Args:
        profile: name of the profile; under ``strict`` there is no exception.
        attempt: the login, with the lies that were told in it.
        reason: code of the reference's refusal, empty when it did not refuse.
    """
    if not must_refuse(profile, reason):
        return False
    return profile == "strict" or any(_obliges(one.deviation, reason) for one in attempt.told)


def _obliges(lie: Mapping[str, Any], reason: str) -> bool:
    if any(exception.items() <= lie.items() for exception in _ONLY_RECOMMENDED):
        return False
    about, name = _ABOUT.get(Reason(reason)), lie.get("name")
    return about is None or name is None or name == about
