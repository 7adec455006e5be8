"""Visits, trials and whole scenarios, against a real provider and a real portal: armed, told, seen and judged."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from conformance.control import ControlFailed
from conformance.evidence import Anonymous, Identified, Role
from conformance.judge import Reason
from conformance.lab import first_login
from conformance.miniatures.defects import Defect
from conformance.miniatures.server import free_port
from conformance.outcome import Expected, Outcome, Verdict
from conformance.stage import perform
from conformance.toml_reader import DescriptorError
from conformance.trial import Trial
from conformance.visit import Visit
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, BreakSignature, DropField, Nth, SetClaim, SetField, SetHeader
from tests.conformance.test_scenario_card import card
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat
    from conformance.visit import Lab

pytestmark = pytest.mark.integration

WITHOUT_PROBE = """
[portal]
name = "sans page qui suis-je"
base_url = "{base}"
login = "/login"
logout = "/logout"
"""
UNKNOWN_KID = SetHeader("kid", "no-such-key")
ISS = SetClaim("iss", "https://autre.example")


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """One provider for the correct portal."""
    with suite_seat() as seat:
        yield seat


@pytest.fixture(scope="module")
def lab(seat: Seat) -> Iterator[Lab]:
    """The correct portal."""
    with lab_with(seat) as lab:
        yield lab


def log_in(trial: Trial) -> None:
    """Do what most scenarios do."""
    trial.log_in()


def outcome(lab: Lab, play: Any = log_in, **members: Any) -> tuple[Outcome, Reason]:
    """Return what happened in a made-up scenario."""
    found = perform(card(**members), play, lab).judgement
    return found.outcome, found.reason


# -- one visit


def test_a_visit_goes_step_by_step(lab: Lab) -> None:
    """Each step shows in what it leaves: request, response, page, session, journal."""
    trial = Trial(card(), lab)
    visit = trial.visit()

    assert (None, None, None) == (visit.request, visit.response, visit.page)
    assert Anonymous() == visit.who()

    request = visit.begin()

    assert request is not None
    assert "code" == request.get("response_type")
    assert () == visit.journal()

    response = visit.approve()

    assert response is not None
    assert request.get("state") == response.get("state")
    assert "authorize" == visit.journal()[0].endpoint
    assert Anonymous() == visit.who()

    page = visit.deliver()
    who = visit.who()

    assert page is not None
    assert 200 == page.status
    assert isinstance(who, Identified)
    assert trial.person.identity == who.identity
    assert {"token", "userinfo"} <= {seen.endpoint for seen in visit.journal()}


def test_who_was_there_before_is_not_who_is_there_now(lab: Lab) -> None:
    """Somebody looked before the answer was delivered; the evidence holds the look behind it."""
    visit = Trial(card(), lab).visit(honest=True)
    visit.begin()
    visit.approve()
    visit.who()
    visit.deliver()

    assert isinstance(visit.attempt().whoami, Identified)

    visit.log_out()

    assert isinstance(visit.attempt().whoami, Anonymous)


def test_a_login_that_was_given_up_has_an_error_and_no_code(lab: Lab) -> None:
    """The provider says ``access_denied``."""
    visit = Trial(card(), lab).visit()
    visit.begin()
    response = visit.decline()

    assert response is not None
    assert ("access_denied", None) == (response.get("error"), response.get("code"))


@pytest.mark.parametrize("step", ["approve", "decline", "deliver"])
def test_a_step_that_cannot_follow_does_nothing(lab: Lab, step: str) -> None:
    """Nothing was begun; the attempt says so."""
    visit = Trial(card(), lab).visit(honest=True)

    assert getattr(visit, step)() is None
    assert not visit.attempt().started
    assert visit.attempt().landing is None


def test_another_answer_can_be_delivered(lab: Lab) -> None:
    """The scenario alters it; the correct portal refuses it, and the code stays unused."""
    visit = Trial(card(), lab).visit(honest=True)
    visit.begin()
    response = visit.approve()

    assert response is not None

    visit.deliver(response.having("state", "another"))
    attempt = visit.attempt()

    assert Anonymous() == attempt.whoami
    assert () == attempt.calls("token")
    assert attempt.landing is not None
    assert 400 <= attempt.landing.status < 500


def test_a_page_is_kept_without_the_secrets_on_it(lab: Lab) -> None:
    """A portal that prints the address it was called with prints a code."""
    visit = Trial(card(), lab).visit(honest=True)
    visit.log_in()
    code = dict(visit.response.pairs)["code"] if visit.response else ""
    visit.attempt()

    assert code
    assert code not in lab.masks.text(f"called with code={code}")


# -- one trial


def test_people_are_fresh(lab: Lab) -> None:
    """The person stays the same within a trial, and is another one in the next; the victim is somebody else."""
    first, second = Trial(card(), lab), Trial(card(), lab)

    assert first.person is first.person
    assert first.victim is first.victim
    assert 4 == len({first.person.idnat, first.victim.idnat, second.person.idnat, second.victim.idnat})


def test_a_victim_is_drawn_when_a_lie_names_them(lab: Lab) -> None:
    """Otherwise there is none, and nobody can be taken for them."""
    without, with_one = (
        Trial(card(deviations=(ISS,)), lab),
        Trial(card(deviations=(SetClaim("sub", "{victim.sub}"),)), lab),
    )
    without.visit()
    visit = with_one.visit()
    visit.log_in()

    assert without.evidence().victim is None
    assert with_one.evidence().victim is not None
    assert {"sub": with_one.victim.claims["sub"]} == with_one.conclude(visit).told[0].told


def test_lies_are_filled_in_for_the_one_who_logs_in(lab: Lab) -> None:
    """Also when that is somebody else than the scenario's own person."""
    trial = Trial(card(deviations=(SetClaim("told", "{person.idnat}"),)), lab)
    somebody = trial.draw("medecin-liberal")
    visit = trial.visit(somebody)
    visit.log_in()

    assert {"told": somebody.idnat} == trial.conclude(visit).told[0].told


