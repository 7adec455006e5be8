"""The ``exec`` driver: the example program drives a miniature portal, and programs that misbehave are told apart."""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.catalogue import catalogue, select
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import DescriptorError, read_descriptor
from conformance.drivers import DriverError, DriverFailed
from conformance.drivers.exec import ExecPortal
from conformance.evidence import Anonymous, Identified, Unclear
from conformance.hop import Trouble, origin_host
from conformance.lab import open_lab
from conformance.miniatures.defects import Defect
from conformance.outcome import Verdict
from conformance.portal import AuthorizationResponse
from conformance.profiles import builtin_profile
from conformance.scenario import Need
from conformance.selection import why_not
from conformance.stage import perform
from tests.house.inventory import ROOT
from tests.labs import suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat

EXAMPLE = Path(__file__).parent / "example_driver.py"
PROVIDER = frozenset({"127.0.0.1:2"})
PORTAL = '[portal]\nname = "far"\nbase_url = "{base}"\nlogin = "/login"\nlogout = "/logout"\n[driver]\nname = "exec"\n'
HOP_VERBS = re.compile(
    r"\.own_hops\(|page\.(hops|header)\b|logout_as_image|log_in\(\(|log_in\(tuple|begin\(\(|begin\(given|refreshed\("
)
COOKIE_VERBS = re.compile(r"\.(snapshot|restore|cookies)\(")
GREETING = {"protocol": 1}

# A program that answers each question with the next of its arguments, whatever was asked; "-" ends it.
PARROT = """
import json, sys
for line, said in zip(sys.stdin, sys.argv[1:]):
    if said == "-":
        sys.exit(3)
    print(said.replace("ID", str(json.loads(line)["id"])), flush=True)
sys.stdin.read()
"""


def described(*command: str, base: str = "http://127.0.0.1:1", more: str = "") -> str:
    """Return a descriptor for a program."""
    return f"{PORTAL.format(base=base)}command = {json.dumps(command)}\n{more}"


def parrot(*said: object, more: str = "", provider: frozenset[str] = PROVIDER) -> ExecPortal:
    """Start a program that says these things: a text as it stands, anything else as the ``ok`` of an answer."""
    lines = [one if isinstance(one, str) else f'{{"id": ID, "ok": {json.dumps(one)}}}' for one in said]
    return ExecPortal(read_descriptor(described(sys.executable, "-c", PARROT, *lines, more=more)), provider)


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider for all tests of this file."""
    with suite_seat() as one:
        yield one


@pytest.mark.integration
@pytest.mark.parametrize(
    ("defect", "verdict"), [(None, Verdict.PASSED), (Defect.NEVER_COMPARES_USERINFO_SUB, Verdict.FAILED)]
)
def test_the_example_drives_a_portal(seat: Seat, defect: Defect | None, verdict: Verdict) -> None:
    """A scenario with its honest logins, through a program that knows nothing of the suite."""
    with demo_portal(seat.provider, defect) as base:
        hosts = sorted({origin_host(seat.url), origin_host(seat.provider.settings.wallet_base)})
        text = described(sys.executable, str(EXAMPLE), base, *hosts, base=base)
        lab = open_lab(read_descriptor(text), seat.url, builtin_profile("core"))
        try:
            played = [
                perform(case.card, case.play, lab) for case in select(catalogue(), ["uin.sub.mismatch", "lgt.rp"])
            ]
        finally:
            lab.close()

    found = {one.card.id: one.ruling.verdict for one in played}
    assert {"uin.sub.mismatch": verdict, "lgt.rp": Verdict.PASSED} == found


def test_what_needs_the_portals_cookies_is_left_out() -> None:
    """They are the program's own: a verdict about them would be made of nothing."""
    driver = parrot(GREETING, ["whoami", "logout"], True)
    card = select(catalogue(), ["lgt.session"])[0].card
    reason = why_not(card, driver.described, driver.capabilities())
    browser = driver.browser()
    with pytest.raises(DriverFailed, match="cookies are the program's own"):
        browser.snapshot()
    browser.close()
    browser.close()
    driver.close()

    assert reason is not None
    assert "the driver ([driver]) does not see the portal's cookies" == reason[1]


def test_every_answer_becomes_what_a_scenario_reads() -> None:
    """A request in a form, a page that goes on to the provider, a timeout, and three kinds of who-am-I."""
    driver = parrot(
        GREETING,
        ["whoami", "claims", "logout", "reset"],
        {"url": "http://127.0.0.1:2/auth", "method": "POST", "form": [["state", "s"]]},
        {"status": 200, "text": "hello", "stopped_at": "http://127.0.0.1:2/end"},
        {"trouble": "timeout"},
        {"identity": "8997", "claims": {"sub": "x"}},
        {"anonymous": True},
        {"unclear": "no-screen"},
        None,
        {"url": "http://127.0.0.1:9/elsewhere"},
        True,
    )
    browser = driver.browser()
    request = driver.begin_login(browser)
    answer = AuthorizationResponse(url="http://127.0.0.1:1/callback?code=c")
    page, late = driver.deliver(browser, answer), driver.logout(browser)
    people = [driver.whoami(browser) for _ in range(3)]
    nowhere = [driver.begin_login(browser) for _ in range(2)]
    driver.resets[1][1]()
    driver.close()

    assert request is not None
    assert ("POST", "s") == (request.method, request.get("state"))
    assert (200, "hello", "http://127.0.0.1:2/end") == (page.status, page.text, page.stopped_at)
    assert late.error is not None
    assert Trouble.TIMEOUT is late.error.trouble
    assert [Identified(identity="8997", claims={"sub": "x"}), Anonymous(), Unclear(why="no-screen")] == people
    assert [None, None] == nowhere
    assert ["session", "caches", "process"] == [name for name, _ in driver.resets]
    assert 2 == len(browser.hops)


