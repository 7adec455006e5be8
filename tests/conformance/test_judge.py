"""The judge: what counts as fooled, refused, broken or nothing at all, from evidence built by hand."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence import Anonymous, Attempt, Evidence, Role, Unclear
from conformance.judge import Judgement, Reason, control_trouble, judge
from conformance.outcome import Expected, Outcome
from tests.conformance.evidence_of import (
    CRASHED,
    LANDED,
    PERSON,
    ROUND,
    SILENT,
    STRANGER,
    VICTIM,
    control,
    evidence,
    finding,
    honest_journal,
    lie,
    named,
    nth,
    seen,
    somebody,
    tried,
)

if TYPE_CHECKING:
    import random

    from conformance.evidence import Whoami

NO_PROBE = Unclear(why="no-probe")
BY_LOGINS = (Expected.REFUSED, Expected.ACCEPTED, Expected.EITHER)

WRONG_CONTROLS = {
    "not-started": control(started=False, landing=None, whoami=Anonymous()),
    "stayed-anonymous": control(whoami=Anonymous()),
    "stranger-named": control(whoami=named(STRANGER)),
    "server-error": control(landing=CRASHED),
    "no-answer": control(landing=SILENT, whoami=Anonymous()),
    "loop": control(landing=ROUND),
    "redirect": control(whoami=Unclear(why="redirect")),
}


def flat(judgement: Judgement) -> tuple[Outcome, Reason]:
    """Return what a judgement says, without its facts."""
    return judgement.outcome, judgement.reason


# -- the honest logins around the case


def test_a_working_control_has_no_trouble() -> None:
    """The right person, logged in on an ordinary page."""
    assert control_trouble(control(), probed=True) is None


@pytest.mark.parametrize("trouble", WRONG_CONTROLS)
def test_what_is_wrong_with_a_control_has_a_stable_name(trouble: str) -> None:
    """Each way of failing is told apart."""
    assert trouble == control_trouble(WRONG_CONTROLS[trouble], probed=True)


@pytest.mark.parametrize("expected", Expected)
@pytest.mark.parametrize("trouble", WRONG_CONTROLS)
def test_a_failed_control_before_ends_everything(trouble: str, expected: Expected) -> None:
    """Not even a fooled portal is judged when the honest login does not work: the suite may be reading it wrongly."""
    found = judge(
        evidence(tried(named(VICTIM)), before=WRONG_CONTROLS[trouble], victim=VICTIM, findings=(finding(kept=True),)),
        expected,
    )

    assert (Outcome.INCONCLUSIVE, Reason.CONTROL_FAILED) == flat(found)
    assert (("why", trouble),) == found.facts


@pytest.mark.parametrize("trouble", list(WRONG_CONTROLS))
def test_one_failed_control_among_several_is_enough(trouble: str) -> None:
    """A portal that logs in every second person has no working control."""
    before = (control(number=20), WRONG_CONTROLS[trouble])

    assert Outcome.INCONCLUSIVE is judge(evidence(tried(), before=before), Expected.REFUSED).outcome
    assert Outcome.POISONED is judge(evidence(tried(), after=before), Expected.REFUSED).outcome


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("expected", Expected)
def test_without_a_control_nothing_is_known(expected: Expected, side: str) -> None:
    """An anonymous portal that was never seen to log anybody in has refused nothing."""
    missing = {side: ()}
    found = judge(evidence(tried(), findings=(finding(kept=True),), **missing), expected)

    assert (Outcome.INCONCLUSIVE, Reason.NO_CONTROL) == flat(found)


def test_a_fooled_portal_needs_no_control_afterwards() -> None:
    """Whom the portal named was seen, whatever comes after."""
    assert Outcome.FOOLED is judge(evidence(tried(named(VICTIM)), after=(), victim=VICTIM), Expected.REFUSED).outcome


@pytest.mark.parametrize("expected", Expected)
@pytest.mark.parametrize("trouble", WRONG_CONTROLS)
def test_a_portal_that_no_longer_logs_in_is_poisoned(trouble: str, expected: Expected) -> None:
    """Whatever the answer to the lie was, the honest login that failed afterwards is worse."""
    found = judge(evidence(tried(), after=WRONG_CONTROLS[trouble], findings=(finding(kept=True),)), expected)

    assert (Outcome.POISONED, Reason.NO_LONGER_LOGS_IN) == flat(found)
    assert (("why", trouble),) == found.facts


@pytest.mark.parametrize(
    "case",
    [tried(landing=CRASHED), tried(landing=SILENT), tried(named(PERSON)), tried(Unclear(why="redirect"))],
    ids=["broke", "silent", "logged in", "probe unreadable"],
)
def test_poison_is_worse_than_every_other_answer(case: Attempt) -> None:
    """A crash or an unreadable page does not hide that nobody gets in any more."""
    assert Outcome.POISONED is judge(evidence(case, after=control(whoami=Anonymous())), Expected.REFUSED).outcome


def test_poison_does_not_hide_who_was_named() -> None:
    """Fooled stays fooled, also when the portal is dead afterwards."""
    found = judge(evidence(tried(named(VICTIM)), after=control(landing=CRASHED), victim=VICTIM), Expected.REFUSED)

    assert (Outcome.FOOLED, Reason.VICTIM_NAMED) == flat(found)


def test_a_lie_that_was_not_told_poisons_nothing() -> None:
    """The honest login that fails afterwards has another cause."""
    found = judge(evidence(tried(journal=honest_journal()), after=control(landing=CRASHED)), Expected.REFUSED)

    assert (Outcome.INCONCLUSIVE, Reason.NOT_TOLD) == flat(found)


@pytest.mark.parametrize("started", [True, False])
def test_a_case_that_met_no_lie_poisons_nothing_either(started: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """The portal was brought nothing, or did not begin."""
    case = tried(landing=None, journal=(), started=started)

    assert (
        Outcome.INCONCLUSIVE is judge(evidence(case, armed=0, after=control(landing=CRASHED)), Expected.REFUSED).outcome
    )


# -- who is there


@pytest.mark.parametrize("expected", Expected)
def test_naming_the_victim_is_being_fooled(expected: Expected) -> None:
    """Whatever the portal was to do, it must not think that the other person is there."""
    found = judge(evidence(tried(named(VICTIM)), victim=VICTIM, findings=(finding(kept=True),)), expected)

    assert (Outcome.FOOLED, Reason.VICTIM_NAMED) == flat(found)
    assert (("identity", VICTIM.identity),) == found.facts


@pytest.mark.parametrize("victim", [None, VICTIM], ids=["no victim", "a victim"])
@pytest.mark.parametrize("expected", Expected)
def test_naming_somebody_else_is_being_fooled(expected: Expected, victim: None) -> None:
    """Nobody approved for this person, known to us or not."""
    found = judge(evidence(tried(named(STRANGER)), victim=victim, findings=(finding(kept=True),)), expected)

    assert (Outcome.FOOLED, Reason.STRANGER_NAMED) == flat(found)


@pytest.mark.parametrize("claim", ["family_name", "SubjectNameID", "sub", "preferred_username"])
@pytest.mark.parametrize("where", ["claims", "page"])
def test_showing_the_victims_data_is_being_fooled(claim: str, where: str) -> None:
    """The right name at the top, and another person's data under it."""
    value = VICTIM.claims[claim]
    shown = {"claims": {**PERSON.claims, claim: value}} if where == "claims" else {"shown": f"<p>Dr {value}</p>"}
    found = judge(evidence(tried(named(PERSON, **shown)), victim=VICTIM), Expected.REFUSED)

    assert (Outcome.FOOLED, Reason.VICTIM_SHOWN) == flat(found)