def test_only_what_was_armed_counts(lab: Lab) -> None:
    """Honest visits and honest controls arm nothing."""
    trial = Trial(card(deviations=(ISS, SetClaim("aud", "x"))), lab)
    trial.control(Role.BEFORE)
    trial.visit(honest=True)

    assert 0 == trial.evidence().armed

    trial.visit()
    trial.visit()

    assert 4 == trial.evidence().armed


def test_requests_are_begun_and_no_more(lab: Lab) -> None:
    """In browsers of their own, with nothing armed."""
    trial = Trial(card(deviations=(ISS,)), lab)
    requests = trial.requests(3)

    assert 3 == len({request.get("state") for request in requests})
    assert (0, ()) == (trial.evidence().armed, trial.evidence().attempts)


# -- a whole scenario


@pytest.mark.parametrize(
    ("deviations", "expected", "found"),
    [
        ((ISS,), Expected.REFUSED, (Outcome.REFUSED, Reason.STAYED_ANONYMOUS)),
        ((BreakSignature(),), Expected.REFUSED, (Outcome.REFUSED, Reason.STAYED_ANONYMOUS)),
        ((SetClaim("unknown", "x"),), Expected.ACCEPTED, (Outcome.ACCEPTED_HARMLESS, Reason.RIGHT_PERSON)),
        ((SetClaim("unknown", "x"),), Expected.REFUSED, (Outcome.ACCEPTED_HARMLESS, Reason.UNNOTICED)),
        ((DropField(Seam.USERINFO, "no_such_field"),), Expected.REFUSED, (Outcome.INCONCLUSIVE, Reason.NOT_TOLD)),
        ((ISS, DropField(Seam.USERINFO, "sub")), Expected.REFUSED, (Outcome.INCONCLUSIVE, Reason.NOT_TOLD)),
        ((Nth(1, ISS),), Expected.REFUSED, (Outcome.REFUSED, Reason.STAYED_ANONYMOUS)),
        ((Nth(2, ISS),), Expected.REFUSED, (Outcome.INCONCLUSIVE, Reason.NOT_TOLD)),
        ((AnswerStatus(Seam.TOKEN_ANSWER, 503),), Expected.EITHER, (Outcome.BROKE, Reason.SERVER_ERROR)),
        ((), Expected.ACCEPTED, (Outcome.ACCEPTED_HARMLESS, Reason.RIGHT_PERSON)),
    ],
)
def test_what_the_correct_portal_makes_of_lies(
    lab: Lab, deviations: tuple[Any, ...], expected: Expected, found: tuple[Outcome, Reason]
) -> None:
    """Told, not told, told the n-th time, harmless."""
    assert found == outcome(lab, deviations=deviations, expected=expected)


