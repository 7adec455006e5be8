"""What a lie may mention although its scenario is older than the people in it, by the name in its braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.evidence import Somebody
    from mock_idp.artefacts import Json

FULL_WIDTH: Final = {ord("0") + digit: ord("\N{FULLWIDTH DIGIT ZERO}") + digit for digit in range(10)}
"""ASCII digits to the full-width ones of East Asian texts, which compatibility folding turns back (UAX 15)."""

MOVED: Final = "adresse=nouvelle"
"""Query of an endpoint that has moved; the address of an endpoint may have one (RFC 6749 3.2)."""

_REALM_OF_SUB: Final = re.compile(r"^f:[^:]*:")


def said_of(person: Somebody) -> Iterator[tuple[str, Json]]:
    """Return what can be said of a person: the idnat, an e-mail address of their own, every claim, and near misses."""
    yield "idnat", person.idnat
    yield "idnat.full_width", person.idnat.translate(FULL_WIDTH)
    yield "email", f"{re.sub('[^A-Za-z0-9]', '-', person.idnat)}@exemple.example"
    for name, value in person.claims.items():
        yield name, str(value)
    sub = str(person.claims.get("sub", ""))
    yield "sub.upper", sub.upper()
    yield "sub.elsewhere", _REALM_OF_SUB.sub("f:00000000-0000-4000-8000-000000000000:", sub)


def known_facts(issuer: str, person: Somebody) -> dict[str, Json]:
    """Return what is known once the person of a scenario has been drawn.

    Args:
        issuer: the provider's.
        person: who logs in.
    """
    scheme, _, rest = issuer.partition("://")
    facts: Mapping[str, Json] = {
        "issuer": issuer,
        "issuer.upper": issuer.upper(),
        "endpoint.token.moved": f"{issuer}/protocol/openid-connect/token?{MOVED}",
        "endpoint.userinfo.moved": f"{issuer}/protocol/openid-connect/userinfo?{MOVED}",
        "issuer.other_scheme": f"{'http' if scheme == 'https' else 'https'}://{rest}",
    }
    return {**facts, **{f"person.{name}": value for name, value in said_of(person)}}
