"""A provider with a card port, and cards good and bad of the fictional hierarchy: provider and card meet here."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from mock_idp.keys import SigningKeys
from mock_idp.protocol import Client
from mock_idp.settings import Settings
from mock_idp.web.serve import Serving, bind, on_port
from mock_idp.web.server_identity import ServerIdentity
from mock_idp.web.services import Provider
from mock_idp.web.tls import TlsPort, TlsVersion, card_holders
from mock_idp.web.world import Clock
from virtual_card.certificate_shape import Range, Validity
from virtual_card.desk import Desk
from virtual_card.holder import Holder, Profile, personalise
from virtual_card.igc import Igc
from virtual_card.reader import Reader
from virtual_card.revocation import Register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from virtual_card.card import Card

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDNAT = "899799000015"
CALLBACK = "http://portail.test/callback"
SECRET = "secret-of-a-made-up-portal"
REQUEST = {
    "response_type": "code",
    "client_id": "portail",
    "redirect_uri": CALLBACK,
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "s" * 32,
    "nonce": "n" * 32,
}
PORTAL = Client(client_id="portail", client_secret=SECRET, redirect_uris=(CALLBACK,), name="Portail FICTIF")
HOLDER = Holder(idnat=IDNAT, given_name="CAMILLE", family_name="ESSAI", serial=99_000_010, title="Médecin")


class StillClock(Clock):
    """A clock that stands."""

    def now(self) -> datetime:
        """Return the moment."""
        return NOW


@cache
def signing_keys() -> SigningKeys:
    """The provider's signing keys, made once."""
    return SigningKeys.generate()


@cache
def igc(name: str = "") -> Igc:
    """The fictional hierarchy, or one of a stranger."""
    return Igc.create(now=NOW, name=name)


@cache
def card(kind: str = "good") -> Card:
    """A card: good, or one that a provider must refuse."""
    holder = replace(HOLDER, idnat="899799099999") if kind == "unknown-holder" else HOLDER
    validity = {"expired": Validity.expired(NOW), "to-come": Validity.to_come(NOW)}.get(kind)
    return personalise(
        holder,
        igc("AUTRE" if kind == "stranger" else ""),
        now=NOW,
        validity=validity,
        level=Range.ELEMENTAIRE if kind == "range" else None,
        profile=Profile.CPS3_CONTACTLESS if kind == "contactless" else Profile.CPS3,
    )


def certificate(kind: str = "good") -> bytes:
    """Return a card's certificate (DER): for authentication, or the other one when ``signature`` is asked for."""
    found = Desk(Reader(card(kind))).certificates()
    return next(one.der for one in found if one.authenticates is (kind != "signature"))


def register() -> Register:
    """Return the register of a hierarchy where nobody is in opposition."""
    return Register(igc=igc())


def every_list(register: Register, now: datetime = NOW) -> tuple[bytes, ...]:
    """Return the whole lists of all ranges, published an hour ago."""
    return tuple(register.crl(level, now=now - timedelta(hours=1)) for level in Range)


def make(
    settings: Settings, crls: Callable[[datetime], tuple[bytes, ...]] | None = None, clock: Clock | None = None
) -> Provider:
    """Return a provider that trusts the fictional hierarchy."""
    return Provider(
        settings=settings,
        clients=(PORTAL,),
        clock=clock or StillClock(),
        keys=signing_keys(),
        card_anchors=igc().anchors,
        card_intermediates=igc().intermediates,
        card_crls=crls,
    )


@dataclass(frozen=True, kw_only=True)
class Office:
    """A provider that answers on its two ports."""

    provider: Provider
    identity: ServerIdentity

    @property
    def port(self) -> int:
        """Return the card's port."""
        return urlsplit(self.provider.settings.card_base).port or 0

    def begin(self) -> str:
        """Come from the portal, and return the id of the login that waits."""
        return self.provider.begin(PORTAL, tuple(REQUEST.items()), scenario=None).login_id

    def path(self) -> str:
        """Begin a login and return the address of its card login, without host."""
        return f"/carte/{self.begin()}"


@contextmanager
def office(newest: TlsVersion = TlsVersion.V1_2, *, clock: Clock | None = None) -> Iterator[Office]:
    """Serve a provider and its card port on free ports of loopback.

    With a real clock for programs of other people, which know no other time.
    """
    with ExitStack() as stack:
        door, card_door = bind("127.0.0.1", 0), bind("127.0.0.1", 0)
        settings = replace(
            on_port(Settings(), door.getsockname()[1]), card_base=f"https://localhost:{card_door.getsockname()[1]}"
        )
        provider = make(settings, clock=clock)
        identity = ServerIdentity.create(now=provider.clock.now())
        stack.enter_context(Serving(door, provider))
        stack.enter_context(
            TlsPort(card_door, provider, identity=identity, newest=newest, asking=card_holders(provider))
        )
        yield Office(provider=provider, identity=identity)


def code_of(location: str) -> str:
    """Return the code in the address that leads back to the portal."""
    return parse_qs(urlsplit(location).query)["code"][0]


def authorization() -> str:
    """Return the path of the portal's authorization request."""
    return f"/auth?{urlencode(REQUEST)}"
