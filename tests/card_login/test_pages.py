"""The pages of the card login, with certificates as the TLS port hands them over."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from babel.support import Translations

from mock_idp.ecps.refusals import Code
from mock_idp.settings import Settings
from mock_idp.web import create_app
from mock_idp.web.card_by_tls import CERTIFICATE
from mock_idp.web.texts import TEXTS
from tests.card_login.office import (
    CALLBACK,
    IDNAT,
    NOW,
    SECRET,
    authorization,
    certificate,
    code_of,
    every_list,
    make,
    register,
)
from tests.mock_idp.web.screen import Screen

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from mock_idp.web.services import Provider

CARD_BASE = "https://carte.localhost:8443"
SETTINGS = Settings(card_base=CARD_BASE)
ENGLISH = Translations.load(str(files("mock_idp.web") / "translations"), ["en"])


def browser(provider: Provider) -> FlaskClient:
    """Return a browser before a provider."""
    return create_app(provider).test_client()


def at_the_card_page(provider: Provider, language: str = "fr") -> tuple[FlaskClient, str]:
    """Come from the portal to the login page, choose the card, and return the browser and where its button leads."""
    client = browser(provider)
    screen = Screen(client=client, base=SETTINGS.wallet_base, language=language)
    screen.open(authorization())
    screen.follow("#means-card")
    return client, str(screen.one("#carte").attrs["href"])


def present(client: FlaskClient, address: str, der: bytes | None, language: str = "fr") -> Screen:
    """Follow the button with a certificate, and return what the browser shows."""
    if der is not None:
        # As the TLS port does; Flask's stubs know text only.
        client.environ_base[CERTIFICATE] = der  # type: ignore[assignment]
    screen = Screen(client=client, base=CARD_BASE, language=language)
    screen.open(address)
    return screen


def test_a_good_card_logs_in_with_its_claims() -> None:
    """Back to the portal with a code; tokens and userinfo say CARD, and the level that goes with it."""
    provider = make(SETTINGS, lambda now: every_list(register(), now))
    client, address = at_the_card_page(provider)
    screen = present(client, address, certificate())
    assert screen.page is not None
    location = screen.page.headers["Location"]
    form = {"grant_type": "authorization_code", "code": code_of(location), "redirect_uri": CALLBACK}
    tokens = client.post(
        urlsplit(SETTINGS.endpoint("/token")).path,
        base_url=SETTINGS.issuer_base,
        data=form,
        auth=("portail", SECRET),
    ).get_json()
    userinfo = client.get(
        urlsplit(SETTINGS.endpoint("/userinfo")).path,
        base_url=SETTINGS.issuer_base,
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )

    assert address.startswith(f"{CARD_BASE}/carte/")
    assert location.startswith(f"{CALLBACK}?")
    assert ("CARD", "899799000015") == (userinfo.get_json()["authMode"], userinfo.get_json()["SubjectNameID"])
    assert [("login", 302)] == [
        (one.endpoint, one.status) for one in provider.journal.entries() if "/carte/" in one.url
    ]


CASES: dict[Code, str | bytes | None] = {
    Code.CARD_NOT_PRESENTED: None,
    Code.CARD_UNREADABLE: b"nonsense",
    Code.CARD_UNTRUSTED: "stranger",
    Code.CARD_EXPIRED: "expired",
    Code.CARD_NOT_YET_VALID: "to-come",
    Code.CARD_WRONG_CERTIFICATE: "signature",
    Code.CARD_HOLDER_UNKNOWN: "unknown-holder",
    Code.CARD_REVOKED: "good",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", CASES, ids=lambda code: code.value)
def test_a_refusal_says_what_happened_and_what_to_do(code: Code, language: str) -> None:
    """Code, message and remedy in the reader's language; two ways on; the login waits, and another card gets in."""
    kind = CASES[code]
    der = certificate(kind) if isinstance(kind, str) else kind
    revoked = (
        register().oppose(certificate(), since=NOW.replace(year=2025)) if code is Code.CARD_REVOKED else register()
    )
    provider = make(SETTINGS, lambda now: every_list(revoked, now))
    client, address = at_the_card_page(provider, language)
    screen = present(client, address, der, language)
    told, status = screen.told, screen.status
    again, other = (str(screen.one(name).attrs["href"]) for name in ("#recommencer", "#autre-moyen"))
    provider.card_crls = None
    after = present(client, address, certificate(), language)
    assert after.page is not None

    wanted = tuple(ENGLISH.ugettext(text) if language == "en" else text for text in TEXTS[code])
    assert (code.value, *wanted) == (told.code, told.message, told.remedy)
    assert 422 == status
    assert address == CARD_BASE + again
    assert other.startswith(SETTINGS.wallet_base + "/login-page?login=")
    assert after.page.headers["Location"].startswith(CALLBACK)


