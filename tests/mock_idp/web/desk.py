"""A practitioner's desk for the tests of the pages: a computer, a phone and a card, before a simulator of their own."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import zxingcpp
from jinja2.bccache import Bucket, BytecodeCache
from PIL import Image

from mock_idp.keys import SigningKeys
from mock_idp.protocol import Client
from mock_idp.settings import Settings
from mock_idp.web import Provider, create_app
from mock_idp.web.world import Clock
from tests.mock_idp.checked_store import CheckedStore
from tests.mock_idp.ecps.cards import card, persons, root, sign
from tests.mock_idp.ecps.journeys import IDNAT, NOON
from tests.mock_idp.web.screen import Screen

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from mock_idp.ecps.settings import EcpsSettings
    from mock_idp.store import Store
    from mock_idp.web.services import CardReader

OTHER_IDNAT = "899799000023"
PASSWORD = "1234"
CALLBACK = "http://portail.test/callback"
REQUEST = {
    "response_type": "code",
    "client_id": "portail",
    "redirect_uri": CALLBACK,
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "s" * 32,
    "nonce": "n" * 32,
}


@cache
def signing_keys() -> SigningKeys:
    """Return the keys of every simulator of a run: making them is what takes time."""
    return SigningKeys.generate()


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for the simulators of a whole run."""

    def __init__(self) -> None:
        """Start with none."""
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template back that was compiled before."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


class StillClock(Clock):
    """A clock that stands at noon until a test moves it."""

    def __init__(self) -> None:
        """Stand at noon."""
        super().__init__()
        self.moment = NOON

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def wait(self, span: timedelta) -> None:
        """Move on."""
        self.moment += span


@dataclass(kw_only=True)
class Desk:
    """Everything on the desk of one person."""

    provider: Provider
    clock: StillClock
    computer: Screen
    phone: Screen

    def another_browser(self, *, headers: dict[str, str] | None = None) -> Screen:
        """Return a browser that nobody used yet, before the same simulator."""
        client = self.computer.client.application.test_client()
        return Screen(client=client, base=self.computer.base, language=self.computer.language, headers=headers or {})

    def speak(self, language: str) -> None:
        """Set both browsers to a language."""
        self.computer.language = self.phone.language = language

    # -- login

    def log_in(self, screen: Screen | None = None, **changes: str) -> None:
        """Come from the portal to the login page."""
        (screen or self.computer).open(f"/auth?{urlencode(REQUEST | changes)}")

    def identify(self, idnat: str = IDNAT) -> None:
        """Type an identifiant national."""
        self.computer.send("ecps", identifiant=idnat)

    def to_card_login(self) -> None:
        """Come from the portal and choose « Carte CPS »."""
        self.log_in()
        self.computer.follow("#means-card")

    def to_waiting(self) -> str:
        """Go from the portal, with an activated phone, to the waiting page, and return its number."""
        self.log_in()
        self.identify()
        return self.computer.data("number")

    def to_request(self, screen: Screen | None = None) -> None:
        """Open the login request on the phone."""
        phone = screen or self.phone
        phone.open("/phone/")
        phone.follow("a[data-request]")

    def to_choice(self, password: str = PASSWORD) -> str:
        """Go on until the phone asks for the number, and return the right one."""
        number = self.to_waiting()
        self.to_request()
        self.phone.send("unlock", password=password)
        return number

    # -- activation

    def prove(self, certificate: bytes | None = None, signature: bytes | None = None) -> None:
        """Let the card answer the challenge on the page."""
        challenge = base64.b64decode(self.computer.data("challenge"))
        self.computer.send(
            "card",
            certificate=base64.b64encode(certificate or card()).decode(),
            signature=base64.b64encode(signature or sign(challenge)).decode(),
        )

    def read_qr(self) -> str:
        """Return what a camera reads off the computer's screen."""
        source = self.computer.one("img#qr").attrs["src"]
        image = self.computer.client.get(source, base_url=self.computer.base).data
        read = zxingcpp.read_barcode(Image.open(io.BytesIO(image)))
        assert read is not None
        return read.text

    def scan(self, screen: Screen | None = None) -> None:
        """Scan the QR code on the computer's screen with a phone."""
        (screen or self.phone).open(self.read_qr())

    def accept_terms(self, screen: Screen | None = None) -> None:
        """Tick the box on the phone and begin."""
        phone = screen or self.phone
        phone.open("/phone/")
        phone.send("terms", terms="on")

    def to_challenge(self) -> None:
        """Go from the portal to the card's challenge."""
        self.log_in()
        self.identify()
        self.computer.send("begin")

    def to_qr_code(self) -> None:
        """Go on to the QR code."""
        self.to_challenge()
        self.prove()

    def to_code(self) -> str:
        """Go on until both devices are at the code, and return it."""
        self.to_qr_code()
        self.accept_terms()
        self.scan()
        self.computer.send("continue")
        return self.phone.data("code")

    def to_password(self) -> None:
        """Go on until the phone asks for a password."""
        self.computer.send("code", code=self.to_code())
        self.phone.send("continue")

    def activate(self, password: str = PASSWORD) -> None:
        """Go on until the e-CPS is activated."""
        self.to_password()
        self.phone.send("password", password=password, password_confirm=password)

    def activate_second(self, phone: Screen, password: str = PASSWORD) -> None:
        """Activate one more phone for somebody who has one."""
        self.to_waiting()
        self.computer.send("activate")
        self.computer.send("begin")
        self.prove()
        self.accept_terms(phone)
        self.scan(phone)
        self.computer.send("continue")
        self.computer.send("code", code=phone.data("code"))
        phone.send("continue")
        phone.send("password", password=password, password_confirm=password)


def make_provider(
    *,
    reader: CardReader | None = None,
    ecps: EcpsSettings | None = None,
    settings: Settings | None = None,
    store: Store | None = None,
    callback: str = CALLBACK,
) -> Provider:
    """Return a fresh simulator whose clock stands still, and which knows one portal and one authority of cards."""
    provider = Provider(
        settings=settings or Settings(),
        ecps=ecps,
        store=store or CheckedStore(),
        clock=StillClock(),
        keys=signing_keys(),
        card_anchors=(root().der,),
        card_intermediates=(persons().der,),
        card_reader=reader,
    )
    provider.server.register_client(
        Client(
            client_id="portail",
            client_secret="fictif",
            redirect_uris=(callback,),
            post_logout_redirect_uris=(),
            name="Portail FICTIF",
        )
    )
    return provider


def make_desk(
    *,
    reader: CardReader | None = None,
    ecps: EcpsSettings | None = None,
    settings: Settings | None = None,
    store: Store | None = None,
) -> Desk:
    """Return a desk before a fresh simulator."""
    provider = make_provider(reader=reader, ecps=ecps, settings=settings, store=store)
    app = create_app(provider)
    app.jinja_env.bytecode_cache = COMPILED
    base = provider.settings.wallet_base
    assert isinstance(provider.clock, StillClock)
    return Desk(
        provider=provider,
        clock=provider.clock,
        computer=Screen(client=app.test_client(), base=base),
        phone=Screen(client=app.test_client(), base=base),
    )