def test_what_both_people_have_in_common_says_nothing() -> None:
    """A family name that the person has too is the person's."""
    twin = dataclasses.replace(PERSON, claims={**PERSON.claims, "family_name": VICTIM.claims["family_name"]})
    who = named(PERSON, claims=twin.claims, shown=str(twin.claims))

    assert (
        Outcome.ACCEPTED_HARMLESS is judge(evidence(tried(who, person=twin), victim=VICTIM), Expected.REFUSED).outcome
    )


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (Expected.REFUSED, Reason.UNNOTICED),
        (Expected.ACCEPTED, Reason.RIGHT_PERSON),
        (Expected.EITHER, Reason.RIGHT_PERSON),
    ],
)
def test_the_right_person_logged_in_is_harmless(expected: Expected, reason: Reason) -> None:
    """And unnoticed where something should have been noticed."""
    who = named(PERSON, claims=PERSON.claims, shown=str(PERSON.claims))

    assert (Outcome.ACCEPTED_HARMLESS, reason) == flat(judge(evidence(tried(who), victim=VICTIM), expected))


def test_fooled_needs_neither_every_lie_nor_a_victim() -> None:
    """One of two lies told, and somebody named who approved nothing: the missing lie hides nothing."""
    assert Outcome.FOOLED is judge(evidence(tried(named(VICTIM)), armed=2, victim=VICTIM), Expected.REFUSED).outcome


