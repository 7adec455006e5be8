"""P3 and P6 against our own provider's form: what is typed minus its spaces is who logs in, sign by sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.evidence import Identified
from conformance.families import SHAPES, Family
from conformance.fuzzing.identifiers import SPACES
from conformance.page import Page
from tests.conformance.fuzzing.conftest import standing_on

if TYPE_CHECKING:
    from conformance.cli.seat import Seat

HOSTILE = ("/;*/", "/A&amp;B", "/%2F%20%00", "/a+b c".replace(" ", ""), "/\"'<>\\", "/é=?#..")


@pytest.mark.integration
@pytest.mark.parametrize(("family", "tail"), [*SHAPES, *((Family.FINESS, tail) for tail in HOSTILE)])
def test_what_is_typed_with_spaces_logs_the_right_person_in(fuzz_seat: Seat, family: Family, tail: str) -> None:
    """Every real shape, and signs that forms trip over, with a space of another kind at each third sign."""
    with standing_on(fuzz_seat, None) as ground:
        (person,) = ground.named(family, lambda own: [own + tail])
        typed = "".join(
            sign + (SPACES[at % len(SPACES)] if at % 3 == 0 else "") for at, sign in enumerate(person.idnat)
        )
        visit = ground.visit(person)
        request = visit.begin()
        assert request is not None
        page = visit.desk.arrive(request)
        assert isinstance(page, Page)
        visit.response = visit.desk.approve_here(visit.desk.identify(page, typed))
        visit.deliver()
        who = visit.who()

    # the reference for what a portal must take is ASCII: a name beyond it may be refused by the portal, not changed
    expected = [person.idnat] if person.idnat.isascii() else []
    assert expected == ([who.identity] if isinstance(who, Identified) else [])
