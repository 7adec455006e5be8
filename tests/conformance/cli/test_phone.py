"""A phone for scripts: everything that a person does on it, through the real command, and every mistake told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from conformance.browser import Browser
from conformance.cli import main
from conformance.cli.phone_words import ACTIONS
from conformance.cli.seat import SUITE_SETTINGS, Seat, running_seat
from conformance.cli.small_portal import CLIENT_ID, demo_portal
from conformance.control import Control
from conformance.handset import new_handset
from conformance.hop import absolute
from conformance.origins import origin_host
from conformance.workstation import PASSWORD, submit
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.page import Page

pytestmark = pytest.mark.integration

WITHOUT_CONTACT = "30B0990032/DIR*01;A"
SECONDS = 60


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider whose people have cards in a simulated reader."""
    with running_seat(SUITE_SETTINGS) as one:
        yield one


@pytest.fixture(scope="module")
def portal(seat: Seat) -> Iterator[str]:
    """A small correct portal."""
    with demo_portal(seat.provider) as base:
        yield base


@pytest.fixture
def control(seat: Seat) -> Iterator[Control]:
    """The control API, to look behind the scenes."""
    with closing(Control(seat.url)) as one:
        yield one


@pytest.fixture
def idnat(seat: Seat) -> str:
    """Somebody whom no other test meets, without a phone."""
    return seat.provider.fresh_person("medecin-liberal").idnat


@dataclass(kw_only=True)
class Script:
    """The command as a script runs it: words in, exit code and lines out."""

    seat: Seat
    capsys: pytest.CaptureFixture[str]
    language: str = "en"

    def run(self, *words: str) -> tuple[int, str]:
        """Run ``psc-conformance phone`` and return its exit code and what it printed, in one line."""
        code = main(["phone", *words, "--provider", self.seat.url, "--lang", self.language])
        return code, " ".join(self.capsys.readouterr().out.split())

    def line(self, *words: str) -> str:
        """Return the one word that a command printed that went well."""
        code, said = self.run(*words)
        assert 0 == code, said
        return said

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """Return the JSON lines that a command printed that went well."""
        code = main(["phone", *words, "--provider", self.seat.url, "--lang", self.language])
        assert 0 == code
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]


@pytest.fixture
def script(seat: Seat, capsys: pytest.CaptureFixture[str]) -> Script:
    """A script before the provider."""
    return Script(seat=seat, capsys=capsys)


@dataclass(kw_only=True)
class Computer:
    """A person's computer, before the wallet's pages."""

    browser: Browser
    wallet: str
    portal: str

    def ask(self, idnat: str) -> Page:
        """Come from the portal and type an identifiant national."""
        callback = f"{self.portal}/callback"
        asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": callback, "scope": "openid"}
        page = self.browser.open(f"{self.wallet}/auth?{urlencode(asked)}")
        return self.browser.submit(page.form("ecps"), identifiant=idnat)

    def go_on(self, page: Page) -> Page:
        """Press « Continuer »."""
        return self.browser.submit(page.form("continue"))


@pytest.fixture
def computer(seat: Seat, portal: str) -> Computer:
    """A computer that nobody used yet."""
    wallet = seat.provider.settings.wallet_base
    return Computer(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet, portal=portal)


# -- answering


def test_a_phone_approves_with_the_number_on_the_screen(script: Script, computer: Computer, idnat: str) -> None:
    """The computer goes back to the portal with a code."""
    device = script.line("activate", idnat)
    page = computer.ask(idnat)
    done = script.run("approve", device, "--number", page.data("number") or "")
    back = computer.go_on(page)

    assert (0, "Approved.") == done
    assert (back.stopped_at or "").startswith(f"{computer.portal}/callback?")
    assert "code=" in (back.stopped_at or "")


