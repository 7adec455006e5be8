"""Evidence to judge, built from a few words: people, lies, journals, landings and logins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.evidence import Anonymous, Attempt, Evidence, Finding, Identified, Landing, Role, Seen, Somebody, Told

if TYPE_CHECKING:
    from conformance.evidence import Whoami


def somebody(number: int) -> Somebody:
    """Return one fictional person; no two numbers share a claim."""
    idnat = f"89979900{number:04d}"
    claims = {
        "SubjectNameID": idnat,
        "sub": f"f:sub-of:{idnat}",
        "preferred_username": idnat,
        "family_name": f"FICTIF{number:05d}",
        "given_name": "SIMONE",
    }
    return Somebody(idnat=idnat, identity=idnat, claims=claims)


PERSON, VICTIM, STRANGER = somebody(1), somebody(2), somebody(3)


def named(person: Somebody, **more: Any) -> Identified:
    """Return the answer of a who-am-I page that names somebody."""
    return Identified(identity=person.identity, **more)


def lie(seam: str, kind: str = "set-claim", **more: Any) -> Told:
    """Return a lie that was told at a seam."""
    return Told(deviation={"kind": kind, "seam": seam, **more}, honest={"iss": "right"}, told={"iss": "wrong"})


def nth(occurrence: int, inner: Told) -> Told:
    """Return the same lie, told the n-th time only."""
    wrapped = {"kind": "nth", "occurrence": occurrence, "deviation": inner.deviation}
    return Told(deviation=wrapped, honest=inner.honest, told=inner.told)


def seen(seq: int, endpoint: str, *told: Told, channel: str = "back") -> Seen:
    """Return one entry of the provider's journal."""
    url = f"http://127.0.0.1:9/{endpoint}"
    return Seen(
        seq=seq, at=float(seq), channel=channel, endpoint=endpoint, method="POST", url=url, status=200, told=told
    )


def honest_journal(first: int = 1) -> tuple[Seen, ...]:
    """Return what the provider sees of an honest login."""
    return (seen(first, "authorize", channel="front"), seen(first + 1, "token"), seen(first + 2, "userinfo"))


LANDED = Landing(place="http://127.0.0.1:9/", status=200)
PAGE_OF_REFUSAL = Landing(place="http://127.0.0.1:9/callback", status=400, alert="id-token")
CRASHED = Landing(place="http://127.0.0.1:9/callback", status=500)
SILENT = Landing(place="http://127.0.0.1:9/callback", trouble="timeout")
ROUND = Landing(place="http://127.0.0.1:9/callback", status=302, loop=True)


def control(role: Role = Role.BEFORE, *, number: int = 10, whoami: Whoami | None = None, **more: Any) -> Attempt:
    """Return an honest login, which worked unless something else is said."""
    person = somebody(number)
    values = {"landing": LANDED, "journal": honest_journal(1000 * number), **more}
    return Attempt(role=role, person=person, whoami=whoami or named(person), **values)


def tried(whoami: Whoami | None = None, *, person: Somebody = PERSON, **more: Any) -> Attempt:
    """Return the case itself; by default an ID token lied, and the portal stayed anonymous with an orderly page."""
    values = {
        "landing": PAGE_OF_REFUSAL,
        "journal": (seen(1, "authorize", channel="front"), seen(2, "token", lie("id-token"))),
        **more,
    }
    return Attempt(role=Role.TRIED, person=person, whoami=whoami or Anonymous(), **values)


def evidence(*cases: Attempt, before: Any = None, after: Any = None, **more: Any) -> Evidence:
    """Return the evidence of a scenario: these cases between two honest logins that worked, one lie armed for each.

    Args:
        cases: logins of the case itself.
        before: honest logins in place of the one that worked.
        after: the same behind the case.
        **more: other members of the evidence.
    """
    first = _controls(control() if before is None else before, Role.BEFORE)
    last = _controls(control(number=11) if after is None else after, Role.AFTER)
    return Evidence(attempts=(*first, *cases, *last), **{"armed": len(cases), **more})


def _controls(given: Attempt | tuple[Attempt, ...], role: Role) -> tuple[Attempt, ...]:
    return tuple(replace(one, role=role) for one in ((given,) if isinstance(given, Attempt) else given))


def finding(*, kept: bool) -> Finding:
    """Return something a scenario looked at itself."""
    return Finding(kept=kept, fr="vu", en="seen")