def test_the_documented_conversation_is_understood() -> None:
    """The answers of docs/drivers.md, said by a program, lead to the person they name."""
    page = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
    lines = re.search(r"```json\n(.*?)```", page, flags=re.DOTALL)
    assert lines is not None
    read = [json.loads(line) for line in lines.group(1).splitlines()]
    driver = parrot(*(one["ok"] for one in read if "ok" in one), provider=frozenset({"localhost:8080"}))
    browser = driver.browser()
    request = driver.begin_login(browser)
    page_after = driver.deliver(browser, AuthorizationResponse(url=read[6]["url"]))
    who = driver.whoami(browser)
    driver.close()

    assert request is not None
    assert "Bonjour" == page_after.text
    assert Identified(identity="899700123456", claims={"family_name": "FICTIF"}) == who
    assert [1, 2, 3, 4, 5, 6, 7] == [one["id"] for one in read if "verb" in one]


def test_a_program_that_knows_nobody_is_not_asked() -> None:
    """Without ``whoami`` the suite says less, and says so."""
    driver = parrot(GREETING, [])
    who = driver.whoami(driver.browser())
    driver.close()

    assert (False, Unclear(why="no-probe"), ()) == (driver.probed, who, driver.resets)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (({"protocol": 2},), "speaks protocol 2, this suite speaks 1"),
        ((["hello"],), "speaks protocol None, this suite speaks 1"),
        (("hello",), "start: the answer is no JSON; write one object a line, and everything else to stderr"),
        (("[1]",), "start: the answer is no JSON object"),
        (('{"id": 7, "ok": {}}',), "start: the answer's id is 7; repeat the question's, 1"),
        (('{"id": ID}',), "start: the answer has neither ok nor error"),
        (("-",), r"start: the program ended \(exit code 3\)"),
        ((GREETING, ["fly"]), "capabilities: 'fly' is not understood; known are claims, logout, reset, whoami"),
        ((GREETING, "whoami"), "capabilities: the answer is no JSON"),
        ((GREETING, {"whoami": True}), "capabilities: write a list"),
    ],
)
def test_a_program_that_cannot_be_used_is_told_why(said: tuple[object, ...], complaint: str) -> None:
    """By the verb, with what to write instead; the program is not left running."""
    with pytest.raises((DriverError, DriverFailed), match=complaint):
        parrot(*said)


def test_a_program_that_says_nothing_is_not_waited_for() -> None:
    """However long it runs."""
    with pytest.raises(DriverFailed, match=r"start: no answer within 0.2 s; answer sooner, or raise seconds"):
        parrot(more="seconds = 0.2\n")


def test_scenarios_that_look_at_cookies_say_so() -> None:
    """Otherwise a driver that sees none would break in the middle of them."""
    looks = {case.card.id for case in catalogue() if COOKIE_VERBS.search(inspect.getsource(case.play))}
    says = {case.card.id for case in catalogue() if Need.COOKIES in case.card.needs}

    assert "lgt.session" in looks
    assert set() == looks - says


def source(play: Any) -> str:
    """Return the text of a scenario's function and of the functions of its module that it calls."""
    helpers = [vars(inspect.getmodule(play)).get(name) for name in play.__code__.co_names]
    return "".join(inspect.getsource(one) for one in (play, *filter(inspect.isfunction, helpers)))


def test_scenarios_that_look_at_answers_say_so() -> None:
    """A program tells of the portal's answers; a verdict on their headers would be made of nothing."""
    looks = {case.card.id for case in catalogue() if HOP_VERBS.search(source(case.play))}
    says = {case.card.id for case in catalogue() if Need.HOPS in case.card.needs}

    assert {"ses.redirect.open", "ses.frame", "ses.csrf.logout"} <= looks
    assert looks == says


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"status": "200"}, "deliver: status is missing or not understood; write a whole number, such as 200"),
        ({"trouble": "bored"}, "deliver: trouble is missing or not understood; write one of unreachable"),
        ({"status": 200, "loop": "no"}, "deliver: loop is missing or not understood; write true or false"),
        ({"status": 200, "text": 3}, "deliver: text is missing or not understood; write a text"),
        ("[]", "deliver: the answer is no JSON object"),
        ([], "deliver: ok is no object"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named_by_verb_and_key(said: object, complaint: str) -> None:
    """The person who writes the program sees where to look."""
    driver = parrot(GREETING, [], said)
    with pytest.raises(DriverFailed, match=complaint):
        driver.deliver(driver.browser(), AuthorizationResponse(url="http://127.0.0.1:1/callback"))
    driver.close()


def test_a_programs_own_words_are_shown_without_secrets() -> None:
    """What may be a code or a token is cut out."""
    secret = "SplxlOBeZQQYbYS6WxSbIA"
    driver = parrot(GREETING, [], f'{{"id": ID, "error": "portal down: code={secret}"}}')
    with pytest.raises(DriverFailed) as caught:
        driver.deliver(driver.browser(), AuthorizationResponse(url="http://127.0.0.1:1/callback"))
    driver.close()

    assert "deliver: the program says: portal down: …" in str(caught.value)
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("", r"\[driver\] command: missing; write for instance"),
        ('command = ["/nowhere/driver"]', r"\[driver\] command: '/nowhere/driver' cannot be started"),
        ('command = ["x"]\ncolour = "red"', r"\[driver\] colour: unknown key; known are command"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(table: str, complaint: str) -> None:
    """By its key."""
    with pytest.raises(DescriptorError, match=complaint):
        ExecPortal(read_descriptor(PORTAL.format(base="http://127.0.0.1:1") + table), PROVIDER)
