"""Scenarios in a real browser: verdicts as with the plain driver, on a correct portal and on one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.catalogue import catalogue, select
from conformance.miniatures.defects import Defect
from conformance.miniatures.server import portal_toml
from conformance.outcome import Verdict
from conformance.stage import perform
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat
    from conformance.visit import Lab

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.requires("chromium", "playwright")]

IN_CHROMIUM = portal_toml("{base}") + '\n[driver]\nname = "playwright"\n'


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider for all tests of this file."""
    with suite_seat() as one:
        yield one


def verdicts(lab: Lab, *patterns: str) -> dict[str, Verdict]:
    """Play scenarios and return how each ended."""
    return {case.card.id: perform(case.card, case.play, lab).ruling.verdict for case in select(catalogue(), patterns)}


def test_the_correct_portal_passes(seat: Seat) -> None:
    """A lie in the response, one in userinfo, logout with the old cookies, and the same answer twice."""
    ids = ("rsp.state.wrong", "uin.sub.mismatch", "lgt.session", "tok.once")
    with lab_with(seat, toml=IN_CHROMIUM) as lab:
        assert dict.fromkeys(ids, Verdict.PASSED) == verdicts(lab, *ids)


@pytest.mark.parametrize(
    ("defect", "scenario"),
    [
        (Defect.NEVER_COMPARES_USERINFO_SUB, "uin.sub.mismatch"),
        (Defect.KEEPS_SESSION_AFTER_LOGOUT, "lgt.session"),
    ],
)
def test_a_defect_is_found(seat: Seat, defect: Defect, scenario: str) -> None:
    """What is wrong is wrong in a real browser too."""
    with lab_with(seat, defect, toml=IN_CHROMIUM) as lab:
        assert {scenario: Verdict.FAILED} == verdicts(lab, scenario)