def test_an_unreadable_login_does_not_hide_a_fooled_one() -> None:
    """Of several logins the worst counts."""
    cases = (tried(Unclear(why="redirect")), tried(named(VICTIM)), tried())

    assert Outcome.FOOLED is judge(evidence(*cases, victim=VICTIM, armed=1), Expected.REFUSED).outcome


def test_a_fooled_login_is_not_hidden_by_what_was_kept() -> None:
    """A portal that does the right thing for the wrong person is fooled."""
    found = judge(evidence(tried(named(STRANGER)), findings=(finding(kept=True),)), Expected.KEPT)

    assert Outcome.FOOLED is found.outcome


# -- a refusal, and what is none


@pytest.mark.parametrize("expected", BY_LOGINS)
def test_a_refusal(expected: Expected) -> None:
    """The lie was told, nobody is logged in, the page is orderly, and both honest logins work."""
    assert (Outcome.REFUSED, Reason.STAYED_ANONYMOUS) == flat(judge(evidence(tried()), expected))


@pytest.mark.parametrize("expected", BY_LOGINS)
def test_a_lie_that_was_never_told_was_never_refused(expected: Expected) -> None:
    """The portal did not ask for what was to carry it."""
    found = judge(evidence(tried(journal=honest_journal())), expected)

    assert (Outcome.INCONCLUSIVE, Reason.NOT_TOLD) == flat(found)
    assert (("told", "0"), ("armed", "1")) == found.facts


@pytest.mark.parametrize("expected", BY_LOGINS)
def test_being_logged_in_is_no_acceptance_of_a_lie_never_told(expected: Expected) -> None:
    """Nothing unusual was accepted."""
    assert Reason.NOT_TOLD is judge(evidence(tried(named(PERSON), journal=honest_journal())), expected).reason


def test_one_lie_told_twice_does_not_stand_for_another() -> None:
    """Two lies armed, the first one told in both calls of userinfo, the second never."""
    again = (seen(2, "userinfo", lie("userinfo", field="a")), seen(3, "userinfo", lie("userinfo", field="a")))

    assert Reason.NOT_TOLD is judge(evidence(tried(journal=again), armed=2), Expected.REFUSED).reason


def test_a_login_that_heard_its_lie_twice_does_not_stand_for_another_login() -> None:
    """Two logins, one lie each; one portal call too many in the first is not the second's lie."""
    first = tried(journal=(seen(2, "userinfo", lie("userinfo")), seen(3, "userinfo", lie("userinfo"))))
    second = tried(journal=honest_journal(10))

    assert Reason.NOT_TOLD is judge(evidence(first, second, armed=2), Expected.REFUSED).reason


def test_the_same_lie_in_two_logins_counts_twice() -> None:
    """Each login has its own."""
    first = tried(journal=(seen(2, "userinfo", lie("userinfo")),))
    second = tried(journal=(seen(12, "userinfo", lie("userinfo")),))

    assert Outcome.REFUSED is judge(evidence(first, second, armed=2), Expected.REFUSED).outcome


def test_a_login_looked_at_twice_told_its_lie_once() -> None:
    """Two looks at one login do not stand for the login that was never looked at."""
    once = tried()

    assert Reason.NOT_TOLD is judge(evidence(once, once, armed=2), Expected.REFUSED).reason
    assert Outcome.REFUSED is judge(evidence(once, once, armed=1), Expected.REFUSED).outcome


def test_an_honest_visit_beside_the_case_owes_no_lie() -> None:
    """A scenario may let somebody else log in honestly meanwhile; only what was armed counts."""
    beside = tried(named(STRANGER), person=STRANGER, journal=honest_journal(20))

    assert Outcome.ACCEPTED_HARMLESS is judge(evidence(tried(), beside, armed=1), Expected.REFUSED).outcome


