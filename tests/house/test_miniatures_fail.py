"""Every scenario fails on the miniature portal that is said to have the defect it looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.catalogue import Case, catalogue
from conformance.outcome import Outcome, Verdict
from conformance.stage import perform
from tests.house import kill_matrix
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat

CASES = catalogue()


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """One provider for all of them; each portal is new, so that nothing is kept from one to the next."""
    with suite_seat() as seat:
        yield seat


@pytest.mark.integration
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.card.id)
def test_its_miniature_fails(case: Case, seat: Seat) -> None:
    """With the outcome that the kill matrix shows, and not for want of a working login."""
    with lab_with(seat, case.card.caught_by) as lab:
        played = perform(case.card, case.play, lab)
    shown = kill_matrix.rows(kill_matrix.PAGE.read_text(encoding="utf-8"))[str(case.card.caught_by)]

    assert (Verdict.FAILED, played.judgement) == (played.ruling.verdict, played.judgement)
    told = dict(zip(shown[0].split(", "), shown[1].split(", "), strict=True))
    assert played.judgement.outcome == told[f"`{case.card.id}`"], "run 'make kill-matrix'"
    assert Outcome.POISONED is not played.judgement.outcome
