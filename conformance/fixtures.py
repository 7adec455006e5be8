"""Fixtures for a vendor's own tests: a provider, a person with a phone and a card, and a login in one line.

Load them with ``pytest_plugins = ["conformance.fixtures"]`` or ``pytest -p conformance.fixtures``; docs/testing.md
shows a whole example.  Nothing starts unless a test asks for it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from conformance.browser import Browser
from conformance.cli.seat import running_seat
from conformance.control import Control
from conformance.described import Descriptor
from conformance.exit_codes import Stop
from conformance.hop import origin_host, place_of
from conformance.portal import HttpPortal
from conformance.workstation import PASSWORD, Phone, Workstation
from mock_idp.settings import Settings
from virtual_card import Desk, Reader
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.cards import CardBox
    from conformance.control import Whereabouts
    from conformance.evidence import Somebody
    from conformance.page import Page
    from mock_idp.deviations import Deviation

PERSONA: Final = "medecin-liberal"


class LoginNotBegun(Stop):
    """The portal's login address does not lead to the provider; the message says where it ended and what to check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PscClient:
    """A portal's registration at the provider.

    Attributes:
        client_id: to give to the portal.
        client_secret: to give to the portal.
        redirect_uri: exact callback address.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(kw_only=True)
class PscProvider:
    """A provider with Pro Santé Connect's shape on a free port of loopback.

    Attributes:
        issuer: issuer identifier.
        discovery: address of the discovery document, to give to the portal.
        url: scheme, host and port of the issuer host.
        where: where its parts stand.
        control: the line to it.
        cards: everybody's card.
        portals: ``host:port`` of the portals that were made known.
    """

    issuer: str
    discovery: str
    url: str
    where: Whereabouts = field(repr=False)
    control: Control = field(repr=False)
    cards: CardBox = field(repr=False)
    portals: set[str] = field(default_factory=set, repr=False)

    def register(
        self,
        redirect_uri: str,
        *,
        client_id: str = "portail",
        client_secret: str | None = None,
        after_logout: Sequence[str] = (),
    ) -> PscClient:
        """Make a portal known.

        Args:
            redirect_uri: exact callback address.
            client_id: how the portal is called.
            client_secret: drawn if not given.
            after_logout: where the provider may send the browser after logout.

        Raises:
            ControlFailed: an address is none.
        """
        client = PscClient(
            client_id=client_id, client_secret=client_secret or secrets.token_urlsafe(24), redirect_uri=redirect_uri
        )
        self.control.register(client_id, client.client_secret, [redirect_uri], after_logout, "FICTIF")
        self.portals |= {origin_host(url) for url in (redirect_uri, *after_logout)}
        return client

    def person(self, persona: str = PERSONA, *, identity_claim: str = "SubjectNameID") -> Somebody:
        """Make a person whom nobody has met, with an activated phone and a card.

        Args:
            persona: key of the persona to make them after; docs/provider.md tells where they are listed.
            identity_claim: the claim that ``person.identity`` repeats.
        """
        return self.control.person(persona=persona, password=PASSWORD, identity_claim=identity_claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class PscVisit:
    """A browser after a login.

    Attributes:
        page: where the portal's callback led.
        browser: with the portal's cookies, to look further.
    """

    page: Page
    browser: Browser = field(repr=False)

    def open(self, url: str) -> Page:
        """Open another address of the portal in the same browser; a path counts from the page."""
        origin = _origin(self.page.url)
        return self.browser.open(url if "://" in url else f"{origin}{url}")


@dataclass(kw_only=True)
class PscLogin:
    """Logs people in with their e-CPS: portal, provider, phone, and back.

    Attributes:
        provider: that the portal is connected to.
        somebody: who logs in unless somebody else is named.
    """

    provider: PscProvider = field(repr=False)
    somebody: Somebody = field(repr=False)

    def __call__(
        self,
        url: str,
        person: Somebody | None = None,
        *,
        form: str = "",
        lies: Sequence[Deviation] = (),
    ) -> PscVisit:
        """Log somebody in.

        Args:
            url: address of the portal that starts a login.
            person: by default ``psc_person``.
            form: name or id of the form on that page that starts it, when opening the page does not.
            lies: what the provider is to say wrong in this login (``mock_idp.deviations``).

        Raises:
            LoginNotBegun: the address does not lead to the provider.
            WorkstationError: the provider refuses the portal's request; the message has the code.
        """
        somebody, where = person or self.somebody, self.provider.where
        hosts = frozenset({origin_host(where.issuer), origin_host(where.wallet)})
        portal = HttpPortal(self._described(url, form), hosts)
        browser = portal.browser()
        phone = Phone(browser=Browser(frozenset({origin_host(where.wallet)})), wallet=where.wallet)
        desk = Workstation(
            computer=browser,
            phone=phone.activated(somebody.device),
            wallet=where.wallet,
            scenario_cookie=where.cookie,
        )
        desk.carry(self.provider.control.arm(tuple(lies)))
        request = portal.begin_login(browser)
        if request is None:
            ended = place_of(browser.page.url) if browser.page is not None else url
            status = browser.page.status if browser.page is not None else 0
            raise LoginNotBegun(
                f"{place_of(url)} : la connexion ne mène pas au fournisseur, elle finit à {ended} (HTTP {status}) ; "
                "donnez psc_provider.discovery au portail, et form= si un formulaire ouvre la connexion",
                f"{place_of(url)}: the login does not lead to the provider, it ends at {ended} (HTTP {status}); "
                "give the portal psc_provider.discovery, and form= when a form starts the login",
            )
        return PscVisit(page=portal.deliver(browser, desk.approve(request, somebody.idnat)), browser=browser)

    def _described(self, url: str, form: str) -> Descriptor:
        hosts = {origin_host(url), *self.provider.portals}
        return Descriptor(
            name="portal",
            base_url=_origin(url),
            login=url,
            callback="",
            login_form=form,
            allow_hosts=tuple(sorted(hosts)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PscCard:
    """A software CPS card in a reader.

    Attributes:
        desk: reads the card, verifies its PIN, has it sign.
        pin: code confidentiel.
    """

    desk: Desk
    pin: str = field(default=DEFAULT_PIN, repr=False)


def _origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture(scope="session")
def psc_settings() -> Settings:
    """The provider's settings; override it in a ``conftest.py``: the addresses are filled in."""
    return Settings()


@pytest.fixture(scope="session")
def psc_provider(psc_settings: Settings) -> Iterator[PscProvider]:
    """A provider for the whole test session."""
    with running_seat(psc_settings) as seat:
        control = Control(seat.url)
        where = control.whereabouts()
        yield PscProvider(
            issuer=where.issuer,
            discovery=where.discovery,
            url=seat.url,
            where=where,
            control=control,
            cards=seat.cards,
        )
        control.close()


@pytest.fixture
def psc_person(psc_provider: PscProvider) -> Somebody:
    """A made-up practitioner whom no other test has met."""
    return psc_provider.person()


@pytest.fixture
def psc_login(psc_provider: PscProvider, psc_person: Somebody) -> PscLogin:
    """A login in one line: ``psc_login("http://127.0.0.1:5000/login")``."""
    return PscLogin(provider=psc_provider, somebody=psc_person)


@pytest.fixture
def psc_card(psc_provider: PscProvider, psc_person: Somebody) -> PscCard:
    """The card of ``psc_person``, in a reader of its own."""
    card = psc_provider.cards.card(psc_person.idnat)
    if card is None:
        pytest.fail(f"psc_card: the directory gives {psc_person.idnat} no card; choose another persona", pytrace=False)
    return PscCard(desk=Desk(Reader(card)))