def test_a_scenario_that_does_nothing_says_nothing(lab: Lab) -> None:
    """Neither does one that forgets to look."""
    assert (Outcome.INCONCLUSIVE, Reason.NOTHING_TRIED) == outcome(lab, lambda _: None)
    assert (Outcome.INCONCLUSIVE, Reason.NOTHING_TRIED) == outcome(lab, lambda trial: trial.visit().log_in())


def test_a_performance_tells_everything_in_order(lab: Lab) -> None:
    """Card first, verdict last, three logins between; every honest login is somebody else."""
    played = perform(card(deviations=(ISS,)), log_in, lab)
    verdict = played.events[-1]

    assert ("scenario", "verdict") == (played.events[0]["kind"], verdict["kind"])
    assert ["before", "tried", "after"] == [one["role"] for one in verdict["attempts"]]
    assert 3 == len({one["person"] for one in verdict["attempts"]})
    assert ["identified", "anonymous", "identified"] == [one["whoami"] for one in verdict["attempts"]]
    assert [1, 2, 3] == sorted({event["login"] for event in played.events if event["kind"] == "hop"})
    assert 1 == sum(bool(event["told"]) for event in played.events if event["kind"] == "hop")
    assert "{" not in json.dumps([verdict["seen_fr"], verdict["seen_en"], verdict["expected_fr"]])


def test_the_lies_of_one_login_do_not_reach_another(lab: Lab) -> None:
    """Somebody else logs in while they are armed and told."""

    def play(trial: Trial) -> None:
        liar, honest = trial.visit(), trial.visit(trial.draw("medecin-liberal"), honest=True)
        liar.begin()
        honest.log_in()
        liar.approve()
        liar.deliver()
        trial.conclude(liar)
        fair = trial.conclude(honest)

        assert isinstance(fair.whoami, Identified)
        assert () == fair.told

    played = perform(card(deviations=(ISS,)), play, lab)

    assert [Anonymous(), True] == [
        played.evidence.of(Role.TRIED)[0].whoami,
        isinstance(played.evidence.of(Role.TRIED)[1].whoami, Identified),
    ]


def test_a_miniature_is_fooled(seat: Seat) -> None:
    """Named with the victim's identity, and the reason has it."""
    lies = tuple(SetField(Seam.USERINFO, name, f"{{victim.{name}}}") for name in ("sub", "SubjectNameID"))
    with lab_with(seat, Defect.NEVER_COMPARES_USERINFO_SUB) as lab:
        played = perform(card(deviations=lies), log_in, lab)
    victim = played.evidence.victim

    assert victim is not None
    assert (Outcome.FOOLED, Reason.VICTIM_NAMED) == (played.judgement.outcome, played.judgement.reason)
    assert Verdict.FAILED is played.ruling.verdict
    assert victim.identity in played.events[-1]["seen_fr"]


def test_a_request_of_a_shared_browser_is_told_once(lab: Lab) -> None:
    """Two logins in one browser: each request belongs to the login that was begun last."""

    def play(trial: Trial) -> None:
        first = trial.visit()
        first.log_in()
        second = trial.visit(browser=first.browser)
        second.log_in()
        trial.conclude(second)

    played = perform(card(), play, lab)
    hops = [(event["login"], event["url"]) for event in played.events if event["kind"] == "hop"]
    callbacks = [login for login, url in hops if "/callback?" in url]

    assert [1, 2, 3, 4] == sorted(callbacks)
    assert [1, 2, 3, 4] == sorted(login for login, url in hops if url.endswith("/login"))


# -- without a who-am-I page


@pytest.fixture(scope="module")
def blind(seat: Seat) -> Iterator[Lab]:
    """The correct portal, described without its who-am-I page."""
    with lab_with(seat, toml=WITHOUT_PROBE) as lab:
        yield lab