@pytest.mark.parametrize(
    ("action", "said", "alert"),
    [("refuse", "Refusé.", "approval-refused"), ("wrong-number", "Mauvais nombre choisi.", "number-wrong")],
)
@pytest.mark.parametrize("by", ["phone", "person"])
def test_a_phone_says_no(script: Script, computer: Computer, idnat: str, action: str, said: str, alert: str, by: str) -> None:  # noqa: E501, PLR0917  # fmt: skip
    """By hand on the phone, or for the person without password and number; the computer is told."""
    script.language = "fr"
    device = script.line("activate", idnat)
    page = computer.ask(idnat)
    number = ("--number", page.data("number") or "") if (by, action) == ("phone", "wrong-number") else ()
    done = script.run(action, device if by == "phone" else idnat, *number)

    assert (0, said) == done
    assert alert == computer.go_on(page).alert


def test_a_person_approves_one_of_two_logins(script: Script, computer: Computer, seat: Seat, idnat: str) -> None:
    """The one that is named, though another is newer; without password and number."""
    script.line("activate", idnat)
    first = computer.ask(idnat)
    second = Computer(browser=Browser(computer.browser.allow_hosts), wallet=computer.wallet, portal=computer.portal)
    second.ask(idnat)
    waiting = script.lines("requests", idnat)
    done = script.run("approve", idnat, "--login", waiting[0]["login_id"])

    assert ([idnat, idnat], (0, "Approved.")) == ([one["idnat"] for one in waiting], done)
    assert "code=" in (computer.go_on(first).stopped_at or "")
    assert [waiting[1]["login_id"]] == [one["login_id"] for one in script.lines("requests", idnat)]


@pytest.mark.parametrize(
    ("words", "alert"),
    [
        (("approve",), None),
        (("refuse",), "approval-refused"),
        (("wrong-number",), "number-wrong"),
        (("approve", "--after", "3600"), "waiting"),
        (("ignore",), "waiting"),
    ],
)
def test_habits_answer_by_themselves(
    script: Script, computer: Computer, idnat: str, words: tuple[str, ...], alert: str | None
) -> None:
    """For a person: at once, only later, or never; the computer sees it as soon as it looks."""
    script.line("activate", idnat)
    habit, *after = words
    said = script.run("habit", idnat, habit, *after)
    page = computer.ask(idnat)
    told = page.alert or (None if page.stopped_at else "waiting")

    assert ((0, "Habit noted."), alert) == (said, told)


def test_a_habit_of_one_login_goes_before_the_persons(script: Script, computer: Computer, idnat: str) -> None:
    """And a habit that was taken away does nothing."""
    script.line("activate", idnat)
    script.line("habit", idnat, "ignore")
    page = computer.ask(idnat)
    (waiting,) = script.lines("requests", idnat)
    script.line("habit", "refuse", "--login", waiting["login_id"])

    assert "approval-refused" == computer.go_on(page).alert

    script.line("habit", idnat, "none")
    page = computer.ask(idnat)

    assert (None, None) == (page.alert, page.stopped_at)


def test_a_persona_has_habits_too(script: Script, computer: Computer, seat: Seat) -> None:
    """Everybody made after it; an unknown one is named."""
    idnat = seat.provider.fresh_person("sage-femme-liberale").idnat
    script.line("activate", idnat)
    said = script.run("habit", "refuse", "--persona", "sage-femme-liberale")
    unknown = script.run("habit", "refuse", "--persona", "nobody")

    assert ((0, "Habit noted."), "approval-refused") == (said, computer.ask(idnat).alert)
    assert 3 == unknown[0]
    assert "--persona: none is called that" in unknown[1]


# -- the life of a phone