def test_lies_in_the_controls_are_no_lies_of_the_case() -> None:
    """What was told before or after was not told in the case."""
    early = control(journal=(*honest_journal(1), seen(9, "token", lie("id-token"))))

    assert Reason.NOT_TOLD is judge(evidence(tried(journal=honest_journal(20)), before=early), Expected.REFUSED).reason


@pytest.mark.parametrize("expected", Expected)
def test_nothing_tried_is_nothing_known(expected: Expected) -> None:
    """A scenario that forgot to do anything passes nobody."""
    assert (Outcome.INCONCLUSIVE, Reason.NOTHING_TRIED) == flat(judge(evidence(), expected))


@pytest.mark.parametrize(
    ("started", "reason"),
    [(False, Reason.NOT_STARTED), (True, Reason.NOTHING_TRIED)],
    ids=["not begun", "not delivered"],
)
@pytest.mark.parametrize("expected", BY_LOGINS)
def test_staying_anonymous_without_an_answer_is_no_refusal(expected: Expected, started: bool, reason: Reason) -> None:  # noqa: FBT001  # a parameter of the table
    """The portal did not begin, or was brought nothing; whoever is not asked refuses nothing."""
    case = tried(landing=None, journal=(), started=started)

    assert (Outcome.INCONCLUSIVE, reason) == flat(judge(evidence(case, armed=0), expected))


def test_a_portal_that_stops_at_a_lie_it_was_told_before_anything_was_delivered_refuses() -> None:
    """A lie in the metadata is refused by not beginning at all."""
    case = tried(landing=None, started=False, journal=(seen(2, "discovery_document", lie("discovery")),))

    assert Outcome.REFUSED is judge(evidence(case), Expected.REFUSED).outcome


# -- broken


BROKEN = {
    Reason.SERVER_ERROR: tried(landing=CRASHED),
    Reason.NO_ANSWER: tried(landing=SILENT),
    Reason.LOOP: tried(landing=ROUND),
}


@pytest.mark.parametrize("reason", BROKEN)
@pytest.mark.parametrize("expected", BY_LOGINS)
def test_a_crash_silence_or_a_loop_is_broken(expected: Expected, reason: Reason) -> None:
    """No session, and no orderly answer either."""
    assert (Outcome.BROKE, reason) == flat(judge(evidence(BROKEN[reason]), expected))


@pytest.mark.parametrize(("why", "reason"), [("server-error", Reason.SERVER_ERROR), ("unreachable", Reason.NO_ANSWER)])
@pytest.mark.parametrize("expected", BY_LOGINS)
def test_a_who_am_i_page_that_breaks_is_the_portal_breaking(expected: Expected, why: str, reason: Reason) -> None:
    """It worked in the honest login; a person without a practice who gets a 500 there has found a fault."""
    assert (Outcome.BROKE, reason) == flat(judge(evidence(tried(Unclear(why=why), landing=LANDED)), expected))


def test_a_crash_with_the_victim_logged_in_is_fooled() -> None:
    """The page broke, the session stands."""
    assert (
        Outcome.FOOLED
        is judge(evidence(tried(named(VICTIM), landing=CRASHED), victim=VICTIM), Expected.REFUSED).outcome
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 499])
def test_an_error_of_the_four_hundreds_is_orderly(status: int) -> None:
    """The portal says no."""
    landing = dataclasses.replace(LANDED, status=status)

    assert Outcome.REFUSED is judge(evidence(tried(landing=landing)), Expected.REFUSED).outcome


@pytest.mark.parametrize("why", ["redirect", "no-identity", "unexpected-status"])
@pytest.mark.parametrize("expected", BY_LOGINS)
def test_a_page_that_cannot_be_read_is_inconclusive(expected: Expected, why: str) -> None:
    """Nobody knows who is there."""
    found = judge(evidence(tried(Unclear(why=why))), expected)

    assert (Outcome.INCONCLUSIVE, Reason.PROBE_FAILED) == flat(found)
    assert (("why", why),) == found.facts


# -- going on


