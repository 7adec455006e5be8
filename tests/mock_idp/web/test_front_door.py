"""What answers where: hosts, headers, errors of portals, addresses that do not exist, and failures of our own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from mock_idp.ecps.settings import EcpsSettings
from mock_idp.settings import Settings
from tests.mock_idp.web.desk import CALLBACK, PASSWORD, REQUEST, Desk, make_desk
from tests.mock_idp.web.reader import PIN, OneCard

if TYPE_CHECKING:
    from tests.mock_idp.web.screen import Screen

SEPARATE = Settings(issuer_base="http://issuer.test:8080", wallet_base="http://wallet.test:8080")


# -- hosts


@pytest.mark.parametrize("host", ["evil.test", "localhost:9999", "127.0.0.1", "localhost", ""])
def test_another_host_name_is_not_served(desk: Desk, host: str) -> None:
    """A name that somebody points at this machine gets 421 and the names that are served (RFC 9110 15.5.20)."""
    answer = desk.computer.client.get("/phone/", headers={"Host": host})

    assert (421, "text/plain") == (answer.status_code, answer.mimetype)
    assert "Use http://127.0.0.1:8080 or http://localhost:8080." in answer.text
    assert "Utilisez http://127.0.0.1:8080 ou http://localhost:8080." in answer.text


@pytest.mark.parametrize(
    ("base", "path", "status"),
    [
        (SEPARATE.wallet_base, "/phone/", 200),
        (SEPARATE.issuer_base, "/phone/", 404),
        (SEPARATE.issuer_base, "/login-page", 404),
        (SEPARATE.issuer_base, f"/auth?{urlencode(REQUEST)}", 404),
        (SEPARATE.wallet_base, f"/auth?{urlencode(REQUEST)}", 200),
        (SEPARATE.issuer_base, "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration", 200),
        (SEPARATE.wallet_base, "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration", 404),
    ],
)
def test_wallet_and_issuer_are_two_hosts(base: str, path: str, status: int) -> None:
    """Each host answers only for what stands on it."""
    screen = make_desk(settings=SEPARATE).computer
    screen.base = base

    assert status == screen.open(path)


# -- headers


@pytest.mark.parametrize("path", ["/phone/", "/login-page?login=none", "/nothing", f"/auth?{urlencode(REQUEST)}"])
def test_every_page_is_protected(desk: Desk, path: str) -> None:
    """Not cached, not framed by others, no address leaks, no script but ours."""
    desk.computer.open(path)
    assert desk.computer.page is not None
    headers = desk.computer.page.headers

    assert "no-store" == headers["Cache-Control"]
    assert "no-referrer" == headers["Referrer-Policy"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'" == headers["Content-Security-Policy"]  # fmt: skip  # noqa: E501


def test_no_page_needs_an_inline_script_or_style(desk: Desk) -> None:
    """The policy forbids them, so that a page that has one would break."""
    desk.activate()
    desk.to_waiting()

    assert [] == [one for one in desk.computer.query("script, style") if not one.attrs.get("src")]


def test_the_phone_keeps_a_careful_cookie(desk: Desk) -> None:
    """No script reads it, no other site sends it along, and it goes to the phone's pages only."""
    desk.phone.open("/phone/")
    assert desk.phone.page is not None
    (cookie,) = desk.phone.page.headers.getlist("Set-Cookie")

    assert {"HttpOnly", "SameSite=Lax", "Path=/phone"} <= set(cookie.split("; "))


@pytest.mark.parametrize(("base", "secure"), [("http://wallet.test", False), ("https://wallet.test", True)])
def test_over_https_the_cookies_stay_on_https(base: str, secure: bool) -> None:  # noqa: FBT001  pytest passes it by name
    """The phone's, the language's and the pairing's."""
    desk = make_desk(settings=Settings(wallet_base=base), ecps=EcpsSettings(delegation=True))
    desk.phone.open("/phone/?lang=en")
    desk.log_in()
    desk.computer.follow("#means-delegation")
    desk.computer.send("pair")
    desk.computer.follow("#means-card")
    desk.prove()
    answers = [screen.page for screen in (desk.phone, desk.computer) if screen.page is not None]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}

    assert {"phone", "psc_simulateur", "psc_appairage"} <= names
    assert {secure} == {"; Secure" in cookie for cookie in cookies}


# -- what a portal gets wrong


@pytest.mark.parametrize(
    ("language", "title", "remedy"),
    [
        ("fr", "Demande non conforme", "déclarez ce client, ou corrigez client_id dans la demande."),
        ("en", "Request not accepted", "declare this client, or correct client_id in the request."),
    ],
)
def test_an_unknown_client_is_told_on_a_page(desk: Desk, language: str, title: str, remedy: str) -> None:
    """No redirect: nobody vouches for the address (RFC 6749 4.1.2.1)."""
    desk.speak(language)
    desk.log_in(client_id="nobody")

    assert (400, title, "") == (desk.computer.status, desk.computer.title, desk.computer.location)
    assert "nobody" in {one.to_text() for one in desk.computer.query("dd code")}
    assert remedy in desk.computer.text


