"""Portals that are correct in another way: whatever scenario is played on them, none fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.catalogue import Case, catalogue
from conformance.miniatures.equivalents import EQUIVALENTS
from conformance.outcome import Verdict
from conformance.stage import perform
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat

# What each way of being correct could be mistaken for, beside one scenario of every folder.
CLOSE_TO = {
    "in_english": ("rsp.error.access_denied", "lgt.rp.state.wrong"),
    "secret_in_body": ("tok.auth.single", "tok.once", "sig.hs.clientsecret", "met.redirect", "rft.use"),
    "userinfo_by_post": ("uin.bearer", "uin.sub.mismatch", "uin.401", "uin.jwt.valid", "met.fetch", "rft.rotated"),
    "claims_first": ("sig.broken", "sig.none", "idt.iss.wrong", "idt.notjwt"),
    "hexadecimal": ("req.state", "req.nonce", "req.nonce.derived", "idt.nonce.array"),
    "keys_every_time": ("sig.kid.array", "sig.jku", "key.nokid.single", "key.flood", "key.rotate", "key.down"),
    "refuses_with_200": (
        "idt.aud.wrong",
        "rsp.error.login_required",
        "uin.html",
        "ses.frame",
        "met.down",
        "rft.idt.iss",
    ),
    "asks_to_prompt": ("req.acr", "req.scope", "lgt.relogin"),
    "exact_clock": ("idt.exp.past", "idt.iat.future", "idt.exp.float", "uin.expired.short"),
    "lenient_where_allowed": ("idt.acr.absent", "idt.exp.past", "idt.iat.future"),
}


def cases_for(name: str) -> tuple[Case, ...]:
    """Return the scenarios that are played on one of them."""
    cases = catalogue()
    first = {case.path.parent: case for case in reversed(cases)}
    return tuple(case for case in cases if case.card.id in CLOSE_TO[name] or case is first[case.path.parent])


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """One provider for all of them."""
    with suite_seat() as seat:
        yield seat


def test_there_are_ten_and_each_is_looked_at_where_it_differs() -> None:
    """With a sentence in each language, and scenarios that exist."""
    known = {case.card.id for case in catalogue()}

    assert set(CLOSE_TO) == set(EQUIVALENTS)
    assert len(EQUIVALENTS) >= 10
    assert set() == {one for ids in CLOSE_TO.values() for one in ids} - known
    assert all(one.title_fr != one.title_en for one in EQUIVALENTS.values())


@pytest.mark.integration
@pytest.mark.parametrize("name", sorted(EQUIVALENTS))
def test_another_way_to_be_correct_fails_nothing(seat: Seat, name: str) -> None:
    """A scenario that failed here would demand more than its clause."""
    with lab_with(seat, change=EQUIVALENTS[name].change) as lab:
        seen = {case.card.id: perform(case.card, case.play, lab).ruling.verdict for case in cases_for(name)}

    assert {} == {scenario: verdict for scenario, verdict in seen.items() if verdict is not Verdict.PASSED}
