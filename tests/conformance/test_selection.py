"""Which scenarios apply to a portal, and what a failure that was announced counts as."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from conformance.descriptor import CibaForm, Descriptor, Exempt, Launch, Lookup, Mtls, PortalClock, Probe, ProviderSeat
from conformance.outcome import Verdict
from conformance.scenario import Need
from conformance.selection import known_failure, wanted, why_not, with_known
from conformance.stage import settle_known, skipped
from tests.conformance.test_scenario_card import card

PROBE = Probe(
    url="http://127.0.0.1:9/me",
    anonymous=("401",),
    identity=Lookup(how="json", where="/id"),
    claims=Lookup(how="json", where="/claims"),
    identity_claim="sub",
)
WHOLE = Descriptor(
    name="portail",
    base_url="http://127.0.0.1:9",
    login="http://127.0.0.1:9/login",
    callback="http://127.0.0.1:9/callback",
    logout="http://127.0.0.1:9/logout",
    backchannel_logout="http://127.0.0.1:9/backchannel",
    home="http://127.0.0.1:9/",
    mtls=Mtls(),
    ciba=CibaForm(url="http://127.0.0.1:9/ciba"),
    frontchannel_logout="http://127.0.0.1:9/frame",
    probe=PROBE,
    reset_url="http://127.0.0.1:9/reset",
    clock=PortalClock(post="http://127.0.0.1:9/clock"),
    refresh="http://127.0.0.1:9/refresh",
    provider=ProviderSeat(authority_trusted=True),
)
LAUNCH = Launch(command=("./run.sh",))
LAST = date(2027, 1, 31)
TICKET = Exempt(pattern="idt.made.*", reason="En cours de correction", issue="PORTAIL-12", until=LAST)
ALL_NEEDS = frozenset(Need)


@pytest.mark.parametrize(
    ("patterns", "picked"),
    [
        ((), True),
        (("idt.iss.wrong",), True),
        (("idt.*",), True),
        (("sig.*", "*.wrong"), True),
        (("sig.*",), False),
        (("idt.iss",), False),
        (("IDT.*",), False),
    ],
)
def test_patterns_pick(patterns: tuple[str, ...], picked: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """Nothing named means everything."""
    assert picked is wanted("idt.iss.wrong", patterns)


def test_a_portal_that_has_everything_is_asked_everything() -> None:
    """No reason to leave a scenario out."""
    assert why_not(card(needs=ALL_NEEDS), WHOLE) is None


@pytest.mark.parametrize(
    "portal",
    [
        replace(WHOLE, reset_url="", launch=LAUNCH),
        replace(WHOLE, reset_url="", launch=replace(LAUNCH, restarts=False, reset_url="http://127.0.0.1:9/reset")),
    ],
)
def test_a_portal_that_is_launched_forgets_too(portal: Descriptor) -> None:
    """By being restarted, or at an address."""
    assert why_not(card(needs=frozenset({Need.RESET})), portal) is None


@pytest.mark.parametrize(
    ("needs", "portal", "key"),
    [
        ({Need.LOGOUT}, replace(WHOLE, logout=""), "[portal] logout"),
        ({Need.BACKCHANNEL}, replace(WHOLE, backchannel_logout=""), "[portal] backchannel_logout"),
        ({Need.MTLS}, replace(WHOLE, mtls=None), "[mtls]"),
        ({Need.HOME}, replace(WHOLE, home=""), "[portal] home"),
        ({Need.CIBA}, replace(WHOLE, ciba=None), "[ciba] url"),
        ({Need.CLOCK}, replace(WHOLE, clock=None), "[clock] post, faketime"),
        ({Need.FRONTCHANNEL}, replace(WHOLE, frontchannel_logout=""), "[portal] frontchannel_logout"),
        ({Need.CLAIMS}, replace(WHOLE, probe=replace(PROBE, claims=None)), "[whoami] claims"),
        ({Need.CLAIMS}, replace(WHOLE, probe=None), "[whoami] claims"),
        ({Need.RESET}, replace(WHOLE, reset_url=""), "[reset] post"),
        ({Need.RESET}, replace(WHOLE, reset_url="", launch=replace(LAUNCH, restarts=False)), "[reset] post"),
        ({Need.REFRESH}, replace(WHOLE, refresh=""), "[refresh] url"),
        ({Need.TLS}, replace(WHOLE, provider=ProviderSeat()), "[provider] authority_trusted"),
        (ALL_NEEDS, replace(WHOLE, logout="", probe=None), "[whoami] claims"),
    ],
)
def test_what_a_portal_does_not_have_is_said_by_key(needs: frozenset[Need], portal: Descriptor, key: str) -> None:
    """In both languages."""
    reason = why_not(card(needs=frozenset(needs)), portal)

    assert reason is not None
    assert all(key in text for text in reason)
    assert reason[0] != reason[1]


@pytest.mark.parametrize("need", Need)
def test_every_need_can_be_missing_and_is_said(need: Need) -> None:
    """A need that is added later must be known here."""
    bare = Descriptor(name="portail", base_url=WHOLE.base_url, login=WHOLE.login, callback=WHOLE.callback)

    assert why_not(card(needs=frozenset({need})), bare, frozenset()) is not None
    assert why_not(card(needs=frozenset({need})), bare, frozenset({str(need), "other"})) is None


def test_what_the_descriptor_skips_is_skipped_with_its_reason() -> None:
    """The user's own words, in both languages the same."""
    portal = replace(WHOLE, skip=(Exempt(pattern="idt.made.*", reason="pas chez nous"),))

    assert ("pas chez nous", "pas chez nous") == why_not(card(), portal)
    assert why_not(card(id="sig.made"), portal) is None