SEAMS = (
    ("authorization-response", "authorize", "token"),
    ("id-token", "token", "userinfo"),
    ("signed-id-token", "token", "userinfo"),
    ("token-response", "token", "userinfo"),
    ("token-answer", "token", "userinfo"),
)


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: nth(1, one), lambda one: nth(2, nth(1, one))])
@pytest.mark.parametrize(("seam", "told_at", "following"), SEAMS)
def test_the_next_call_shows_that_the_portal_went_on(seam: str, told_at: str, following: str, wrap: object) -> None:
    """Nobody is logged in, but the portal used what it should have refused; also when only the n-th time is a lie."""
    assert callable(wrap)
    case = tried(journal=(seen(5, told_at, wrap(lie(seam))), seen(6, following)))
    found = judge(evidence(case), Expected.REFUSED)

    assert (Outcome.CONTINUED, Reason.WENT_ON) == flat(found)
    assert (("endpoint", following),) == found.facts


@pytest.mark.parametrize(("seam", "told_at", "following"), SEAMS)
def test_a_call_before_the_lie_is_not_going_on(seam: str, told_at: str, following: str) -> None:
    """What was asked earlier was asked of an honest provider."""
    case = tried(journal=(seen(5, told_at, lie(seam)), seen(4, following)))

    assert Outcome.REFUSED is judge(evidence(case), Expected.REFUSED).outcome


def test_a_browser_at_the_next_endpoint_is_not_the_portal_going_on() -> None:
    """Only the portal's own calls count."""
    case = tried(journal=(seen(5, "token", lie("id-token")), seen(6, "userinfo", channel="front")))

    assert Outcome.REFUSED is judge(evidence(case), Expected.REFUSED).outcome


@pytest.mark.parametrize("seam", ["userinfo", "userinfo-answer", "key-set", "discovery", "nonsense"])
def test_behind_the_last_seam_there_is_no_going_on(seam: str) -> None:
    """After userinfo a portal asks nothing more."""
    case = tried(journal=(seen(5, "userinfo", lie(seam)), seen(6, "token"), seen(7, "userinfo")))

    assert Outcome.REFUSED is judge(evidence(case), Expected.REFUSED).outcome


def test_going_on_is_seen_although_a_second_lie_was_not_told() -> None:
    """The portal took the first one; that the other never came up changes nothing."""
    case = tried(journal=(seen(5, "token", lie("id-token")), seen(6, "userinfo")))

    assert Outcome.CONTINUED is judge(evidence(case, armed=2), Expected.REFUSED).outcome


def test_a_call_without_any_lie_told_is_not_going_on() -> None:
    """A lie about userinfo that never came up: the token call before it was honest."""
    assert Reason.NOT_TOLD is judge(evidence(tried(journal=(seen(5, "token"),))), Expected.REFUSED).reason


def test_a_code_used_after_the_scenario_altered_the_answer_is_going_on() -> None:
    """Nothing was armed: the scenario itself brought a wrong answer, and the portal took its code to the provider."""
    case = tried(journal=(seen(5, "token"),))

    assert (Outcome.CONTINUED, Reason.WENT_ON) == flat(judge(evidence(case, armed=0), Expected.REFUSED))
    assert Outcome.REFUSED is judge(evidence(tried(journal=()), armed=0), Expected.REFUSED).outcome


def test_where_acceptance_is_right_going_on_is_no_reproach() -> None:
    """The portal asked userinfo, as it should, and then refused: that is a refusal."""
    case = tried(journal=(seen(5, "token", lie("id-token")), seen(6, "userinfo")))

    assert (Outcome.REFUSED, Reason.STAYED_ANONYMOUS) == flat(judge(evidence(case), Expected.ACCEPTED))


# -- several logins


WORSE = {
    Expected.REFUSED: ("fooled", "accepted-harmless", "continued", "broke", "inconclusive", "refused"),
    Expected.ACCEPTED: ("fooled", "broke", "refused", "inconclusive", "accepted-harmless"),
    Expected.EITHER: ("fooled", "broke", "inconclusive", "continued", "accepted-harmless", "refused"),
}


def case_of(outcome: str, first: int) -> Attempt:
    """Return a login that ends that way; ``first`` numbers its journal."""
    heard = (seen(first, "token", lie("id-token")),)
    return {
        "fooled": tried(named(VICTIM), journal=heard),
        "accepted-harmless": tried(named(PERSON), journal=heard),
        "continued": tried(journal=(*heard, seen(first + 1, "userinfo"))),
        "broke": tried(landing=CRASHED, journal=heard),
        "inconclusive": tried(Unclear(why="redirect"), journal=heard),
        "refused": tried(journal=heard),
    }[outcome]