@pytest.mark.parametrize(
    ("deviations", "expected", "found"),
    [
        ((ISS,), Expected.REFUSED, (Outcome.REFUSED, Reason.WENT_NO_FURTHER)),
        (
            (SetField(Seam.AUTHORIZATION_RESPONSE, "state", "x"),),
            Expected.REFUSED,
            (Outcome.REFUSED, Reason.WENT_NO_FURTHER),
        ),
        ((SetClaim("unknown", "x"),), Expected.REFUSED, (Outcome.CONTINUED, Reason.WENT_ON)),
        ((SetClaim("unknown", "x"),), Expected.ACCEPTED, (Outcome.INCONCLUSIVE, Reason.NO_PROBE)),
        ((SetField(Seam.USERINFO, "sub", "x"),), Expected.REFUSED, (Outcome.INCONCLUSIVE, Reason.NO_PROBE)),
    ],
)
def test_without_a_probe_less_is_known(
    blind: Lab, deviations: tuple[Any, ...], expected: Expected, found: tuple[Outcome, Reason]
) -> None:
    """Silence where an honest login speaks is a refusal; a lie in the last answer is not judged."""
    assert first_login(blind) is None
    assert found == outcome(blind, deviations=deviations, expected=expected)


# -- nobody there


def test_the_first_login_tells_what_is_wrong(lab: Lab) -> None:
    """By a stable word, or as a mistake in the descriptor."""
    assert first_login(lab) is None

    with pytest.raises(
        DescriptorError, match=r"\[whoami\] identity_claim: 'Nobody' is no claim of userinfo; known are"
    ):
        first_login(dataclasses.replace(lab, identity_claim="Nobody"))


def test_naming_people_by_another_claim_is_somebody_else(lab: Lab) -> None:
    """The descriptor says sub, the portal says idNat."""
    assert Reason.STRANGER_NAMED == first_login(dataclasses.replace(lab, identity_claim="sub"))


def test_a_portal_that_is_down_never_starts() -> None:
    """And a scenario against it is inconclusive, its function never called."""
    called: list[Trial] = []
    down = f'[portal]\nname = "p"\nbase_url = "http://127.0.0.1:{free_port()}"\nlogin = "/login"\n'
    probe = '[whoami]\nurl = "/me"\nidentity = { json = "/id" }\n'
    with suite_seat() as seat, lab_with(seat, toml=down + probe) as lab:
        trouble = first_login(lab)
        played = perform(card(), called.append, lab)

    assert Reason.NOT_STARTED == trouble
    assert (Outcome.INCONCLUSIVE, Reason.CONTROL_FAILED) == (played.judgement.outcome, played.judgement.reason)
    assert [] == called
    assert "not-started" in played.events[-1]["seen_en"]


def test_a_provider_that_goes_away_is_not_the_portals_fault() -> None:
    """It is an error, and no verdict."""

    def play(trial: Trial) -> None:
        trial.lab.control.url = f"http://127.0.0.1:{free_port()}"

    with suite_seat() as seat, lab_with(seat) as lab, pytest.raises(ControlFailed, match="nothing answers at"):
        perform(card(), play, lab)


def test_a_visit_of_nobody_in_particular_is_repeatable(lab: Lab) -> None:
    """The same person logs in twice, with tokens of their own."""
    trial = Trial(card(), lab)
    tokens = [lab.control.arm(()) for _ in range(2)]
    visits = [Visit(lab, trial.person, token) for token in tokens]
    for visit in visits:
        visit.log_in()

    assert [trial.person.identity] * 2 == [getattr(visit.who(), "identity", None) for visit in visits]


# -- lies for everybody


@pytest.mark.parametrize(
    "deviations",
    [
        (SetField(Seam.DISCOVERY, "issuer", "https://autre.example"),),
        (SetField(Seam.KEY_SET, "keys", []), UNKNOWN_KID),
    ],
    ids=["discovery", "key set"],
)
def test_a_lie_for_everybody_is_told_counted_and_withdrawn(lab: Lab, deviations: tuple[Any, ...]) -> None:
    """The correct portal refuses, and the honest login behind it meets an honest provider."""
    played = perform(card(deviations=deviations), log_in, lab)

    assert (Outcome.REFUSED, Reason.STAYED_ANONYMOUS) == (played.judgement.outcome, played.judgement.reason)
    assert len(deviations) == len(played.evidence.told)
    assert first_login(lab) is None


