"""Every page that there is, in a real Chromium: axe has no complaint, and no page is wider than a small phone."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from flask import template_rendered
from jinja2 import Environment
from jinja2.meta import find_referenced_templates

from mock_idp.ecps.settings import EcpsSettings
from mock_idp.settings import Settings
from mock_idp.store import StoreError
from tests.mock_idp.ecps.cards import card
from tests.mock_idp.web.browsing import SMALLEST, axe, chromium, wide_pages
from tests.mock_idp.web.desk import CALLBACK, OTHER_IDNAT, PASSWORD, REQUEST, make_desk
from tests.mock_idp.web.reader import PIN, OneCard
from tests.mock_idp.web.refusal_cases import CASES
from tests.mock_idp.web.screen import REDIRECTS, Screen

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.mock_idp.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.requires("chromium", "playwright")]

WEB = files("mock_idp.web")

Key = tuple[str, str, bool]


class Album:
    """The pages that were shown, one of each kind: template, phase or state, and whether something is refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch every screen."""
        self.pages: dict[Key, str] = {}
        self._template = ""
        opened = Screen.open

        def watched(screen: Screen, address: str, data: dict[str, str] | None = None, **more: str) -> int:
            status = opened(screen, address, data, **more)
            if screen.dom is not None and status not in REDIRECTS:
                self._keep(screen)
            return status

        monkeypatch.setattr(Screen, "open", watched)

    def note(self, _: object, template: Any, **__: object) -> None:
        """Remember which template was rendered last."""
        self._template = template.name

    def _keep(self, screen: Screen) -> None:
        marks = [one for name in ("data-phase", "data-state") if (one := screen.find(f"[{name}]"))]
        mark = next((one.attrs.get("data-phase") or one.attrs.get("data-state") or "" for one in marks), "")
        self.pages.setdefault((self._template, mark, screen.error is not None), screen.html)


def tutorial(desk: Desk) -> None:
    """The whole seed, with a card in the simulated reader."""
    desk.to_challenge()
    desk.computer.send("reader", pin=PIN)
    desk.accept_terms()
    desk.scan()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))
    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    desk.computer.send("continue")
    desk.phone.open("/phone/")
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.to_waiting()
    desk.to_request()
    desk.phone.send("refuse")
    desk.computer.send("continue")
    desk.computer.follow('a[href^="/login-page"]')
    desk.computer.follow("#cote-a-cote")


def without_a_card(desk: Desk) -> None:
    """E-mail and SMS."""
    mailbox = desk.another_browser()
    mailbox.open("/mailbox/")
    desk.log_in()
    desk.identify()
    desk.computer.send("contact")
    mailbox.open("/mailbox/")
    mailbox.follow('tr[data-kind="mail"] a')
    desk.accept_terms()
    desk.phone.open(mailbox.one("#scan-here").attrs["href"] or "")
    desk.computer.send("continue")


def by_other_means(desk: Desk) -> None:
    """A card that is still in the reader, and the played delegation, paired and confirmed."""
    desk.log_in()
    desk.computer.follow("#means-delegation")
    desk.computer.send("pair")
    desk.log_in()
    desk.computer.send("slot", card="in")
    desk.identify()
    desk.computer.follow("#avec-la-carte")
    desk.computer.send("reader", identifiant=OTHER_IDNAT, pin=PIN)
    desk.computer.headers = {"Sec-Fetch-Dest": "iframe"}
    desk.log_in()
    desk.computer.send("cancel")


def odd_addresses(desk: Desk) -> None:
    """Nothing there, gone, nobody asked; signed out; and a simulator that fails."""
    for address in ("/nothing", "/login-page", "/activation/none", "/desk", f"/auth?{'&'.join(REQUEST)}"):
        desk.computer.open(address)
    desk.computer.open("/login/none/identifiant")
    settings = desk.provider.settings
    Screen(client=desk.computer.client, base=settings.issuer_base).open(settings.endpoint("/logout"))
    desk.provider.directory = None  # type: ignore[assignment]  # the simulator itself is broken
    desk.log_in()


def second_card(desk: Desk) -> None:
    """A reader elsewhere: the challenge is answered by hand."""
    desk.to_card_login()
    desk.prove(card(OTHER_IDNAT))


def what_portals_ask_for(desk: Desk) -> None:
    """An answer by form_post, the frame that knows whether the session stands, and frames that log portals out."""
    server, settings = desk.provider.server, desk.provider.settings
    portal = server.query_client("portail")
    assert portal is not None
    server.register_client(replace(portal, frontchannel_logout_uri="http://portail.test/out"))
    desk.log_in(response_mode="form_post")
    desk.computer.send("cancel")
    desk.activate()
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")
    code, issuer = desk.computer.answer["code"], Screen(client=desk.computer.client, base=settings.issuer_base)
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    secret = {"client_id": "portail", "client_secret": "fictif"}
    issuer.open(settings.endpoint("/token"), told | secret)
    assert issuer.page is not None
    issuer.open(f"{settings.endpoint('/logout')}?id_token_hint={issuer.page.get_json()['id_token']}")
    issuer.open(settings.endpoint("/login-status-iframe.html"))


def no_card_at_the_port(desk: Desk) -> None:
    """The port where a card logs in by TLS, and a browser that presents none."""
    desk.log_in()
    base = desk.provider.settings.card_base
    Screen(client=desk.computer.client, base=base).open(f"/carte/{desk.computer.action('cancel').split('/')[2]}")


def store_out_of_reach(desk: Desk) -> None:
    """A page that is asked for while the store cannot be read."""

    def fail() -> None:
        raise StoreError("redis://r : parti ; redémarrez-le", "redis://r: gone; start it again")

    with pytest.MonkeyPatch.context() as outage:
        outage.setattr(desk.provider.clock, "catch_up", fail)
        desk.phone.open("/phone/")


PLAYS: dict[str, Callable[[], tuple[Desk, Callable[[Desk], None]]]] = {
    "tutorial": lambda: (make_desk(reader=OneCard()), tutorial),
    "without a card": lambda: (make_desk(), without_a_card),
    "other means": lambda: (make_desk(reader=OneCard(), ecps=EcpsSettings(delegation=True)), by_other_means),
    "odd addresses": lambda: (make_desk(), odd_addresses),
    "another reader": lambda: (make_desk(), second_card),
    "store": lambda: (make_desk(), store_out_of_reach),
    "portals": lambda: (make_desk(), what_portals_ask_for),
    "card port": lambda: (make_desk(settings=Settings(card_base="https://localhost:8443")), no_card_at_the_port),
}


def whole_pages() -> set[str]:
    """Return the templates that are pages: all but those that others extend or import."""
    folder = WEB.joinpath("templates")
    sources = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()}
    grammar = Environment(autoescape=True)
    parts = {part for source in sources.values() for part in find_referenced_templates(grammar.parse(source))}
    return sources.keys() - parts


def everything(monkeypatch: pytest.MonkeyPatch) -> dict[Key, str]:
    """Return one of each kind of page, from every refusal that there is and from the journeys that go well."""
    album = Album(monkeypatch)
    with template_rendered.connected_to(album.note):
        for case in CASES:
            case.play(case.desk())
        for prepare in PLAYS.values():
            desk, play = prepare()
            play(desk)
    return album.pages


def test_axe_on_every_page(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Every template there is, on a small phone's width, with the pages' own style sheets."""
    pages = everything(monkeypatch)
    caplog.clear()
    style = "".join(WEB.joinpath("static", name).read_text(encoding="utf-8") for name in ("pico.min.css", "wallet.css"))
    complaints = []
    with chromium() as browser:
        window = browser.new_page(viewport={"width": SMALLEST, "height": 640}, java_script_enabled=True)
        for key, html in pages.items():
            window.set_content(html.replace("</head>", f"<style>{style}</style></head>"), wait_until="domcontentloaded")
            complaints += [f"{key}: {complaint}" for complaint in (*axe(window), *wide_pages(window))]

    assert [] == complaints
    assert whole_pages() == {template for template, _, _ in pages}
    assert len(pages) > 40
