"""Setting a portal's clock: by an address, by libfaketime's file, and back to real time whatever happens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.described import PortalClock
from conformance.evidence import Anonymous, Identified
from conformance.miniatures.server import free_port
from conformance.portal_clock import ClockFailed, set_clock, time_passing
from conformance.trial import Trial
from tests.conformance.sites import running
from tests.conformance.test_scenario_card import card
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.visit import Lab


@pytest.mark.integration
def test_an_address_is_told_the_seconds() -> None:
    """As a form; 0 is real time."""
    with running() as site:
        site.answer("/clock", 204)
        set_clock(PortalClock(post=site.url("/clock"), field="ahead"), 1860)
        set_clock(PortalClock(post=site.url("/clock"), field="ahead"), 0)

    assert [("POST", "ahead=1860"), ("POST", "ahead=0")] == [(method, body) for method, _, _, body in site.seen]


@pytest.mark.integration
@pytest.mark.parametrize("status", [200, 204, 302, 404, 500])
def test_only_2xx_says_that_it_was_done(status: int) -> None:
    """A clock that was not set would make every verdict after it a guess."""
    with running() as site:
        site.answer("/clock", status, Location="/elsewhere")
        clock = PortalClock(post=site.url("/clock"))
        if status < 300:
            set_clock(clock, 60)
            return
        with pytest.raises(ClockFailed, match=rf"\[clock\] post: .* answers {status}; it must be 2xx"):
            set_clock(clock, 60)


@pytest.mark.integration
def test_an_address_that_does_not_answer_is_told_as_such() -> None:
    """There is no status to speak of."""
    with pytest.raises(ClockFailed, match=r"\[clock\] post: .* does not answer \(unreachable\); see whether"):
        set_clock(PortalClock(post=f"http://127.0.0.1:{free_port()}/clock"), 60)


def test_libfaketimes_file_is_written(tmp_path: Path) -> None:
    """With a sign: without one it would be a moment, not a distance."""
    file = tmp_path / "faketime"
    set_clock(PortalClock(faketime=str(file)), 14700)

    assert "+14700\n" == file.read_text(encoding="ascii")
    set_clock(PortalClock(faketime=str(file)), 0)
    assert "+0\n" == file.read_text(encoding="ascii")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With the remedy, in French as well."""
    with pytest.raises(ClockFailed, match=r"\[clock\] faketime: .* cannot be written") as said:
        set_clock(PortalClock(faketime=str(tmp_path / "nowhere" / "file")), 60)

    assert "ne s'écrit pas" in said.value.fr


def _fail_an_hour_later(lab: Lab) -> None:
    with time_passing(lab) as ahead:
        ahead(3600)
        raise ZeroDivisionError


@pytest.mark.integration
def test_both_clocks_go_ahead_and_come_back() -> None:
    """The person is there after twenty minutes and gone after four hours; then everything is as before."""
    with suite_seat() as seat, lab_with(seat) as lab:
        trial = Trial(card(), lab)
        visit = trial.visit(honest=True)
        visit.log_in()
        with time_passing(lab) as ahead:
            ahead(1200)
            soon, moved = visit.who(), seat.provider.clock.offset.total_seconds()
            ahead(14_700)
            late = visit.who()
        with pytest.raises(ZeroDivisionError):
            _fail_an_hour_later(lab)
        visit.log_in()

        assert isinstance(soon, Identified)
        assert 1200 == moved
        assert isinstance(late, Anonymous)
        assert 0 == seat.provider.clock.offset.total_seconds()
        assert isinstance(visit.who(), Identified)
        trial.close()


@pytest.mark.integration
def test_without_a_table_no_clock_is_set() -> None:
    """The provider's stays as it is, too."""
    with suite_seat() as seat, lab_with(seat) as lab:
        lab.described = replace(lab.described, clock=None)
        with pytest.raises(ClockFailed, match=r"\[clock\]: missing"), time_passing(lab):
            raise AssertionError