@pytest.mark.parametrize("expected", WORSE)
def test_each_login_alone_ends_as_the_table_says(expected: Expected) -> None:
    """The cases of the next test are what they are called."""
    alone = [judge(evidence(case_of(one, 10), victim=VICTIM), expected).outcome for one in WORSE[expected]]

    assert [Outcome(one) for one in WORSE[expected]] == alone


@pytest.mark.parametrize(
    ("expected", "worse", "better"),
    [(expected, *pair) for expected, order in WORSE.items() for pair in itertools.combinations(order, 2)],
)
def test_the_worst_of_two_logins_counts(expected: Expected, worse: str, better: str) -> None:
    """In either order; a portal that logs in one of two people who may come in has refused the other."""
    for pair in ((worse, better), (better, worse)):
        cases = [case_of(one, 10 * number) for number, one in enumerate(pair, 1)]

        assert Outcome(worse) is judge(evidence(*cases, victim=VICTIM), expected).outcome


# -- by findings


@pytest.mark.parametrize(
    ("kept", "outcome", "reason"),
    [
        ((True,), Outcome.KEPT, Reason.ALL_KEPT),
        ((True, True), Outcome.KEPT, Reason.ALL_KEPT),
        ((True, False), Outcome.MISSED, Reason.NOT_KEPT),
        ((False,), Outcome.MISSED, Reason.NOT_KEPT),
        ((), Outcome.INCONCLUSIVE, Reason.NOTHING_TRIED),
    ],
)
def test_findings_decide_what_was_kept(kept: tuple[bool, ...], outcome: Outcome, reason: Reason) -> None:
    """All of them, and at least one."""
    found = judge(evidence(findings=tuple(finding(kept=one) for one in kept)), Expected.KEPT)

    assert (outcome, reason) == flat(found)