def test_lies_for_everybody_and_for_one_login_are_told_together(lab: Lab) -> None:
    """A key set without the key, and a token whose key the portal looks for there."""
    lies = (UNKNOWN_KID, SetField(Seam.KEY_SET, "keys", []))
    played = perform(card(deviations=lies), log_in, lab)

    assert 2 == played.evidence.armed == len(played.evidence.told)
    assert Outcome.REFUSED is played.judgement.outcome


def test_two_visits_under_a_lie_for_everybody_arm_it_once(lab: Lab) -> None:
    """It holds for both of them."""

    def play(trial: Trial) -> None:
        trial.log_in()
        trial.log_in()

    played = perform(card(deviations=(SetField(Seam.KEY_SET, "keys", []), UNKNOWN_KID)), play, lab)

    assert 3 == played.evidence.armed == len(played.evidence.told)
    assert Outcome.REFUSED is played.judgement.outcome


def test_a_scenario_that_breaks_off_withdraws_its_lies_all_the_same(lab: Lab) -> None:
    """Whoever comes next must not pay for it."""

    def play(trial: Trial) -> None:
        trial.visit()
        raise RuntimeError("a mistake in a scenario")

    with pytest.raises(RuntimeError, match="a mistake"):
        perform(card(deviations=(SetField(Seam.DISCOVERY, "issuer", "x"),)), play, lab)

    assert first_login(lab) is None


def test_the_portal_forgets_in_the_gentlest_way_that_works(lab: Lab) -> None:
    """One that cannot be reached is passed over; with none, nothing is said to have been forgotten."""
    done: list[str] = []

    def unreachable() -> None:
        raise ControlFailed("personne", "nobody there")

    def trial(*resets: tuple[str, Any]) -> Trial:
        return Trial(card(), replace(lab, resets=resets))

    assert not trial().forget()
    assert trial(("caches", unreachable), ("process", lambda: done.append("process")), ("more", unreachable)).forget()
    assert ["process"] == done


def test_whoever_follows_an_address_of_a_lie_is_seen(lab: Lab) -> None:
    """Its address is this scenario's own: what comes to another one is not counted."""
    trials = [Trial(card(deviations=(SetClaim("page", "{canary.url}"),)), lab) for _ in range(2)]
    addresses = []
    for one in trials:
        visit = one.visit()
        visit.log_in()
        addresses.append(one.conclude(visit).told[0].told["page"])
        one.close()
    requests.get(addresses[0], timeout=5)

    assert [1, 0] == [len(one.trapped()) for one in trials]
    assert len(set(addresses)) == 2


def test_a_change_of_keys_is_complete(lab: Lab) -> None:
    """Another key signs, and the one before is gone."""
    before = dict(lab.control.stray_key())["signing"]["kid"]
    trial = Trial(card(), lab)
    trial.rotate()
    trial.forget()
    now = dict(lab.control.stray_key())["signing"]["kid"]

    published = requests.get(lab.where.issuer + "/protocol/openid-connect/certs", timeout=5).json()["keys"]

    assert before != now
    assert [now] == [key["kid"] for key in published]


def test_a_scenario_that_runs_alone_is_of_the_issuer() -> None:
    """Whether or not it tells a lie."""
    assert card(alone=True).issuer_wide
    assert not card().issuer_wide


def test_without_a_page_that_refreshes_nothing_is_opened(lab: Lab) -> None:
    """And with one, the browser does not go on to the provider."""
    visit = Trial(card(), replace(lab, refresh=None)).visit(honest=True)
    there = Trial(card(), replace(lab, refresh=(lab.portal.described.login, "GET"))).visit(honest=True)  # type: ignore[attr-defined]  # the http driver has one
    page = there.refresh()

    assert visit.refresh() is None
    assert page is not None
    assert page.stopped_at is not None