@pytest.mark.parametrize(
    ("language", "remedy"),
    [
        ("fr", "L'adresse demandée doit être l'une d'elles, au caractère près."),
        ("en", "The address asked for must be one of them, to the character."),
    ],
)
@pytest.mark.parametrize(
    "wanted", [CALLBACK + "/", CALLBACK + "?x=1", "http://PORTAIL.test/callback", "javascript:alert(1)", ""]
)
def test_a_wrong_redirect_uri_is_told_on_a_page(desk: Desk, wanted: str, language: str, remedy: str) -> None:
    """It shows what was asked and what is registered, and goes nowhere."""
    desk.speak(language)
    desk.log_in(redirect_uri=wanted)

    assert (400, "") == (desk.computer.status, desk.computer.location)
    assert {wanted, CALLBACK} - {""} <= {one.to_text() for one in desk.computer.query("dd code")}
    assert remedy in desk.computer.text


# -- what is not there


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, "not-found"),
        ("/login-page", 410, "login-gone"),
        ("/login/none/attente", 410, "login-gone"),
        ("/activation/none", 410, "gone"),
        ("/activation/none/qr.png", 410, "gone"),
        ("/login/none/identifiant", 405, "http-405"),
        ("/login-page?login=%00%ff", 410, "login-gone"),
        ("/phone/demandes/none", 410, "gone"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_not_there_says_so(desk: Desk, path: str, status: int, code: str, language: str) -> None:
    """A page in the reader's language, with the right status."""
    desk.speak(language)

    assert (status, code) == (desk.computer.open(path), desk.computer.error)
    assert language == desk.computer.one("html").attrs["lang"]


def test_a_wrong_method_names_the_right_one(desk: Desk) -> None:
    """RFC 9110 15.5.6."""
    desk.computer.open("/login/none/identifiant")
    assert desk.computer.page is not None

    assert {"POST", "OPTIONS"} == set(desk.computer.page.headers["Allow"].split(", "))


def test_too_much_data_is_refused(desk: Desk) -> None:
    """More than a megabyte is not read."""
    desk.log_in()
    desk.identify("8" * (1 << 20))

    assert (413, "http-413") == (desk.computer.status, desk.computer.error)


def test_another_site_cannot_press_the_phones_buttons(desk: Desk) -> None:
    """The browser says where a form comes from, and forms of other origins are refused."""
    desk.activate()
    status = desk.phone.open("/phone/supprimer", {}, **{"Sec-Fetch-Site": "same-site"})

    assert (403, "http-403") == (status, desk.phone.error)

    desk.phone.open("/phone/")

    assert "e-CPS activée" == desk.phone.title


# -- what we get wrong


@pytest.mark.parametrize(("language", "title"), [("fr", "Le simulateur a échoué"), ("en", "The simulator failed")])
def test_a_failure_shows_no_trace(
    desk: Desk, language: str, title: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says that it is our fault; the details are in the log only."""
    desk.speak(language)

    def fail(_: str) -> None:
        msg = "secret detail"
        raise ValueError(msg)

    desk.log_in()
    monkeypatch.setattr(desk.provider.directory, "find", fail)
    with caplog.at_level(logging.ERROR):
        desk.identify()

    assert (500, "server-error", title) == (desk.computer.status, desk.computer.error, desk.computer.title)
    assert "secret detail" not in desk.computer.html
    assert "secret detail" in caplog.text


# -- secrets


def _whole_journey(desk: Desk) -> set[str]:
    """Play an activation and a login, and return the secrets that were typed, shown or scanned."""
    desk.to_challenge()
    desk.computer.send("reader", pin=PIN)
    scanned = desk.read_qr()
    desk.accept_terms()
    desk.phone.open(scanned)
    code = desk.phone.data("code")
    desk.computer.send("continue")
    desk.computer.send("code", code=code)
    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")
    return {PIN, scanned.partition("t=")[2], code, PASSWORD, desk.computer.answer["code"]}


def test_secrets_reach_neither_journal_nor_log(caplog: pytest.LogCaptureFixture) -> None:
    """PIN, QR code, codes and password are masked wherever a request is written down."""
    desk = make_desk(reader=OneCard())
    with caplog.at_level(logging.DEBUG):
        secrets = _whole_journey(desk)
    entries = desk.provider.journal.wait(login_id=None, endpoint=None, after=0, seconds=0)
    written = " ".join(str(entry.to_json()["request"]) + entry.url for entry in entries) + caplog.text

    assert len(entries) >= 20
    assert set() == {secret for secret in secrets if f"'{secret}'" in written or f"={secret}" in written}


def test_the_journal_ties_the_journey_to_its_login(desk: Desk) -> None:
    """What both devices did for a login can be read under it."""
    desk.activate()
    login_id = _login_of(desk.computer)
    entries = desk.provider.journal.wait(login_id=login_id, endpoint=None, after=0, seconds=0)

    assert {"identifiant", "begin", "card", "scan", "link", "code", "password"} <= {entry.endpoint for entry in entries}


def _login_of(screen: Screen) -> str:
    screen.again()
    return screen.value('form[name="login"] input[name="login"]')