@pytest.mark.parametrize("kept", [True, False])
def test_a_finding_under_a_lie_that_was_not_told_is_none(kept: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """What the portal did was not an answer to the lie."""
    found = judge(evidence(tried(journal=()), findings=(finding(kept=kept),)), Expected.KEPT)

    assert (Outcome.INCONCLUSIVE, Reason.NOT_TOLD) == flat(found)


@pytest.mark.parametrize("expected", BY_LOGINS)
def test_findings_alone_pass_nothing_where_logins_are_judged(expected: Expected) -> None:
    """They are notes there."""
    assert Reason.NOTHING_TRIED is judge(evidence(findings=(finding(kept=True),)), expected).reason


# -- without a who-am-I page


def test_without_a_probe_a_control_must_reach_the_token_endpoint() -> None:
    """That is all that can be seen."""
    asked, silent = control(whoami=NO_PROBE), control(whoami=NO_PROBE, journal=())

    assert control_trouble(asked, probed=False) is None
    assert Reason.STAYED_ANONYMOUS == control_trouble(silent, probed=False)


def unprobed(case: Attempt, *, before: Attempt | None = None, armed: int = 1) -> Evidence:
    """Return evidence of a portal without a who-am-I page."""
    after = control(Role.AFTER, number=11, whoami=NO_PROBE)
    return evidence(case, before=before or control(whoami=NO_PROBE), after=after, probed=False, armed=armed)


@pytest.mark.parametrize(("seam", "told_at", "following"), SEAMS)
def test_without_a_probe_silence_counts_where_an_honest_login_is_not_silent(
    seam: str, told_at: str, following: str
) -> None:
    """The portal asks that endpoint in an honest login, and did not ask it now."""
    stopped = tried(NO_PROBE, journal=(seen(5, told_at, lie(seam)),))
    went_on = tried(NO_PROBE, journal=(seen(5, told_at, lie(seam)), seen(6, following)))

    assert (Outcome.REFUSED, Reason.WENT_NO_FURTHER) == flat(judge(unprobed(stopped), Expected.REFUSED))
    assert (Outcome.CONTINUED, Reason.WENT_ON) == flat(judge(unprobed(went_on), Expected.REFUSED))


def test_without_a_probe_a_portal_that_never_asks_userinfo_proves_nothing_by_not_asking() -> None:
    """Its honest login did not ask either."""
    quiet = control(whoami=NO_PROBE, journal=honest_journal()[:2])
    found = judge(unprobed(tried(NO_PROBE), before=quiet), Expected.REFUSED)

    assert (Outcome.INCONCLUSIVE, Reason.NO_PROBE) == flat(found)


def test_without_a_probe_one_honest_login_that_left_a_call_out_is_enough_to_doubt() -> None:
    """What a portal sometimes leaves out is no sign."""
    honest = (control(whoami=NO_PROBE), control(number=12, whoami=NO_PROBE, journal=honest_journal(12_000)[:2]))
    found = dataclasses.replace(unprobed(tried(NO_PROBE)), attempts=(*honest, *unprobed(tried(NO_PROBE)).attempts[1:]))

    assert Reason.NO_PROBE is judge(found, Expected.REFUSED).reason


@pytest.mark.parametrize("expected", BY_LOGINS)
def test_without_a_probe_a_lie_in_the_last_answer_cannot_be_judged(expected: Expected) -> None:
    """Nothing follows userinfo; whether a session was opened is not known."""
    case = tried(NO_PROBE, landing=LANDED, journal=(*honest_journal()[:2], seen(9, "userinfo", lie("userinfo"))))

    assert (Outcome.INCONCLUSIVE, Reason.NO_PROBE) == flat(judge(unprobed(case), expected))


def test_without_a_probe_going_on_is_not_yet_acceptance() -> None:
    """The portal asked userinfo as it should; whom it logged in is not known, so it neither passes nor fails."""
    case = tried(NO_PROBE, landing=LANDED, journal=(seen(5, "token", lie("id-token")), seen(6, "userinfo")))

    assert (Outcome.INCONCLUSIVE, Reason.NO_PROBE) == flat(judge(unprobed(case), Expected.ACCEPTED))


def test_without_a_probe_stopping_where_it_should_go_on_is_a_refusal() -> None:
    """Seen by the call that is missing."""
    assert Outcome.REFUSED is judge(unprobed(tried(NO_PROBE)), Expected.ACCEPTED).outcome


def test_without_a_probe_a_crash_is_still_seen() -> None:
    """By the browser."""
    assert Outcome.BROKE is judge(unprobed(tried(NO_PROBE, landing=CRASHED)), Expected.REFUSED).outcome


def test_without_a_probe_an_error_answer_that_leads_to_no_call_is_refused() -> None:
    """A login that was given up brings no code, and none was presented."""
    assert Outcome.REFUSED is judge(unprobed(tried(NO_PROBE, journal=()), armed=0), Expected.REFUSED).outcome


# -- whatever the evidence


WHOAMI: st.SearchStrategy[Whoami] = st.sampled_from(
    [
        Anonymous(),
        named(PERSON),
        named(VICTIM),
        named(STRANGER),
        named(PERSON, shown=VICTIM.claims["family_name"]),
        NO_PROBE,
        Unclear(why="server-error"),
        Unclear(why="redirect"),
    ]
)
LANDINGS = st.sampled_from([None, LANDED, CRASHED, SILENT, ROUND])
LIES = st.sampled_from([lie(seam) for seam in ("authorization-response", "id-token", "userinfo", "token-response")])
ENTRIES = st.builds(
    lambda seq, endpoint, told: seen(seq, endpoint, *told),
    st.integers(1, 50),
    st.sampled_from(["authorize", "token", "userinfo"]),
    st.lists(LIES, max_size=2),
)


@st.composite
def any_attempt(draw: st.DrawFn) -> Attempt:
    """Return any login, possible or not."""
    entries = draw(st.lists(ENTRIES, max_size=4, unique_by=lambda one: one.seq))
    role = draw(st.sampled_from(Role))
    person = PERSON if role is Role.TRIED else somebody(draw(st.integers(10, 12)))
    honest: st.SearchStrategy[Whoami] = st.sampled_from([named(person), named(person), named(person), Anonymous()])
    whoami = WHOAMI if role is Role.TRIED else honest
    return Attempt(
        role=role,
        person=person,
        landing=draw(LANDINGS),
        whoami=draw(whoami),
        journal=tuple(entries),
        started=draw(st.booleans()),
    )


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    """Return any evidence, half of the time between two honest logins that worked."""
    attempts = draw(st.lists(any_attempt(), max_size=4))
    if draw(st.booleans()):
        attempts = [control(), *(one for one in attempts if one.role is Role.TRIED), control(Role.AFTER, number=11)]
    return Evidence(
        attempts=tuple(attempts),
        findings=tuple(finding(kept=one) for one in draw(st.lists(st.booleans(), max_size=2))),
        armed=draw(st.integers(0, 4)),
        victim=draw(st.sampled_from([None, VICTIM])),
        probed=draw(st.booleans()),
    )


PASSABLE = {
    Expected.REFUSED: {Outcome.REFUSED, Outcome.BROKE},
    Expected.ACCEPTED: {Outcome.ACCEPTED_HARMLESS},
    Expected.KEPT: {Outcome.KEPT},
    Expected.EITHER: {Outcome.REFUSED, Outcome.ACCEPTED_HARMLESS, Outcome.CONTINUED},
}
NOT_A_CASE = {Outcome.INCONCLUSIVE, Outcome.FOOLED}


@given(any_evidence(), st.sampled_from(Expected))
def test_every_evidence_is_judged(found: Evidence, expected: Expected) -> None:
    """There is no combination without an answer, and no fooled portal without somebody named."""
    judgement = judge(found, expected)
    identified = any(hasattr(one.whoami, "identity") for one in found.of(Role.TRIED))

    assert judgement.outcome in Outcome
    assert judgement.outcome is not Outcome.FOOLED or identified


@given(any_evidence(), st.sampled_from(Expected))
def test_nothing_passes_without_controls_on_both_sides(found: Evidence, expected: Expected) -> None:
    """Whatever outcome could become a pass needs an honest login before and after, each of which worked."""
    judgement = judge(found, expected)
    if judgement.outcome in PASSABLE[expected]:
        controls = [found.of(role) for role in (Role.BEFORE, Role.AFTER)]

        assert all(controls)
        assert [] == [one for side in controls for one in side if control_trouble(one, probed=found.probed)]


@given(any_evidence(), st.sampled_from(Expected))
def test_nothing_passes_on_a_lie_that_was_not_told(found: Evidence, expected: Expected) -> None:
    """Fewer different lies told than armed, and no pass."""
    judgement = judge(found, expected)
    if judgement.outcome in PASSABLE[expected] - {Outcome.CONTINUED}:
        assert found.armed <= len(found.told)


@given(any_evidence(), st.sampled_from(Expected))
def test_a_portal_that_names_the_wrong_person_never_passes(found: Evidence, expected: Expected) -> None:
    """Either it is fooled, or the honest login before says that nothing can be concluded."""
    judgement = judge(found, expected)
    wrong = [
        one
        for one in found.of(Role.TRIED)
        if getattr(one.whoami, "identity", one.person.identity) != one.person.identity
    ]
    if wrong:
        assert judgement.outcome in NOT_A_CASE


@given(any_evidence(), st.sampled_from(Expected), st.randoms(use_true_random=False))
def test_the_order_of_what_was_seen_changes_nothing(found: Evidence, expected: Expected, dice: random.Random) -> None:
    """Journals arrive in any order, and logins end in any order."""
    attempts = [
        dataclasses.replace(one, journal=tuple(dice.sample(one.journal, len(one.journal)))) for one in found.attempts
    ]
    dice.shuffle(attempts)

    assert (
        judge(found, expected).outcome is judge(dataclasses.replace(found, attempts=tuple(attempts)), expected).outcome
    )


@given(any_evidence(), st.sampled_from(Expected))
def test_calls_of_other_logins_change_nothing(found: Evidence, expected: Expected) -> None:
    """What the provider saw of a control has no part in the case, and the other way round."""
    louder = tuple(
        dataclasses.replace(one, journal=(*one.journal, *honest_journal(5000))) if one.role is not Role.TRIED else one
        for one in found.attempts
    )
    same_controls = [
        control_trouble(one, probed=found.probed) == control_trouble(two, probed=found.probed)
        for one, two in zip(found.attempts, louder, strict=True)
    ]
    if found.probed and all(same_controls):
        assert judge(found, expected) == judge(dataclasses.replace(found, attempts=louder), expected)


@given(any_evidence(), st.sampled_from(Expected))
def test_a_failed_control_afterwards_never_makes_anything_better(found: Evidence, expected: Expected) -> None:
    """What passed before no longer does."""
    worse = dataclasses.replace(found, attempts=(*found.attempts, control(Role.AFTER, number=30, landing=CRASHED)))
    before, after = judge(found, expected).outcome, judge(worse, expected).outcome

    assert after in {before, Outcome.POISONED}
    assert after not in PASSABLE[expected]
