"""What a portal shows of somebody's practice, as far as userinfo tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.miniatures.slips import Slips


def situation(claims: dict[str, Any], slips: Slips) -> str | None:
    """Return the code of the first profession; somebody in training, for instance, may have none."""
    try:
        code = str(claims["SubjectRefPro"]["exercices"][0]["codeProfession"])
    except (KeyError, IndexError, TypeError):
        return None
    return slips.profession(code)


def structure(claims: dict[str, Any], slips: Slips) -> tuple[str, str] | None:
    """Return role and name of the structure of the first activity, which belong together."""
    try:
        activities = claims["SubjectRefPro"]["exercices"][0]["activities"]
        return str(activities[0]["codeRole"]), str(slips.place(activities)["raisonSocialeSite"])
    except (KeyError, IndexError, TypeError):
        return None