def test_without_a_list_in_force_nobody_gets_in() -> None:
    """The provider says that it cannot know."""
    provider = make(SETTINGS, lambda _now: ())
    client, address = at_the_card_page(provider)
    told = present(client, address, certificate()).told

    assert Code.CARD_REVOCATION_UNKNOWN == told.code


def test_a_card_answers_a_login_once() -> None:
    """The second time, the login is over."""
    client, address = at_the_card_page(make(SETTINGS))
    first = present(client, address, certificate())
    again = present(client, address, certificate())

    assert (302, 410) == (first.status, again.status)


@pytest.mark.parametrize("path", ["/auth", "/login-page", "/_control/v1", "/phone/", "/auth/realms/esante-wallet"])
def test_nothing_else_stands_on_the_cards_host(path: str) -> None:
    """A browser that presents a card there reaches the card login only."""
    assert 404 == browser(make(SETTINGS)).get(path, base_url=CARD_BASE).status_code


def test_styles_are_there_too() -> None:
    """The page looks like the others."""
    with browser(make(SETTINGS)).get("/static/wallet.css", base_url=CARD_BASE) as answer:
        assert 200 == answer.status_code


@pytest.mark.parametrize("base", [SETTINGS.wallet_base, SETTINGS.issuer_base])
def test_the_card_login_stands_nowhere_else(base: str) -> None:
    """Without TLS there is no certificate to look at."""
    client, address = at_the_card_page(make(SETTINGS))

    assert 404 == client.get(urlsplit(address).path, base_url=base).status_code


def test_a_certificate_cannot_be_sent_as_a_header() -> None:
    """Only the TLS port says what was presented."""
    client, address = at_the_card_page(make(SETTINGS))
    answer = client.get(
        urlsplit(address).path,
        base_url=CARD_BASE,
        headers={"psc.card_certificate": certificate().hex(), "psc-card-certificate": certificate().hex()},
    )

    assert (422, True) == (answer.status_code, Code.CARD_NOT_PRESENTED.value in answer.text)


def test_without_a_card_port_the_button_is_not_there() -> None:
    """The page offers the simulated reader only."""
    screen = Screen(client=browser(make(Settings())), base=SETTINGS.wallet_base)
    screen.open(authorization())
    screen.follow("#means-card")

    assert [] == screen.query("#carte")
    assert 1 == len(screen.query("#card-login"))


def at_the_activation_page(provider: Provider, idnat: str = IDNAT) -> tuple[Screen, str]:
    """Come from the portal to an activation that waits for the card; return the computer and where its button leads."""
    screen = Screen(client=browser(provider), base=SETTINGS.wallet_base)
    screen.open(authorization())
    screen.send("ecps", identifiant=idnat)
    screen.send("begin")
    return screen, str(screen.one("#carte").attrs["href"])


def test_a_card_proves_an_activation() -> None:
    """In place of the signed challenge: the next page shows the QR code for the phone."""
    screen, address = at_the_activation_page(make(SETTINGS))
    shown = present(screen.client, address, certificate())
    assert shown.page is not None
    screen.open(shown.page.headers["Location"])

    assert 303 == shown.status
    assert 1 == len(screen.query("img#qr"))


@pytest.mark.parametrize(
    ("kind", "idnat", "code"),
    [
        ("good", "899799000023", Code.CARD_OF_ANOTHER_PERSON),
        ("signature", IDNAT, Code.CARD_WRONG_CERTIFICATE),
        (None, IDNAT, Code.CARD_NOT_PRESENTED),
    ],
)
def test_a_card_that_proves_nothing_leaves_the_activation_as_it_was(kind: str | None, idnat: str, code: Code) -> None:
    """Why, and the way back to the page that still waits."""
    screen, address = at_the_activation_page(make(SETTINGS), idnat)
    shown = present(screen.client, address, certificate(kind) if kind else None)
    status, told = shown.status, shown.told.code
    screen.open(str(shown.one("#autre-moyen").attrs["href"]))

    assert (422, code.value) == (status, told)
    assert address == str(screen.one("#carte").attrs["href"])


def test_a_card_that_comes_twice_is_told() -> None:
    """The activation has gone on meanwhile."""
    screen, address = at_the_activation_page(make(SETTINGS))
    present(screen.client, address, certificate())

    assert Code.UNEXPECTED_EVENT == present(screen.client, address, certificate()).told.code


def test_an_activation_that_never_was_is_gone() -> None:
    """No trace, no hint."""
    client = browser(make(SETTINGS))

    assert 410 == client.get("/carte/activation/unknown", base_url=CARD_BASE).status_code