def test_a_known_failure_is_found_by_pattern() -> None:
    """And others are not."""
    portal = replace(WHOLE, known=(TICKET,))

    assert TICKET == known_failure(card(), portal)
    assert known_failure(card(id="sig.made"), portal) is None
    assert known_failure(card(), WHOLE) is None


@pytest.mark.parametrize("verdict", Verdict)
def test_without_an_announcement_a_verdict_stands(verdict: Verdict) -> None:
    """Whatever it is."""
    assert verdict is with_known(verdict, None, LAST)


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [
        (Verdict.FAILED, Verdict.SKIPPED),
        (Verdict.PASSED, Verdict.FAILED),
        (Verdict.WARNING, Verdict.WARNING),
        (Verdict.REVIEW, Verdict.REVIEW),
        (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
        (Verdict.SKIPPED, Verdict.SKIPPED),
    ],
)
def test_an_announced_failure_may_fail_and_must_not_pass(verdict: Verdict, counts: Verdict) -> None:
    """So that the list of known failures becomes shorter."""
    assert counts is with_known(verdict, TICKET, LAST)


@pytest.mark.parametrize(("verdict", "counts"), [(Verdict.FAILED, Verdict.FAILED), (Verdict.PASSED, Verdict.FAILED)])
def test_no_failure_is_let_pass_for_ever(verdict: Verdict, counts: Verdict) -> None:
    """From the day after the last one it counts again, and the event says so."""
    after = LAST + timedelta(days=1)
    (last,) = settle_known(({"kind": "verdict", "verdict": verdict.value, "known": None},), TICKET, after)

    assert counts is with_known(verdict, TICKET, after)
    assert (verdict is Verdict.FAILED) == last["known"]["overdue"]


@pytest.mark.parametrize(
    ("verdict", "counts", "unexpected"),
    [("failed", "skipped", False), ("passed", "failed", True), ("warning", "warning", False)],
)
def test_the_verdict_event_says_what_was_announced(verdict: str, counts: str, unexpected: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """The reason, the ticket, and whether it came otherwise; the events before it stay as they are."""
    events = ({"kind": "scenario"}, {"kind": "verdict", "verdict": verdict, "known": None, "outcome": "refused"})
    first, last = settle_known(events, TICKET, LAST)

    assert {"kind": "scenario"} == first
    assert (counts, "refused") == (last["verdict"], last["outcome"])
    note = {"reason": TICKET.reason, "issue": "PORTAIL-12", "until": "2027-01-31", "overdue": False}

    assert note | {"unexpected": unexpected} == last["known"]
    assert verdict == events[1]["verdict"]


def test_without_an_announcement_events_stand() -> None:
    """The very same ones."""
    events = ({"kind": "verdict", "verdict": "failed"},)

    assert events is settle_known(events, None, LAST)


def test_a_scenario_left_out_is_still_told() -> None:
    """Its card, and a verdict that says in both languages why it does not apply."""
    opening, verdict = skipped(card(), ("parce que", "because"))

    assert ("scenario", "verdict") == (opening["kind"], verdict["kind"])
    assert ("skipped", "inconclusive") == (verdict["verdict"], verdict["outcome"])
    assert ("Ne s'applique pas : parce que", "Does not apply: because") == (verdict["seen_fr"], verdict["seen_en"])