def test_phones_are_listed_lost_found_and_deleted(script: Script, idnat: str) -> None:
    """Two phones of one person, told apart by their names, through their whole lives."""
    first = script.line("activate", idnat, "--name", "Pixel de CAMILLE")
    second = script.line("activate", idnat)
    seen = [[(one["device"], one["name"], one["state"]) for one in script.lines("list", idnat)]]
    for words in (("lose", first), ("find", first), ("delete", first)):
        script.line(*words)
        seen.append([(one["device"], one["name"], one["state"]) for one in script.lines("list", idnat)])
    other = (second, "Téléphone (simulateur)", "active")

    assert [
        [(first, "Pixel de CAMILLE", "active"), other],
        [(first, "Pixel de CAMILLE", "lost"), other],
        [(first, "Pixel de CAMILLE", "active"), other],
        [other],
    ] == seen
    assert second in [one["device"] for one in script.lines("list")]


def test_a_second_phone_answers_when_the_first_is_lost(script: Script, computer: Computer, idnat: str) -> None:
    """The lost one says why it does not."""
    lost, second = script.line("activate", idnat), script.line("activate", idnat)
    script.line("lose", lost)
    page = computer.ask(idnat)
    number = page.data("number") or ""
    refused = script.run("approve", lost, "--number", number)

    assert 1 == refused[0]
    assert "This phone is declared lost: it approves nothing any more." in refused[1]
    assert (0, "Approved.") == script.run("approve", second, "--number", number)


def test_an_expired_e_cps_is_deleted_and_activated_again(script: Script, control: Control, idnat: str) -> None:
    """It can neither be lost nor approve; deleting it is what is left."""
    device = script.line("activate", idnat)
    control.advance(4 * 365 * 24 * 3600)
    try:
        state = script.lines("list", idnat)[0]["state"]
        lost = script.run("lose", device)
        deleted = script.run("delete", device)
    finally:
        control.advance(None)

    assert ("expired", 1, (0, "e-CPS deleted.")) == (state, lost[0], deleted)
    assert "the e-CPS on this phone has expired; 'phone delete', then activate again" in lost[1]
    assert [] == script.lines("list", idnat)


# -- activating by the pages


@pytest.mark.parametrize("by", ["contact", "card"])
def test_a_whole_activation_by_every_page(script: Script, computer: Computer, idnat: str, by: str) -> None:
    """Without a card by e-mail and SMS, or with the card in the simulated reader; the phone then approves."""
    device = script.line("activate", idnat, "--by", by)
    kinds = [one["kind"] for one in script.lines("mailbox", idnat)]
    page = computer.ask(idnat)

    assert (["sms", "mail"] if by == "contact" else []) == kinds
    assert 0 == script.run("approve", device, "--number", page.data("number") or "")[0]


def test_an_activation_step_by_step(script: Script, computer: Computer, idnat: str, tmp_path: Path) -> None:
    """A new phone scans the picture of the screen's QR code, shows the code, and chooses its password."""
    device = script.line("install")
    page = computer.ask(idnat)
    for form, values in (("begin", {}), ("reader", {"pin": "1234"})):
        page = submit(computer.browser, page, form, (form, form), values)
    image = page.element("qr")
    assert image is not None
    picture = tmp_path / "screen.png"
    picture.write_bytes(computer.browser.step(absolute(page.url, image.attributes["src"])).body)
    too_early = script.run("password", device)
    code = script.line("scan", device, str(picture))
    page = submit(computer.browser, computer.browser.open(page.url), "code", ("saisir", "type"), {"code": code})
    done = script.run("password", device)

    assert (1, 6, "linked", (0, "e-CPS activated.")) == (too_early[0], len(code), page.data("phase"), done)
    assert [(device, "active")] == [(one["device"], one["state"]) for one in script.lines("list", idnat)]


def test_the_mailbox_is_read_and_its_address_scanned(script: Script, computer: Computer, idnat: str) -> None:
    """An e-mail's address in place of a picture; the code comes by SMS."""
    device = script.line("install")
    submit(computer.browser, computer.ask(idnat), "contact", ("demander", "ask"))
    (mail,) = script.lines("mailbox", f" {idnat[:4]} {idnat[4:]}")
    said = script.line("scan", device, mail["scan_url"])
    sms, _ = script.lines("mailbox", idnat)

    assert ("Code sent by SMS: 'phone mailbox'.", "sms", 6) == (said, sms["kind"], len(sms["code"]))


# -- mistakes


@pytest.mark.parametrize(
    ("words", "code", "fr", "en"),
    [
        (
            ("approve", "{phone}"),
            2,
            "--number : manque ; donnez le nombre affiché",
            "--number: missing; give the number",
        ),
        (("wrong-number", "{phone}"), 2, "--number : manque", "--number: missing"),
        (
            ("approve", "{phone}", "--login", "x"),
            2,
            "--login : un téléphone répond à la",
            "--login: a phone answers the",
        ),
        (
            ("approve", "{asked}", "--login", "x"),
            1,
            "aucune demande n'attend cette",
            "no request waits for this person",
        ),
        (("refuse", "{quiet}"), 1, "commencez la connexion sur l'ordinateur", "begin the login on the computer"),
        (("approve", "{lost}"), 1, "aucun téléphone de cette personne ne peut", "no phone of this person can answer"),
        (("approve", "{phone}", "--number", "999"), 1, "la page n'est pas celle attendue", "not the one expected"),
        (("approve", "nobody"), 3, "personne ne l'a dans l'annuaire", "nobody in the directory has it; check"),
        (("activate", "899799999999"), 3, "personne ne l'a dans l'annuaire", "nobody in the directory has it; check"),
        (("activate", WITHOUT_CONTACT, "--by", "contact"), 1, "Aucune adresse électronique", "No e-mail address"),
        (("activate", "{idnat}", "--by", "card", "--name", "x"), 2, "--name : seulement", "--name: only with"),
        (("activate", "{idnat}", "--by", "card", "--pin-env", "WRONG"), 1, "Essais restants : 2", "Tries left: 2"),
        (
            ("activate", "{idnat}", "--by", "contact", "--password-env", "LETTERS"),
            1,
            "exactement 4 chiffres",
            "exactly 4",
        ),
        (("activate", "{idnat}", "--pin-env", "UNSET"), 2, "--pin-env", "--pin-env"),
        (
            ("activate", "{idnat}", "--password-env", "LETTERS"),
            3,
            "nombre de chiffres voulu (4",
            "as many digits as it must",
        ),
        (("activate", " "), 3, "il est vide", "it is empty"),
        (
            ("habit", "approve", "--persona", "x"),
            3,
            "--persona : aucune ne s'appelle",
            "--persona: none is called that",
        ),
        (
            ("delete", "nothing"),
            1,
            "aucune e-CPS n'est activée sur ce téléphone",
            "no e-CPS is activated on this phone",
        ),
        (("lose", "nothing"), 1, "aucune e-CPS n'est activée sur ce téléphone", "'phone list' shows those that are"),
        (("scan", "new", "https://elsewhere.test/"), 2, "ce n'est pas un QR code de ce", "this is no QR code of this"),
        (("scan", "new", "no-such-file.png"), 2, "n'est pas une image lisible", "is no readable picture"),
        (("scan", "new", "README.md"), 2, "n'est pas une image lisible", "is no readable picture"),
        (
            ("scan", "{new}", "{wallet}/phone/scan?t=none"),
            1,
            "Ce QR code n'est pas ou n'est plus",
            "This QR code is not",
        ),
        (("password", "{new}"), 1, "la page n'est pas celle attendue", "the page is not the one expected"),
        (("habit", "{idnat}", "nod"), 2, "habit : écrivez approve, refuse,", "habit: write approve, refuse,"),
        (("habit", "approve"), 2, "habit : donnez un identifiant national", "habit: give an identifiant national"),
        (("habit", "{idnat}", "approve", "--login", "x"), 2, "et un seul", "and only one of them"),
        (("scan", "new"), 2, "« phone scan PHONE QR »", "'phone scan PHONE QR'"),
        (("list", "one", "two"), 2, "« phone list [IDNAT] »", "'phone list [IDNAT]'"),
        (("list", "899799999999"), 3, "personne ne l'a dans l'annuaire", "nobody in the directory has it; check"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_mistakes_are_told(  # noqa: PLR0917  pytest passes them by name
    mistaken: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    script: Script,
    words: tuple[str, ...],
    code: int,
    fr: str,
    en: str,
) -> None:
    """In both languages: what cannot be done and what to do; no trace, no password."""
    for name, value in (("WRONG", "0000"), ("LETTERS", "abcd")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    for language, expected in (("fr", fr), ("en", en)):
        script.language = language
        nobody_met = script.seat.provider.fresh_person("medecin-liberal").idnat
        done = script.run(*(word.format(**mistaken, idnat=nobody_met) for word in words))

        assert (code, True) == (done[0], expected in done[1]), done
        assert not any(secret in done[1] for secret in ("Traceback", "2580", "abcd", "0000"))


@pytest.fixture(scope="module")
def mistaken(seat: Seat, portal: str) -> dict[str, str]:
    """What the mistakes are made with: a phone with a request, one without, a person whose phone is lost."""
    asked, quiet, lost = (seat.provider.fresh_person("medecin-liberal").idnat for _ in range(3))
    wallet = seat.provider.settings.wallet_base
    with closing(Control(seat.url)) as control:
        phone, still, away = (control.phone(one, PASSWORD) for one in (asked, quiet, lost))
        control.lose(away)
    for person in (asked, lost):
        Computer(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet, portal=portal).ask(person)
    new = new_handset(wallet, PASSWORD)
    new.accept_terms()
    return {"asked": asked, "phone": phone, "lost": lost, "quiet": still, "new": new.device, "wallet": wallet}


def test_a_wrong_password_costs_a_try_and_the_third_locks(
    script: Script, computer: Computer, idnat: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's own words and remedy, then « phone list » says that it is locked."""
    monkeypatch.setenv("WRONG", "0000")
    device = script.line("activate", idnat)
    computer.ask(idnat)
    said = [script.run("approve", device, "--number", "1", "--password-env", "WRONG") for _ in range(3)]

    assert [1, 1, 1] == [code for code, _ in said]
    assert "The password is wrong. Tries left: 2." in said[0][1]
    assert "Delete the e-CPS from the phone, then activate it again." in said[2][1]
    assert ["locked"] == [one["state"] for one in script.lines("list", idnat)]


def test_a_provider_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and how to start one."""
    code = main(["phone", "list", "--provider", "http://127.0.0.1:9", "--lang", "en"])

    assert 3 == code
    assert "psc-conformance serve" in capsys.readouterr().out


@pytest.mark.parametrize("after", ["-1", "3601", "soon", "nan"])
def test_a_delay_is_a_number_of_seconds(after: str) -> None:
    """Anything else is refused by name before anybody is asked."""
    with pytest.raises(SystemExit) as stopped:
        main(["phone", "habit", "899799000015", "approve", "--after", after])

    assert 2 == stopped.value.code


def test_every_action_is_documented() -> None:
    """The page of commands shows how each is written."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert [] == [
        name for name, action in ACTIONS.items() if f"`{action.usage.replace('|', chr(92) + '|')}`" not in page
    ]


def test_a_shell_script_activates_and_approves(seat: Seat, computer: Computer, idnat: str) -> None:
    """Each step a process of its own, as in a pipeline: only ids and lines of JSON pass between them."""

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "conformance.cli", "phone", *words, "--provider", seat.url, "--lang", "fr"]
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        return done.stdout.strip()

    device = run("activate", idnat, "--by", "contact")
    page = computer.ask(idnat)
    said = run("approve", device, "--number", page.data("number") or "")

    assert "Approuvé." == said
    assert "code=" in (computer.go_on(page).stopped_at or "")
