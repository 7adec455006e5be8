"""A provider with the cards of its people, on loopback: what ``demo``, ``serve`` and ``run`` start."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from conformance.cards import CardBox
from mock_idp.settings import Settings, Unlisted
from mock_idp.web import Provider
from mock_idp.web.serve import Serving, bind, on_port
from virtual_card import Igc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_idp.ecps.settings import EcpsSettings
    from mock_idp.people import Person
    from mock_idp.store import Store
    from mock_idp.web.tls_doors import TlsDoors

LOOPBACK: Final = "127.0.0.1"
_TURN_SECONDS: Final = 0.0005

SUITE_SETTINGS: Final = Settings(
    acr_values_policy=Unlisted.IGNORE, scope_policy=Unlisted.IGNORE, ciba_interval=timedelta(seconds=1)
)
"""Under the suite no request is refused for its level or scope: a portal that forgets them must come as far as
the scenario that says so.  Between two polls there is one second, as in a public ANS test resource, so that a scenario
about polling is soon over."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A provider that answers, with the cards of its people.

    Attributes:
        cards: everybody's card, also in the reader of the provider's own pages.
    """

    provider: Provider
    cards: CardBox = field(repr=False)

    @property
    def doors(self) -> TlsDoors:
        """Return the provider's doors over TLS.

        Raises:
            RuntimeError: nobody serves it.
        """
        if self.provider.tls_doors is None:
            raise RuntimeError("the provider is not served: it has no doors")
        return self.provider.tls_doors

    @property
    def url(self) -> str:
        """Return scheme, host and port of the issuer host, where the control API is too."""
        return self.provider.settings.issuer_base


def make_provider(
    settings: Settings,
    *,
    control_token: str | None = None,
    people: tuple[Person, ...] | None = None,
    ecps: EcpsSettings | None = None,
    store: Store | None = None,
) -> tuple[Provider, CardBox]:
    """Return a provider whose people have software cards, and the box of those cards.

    Args:
        settings: where it stands.
        control_token: wanted of callers of the control API, None for nothing.
        people: the directory; the personas that ship if not given.
        ecps: limits of the e-CPS journeys.
        store: where it remembers; in memory if not given.
    """
    igc = Igc.create(now=_now())

    def find(idnat: str) -> Person | None:
        return provider.directory.find(idnat)

    cards = CardBox(igc=igc, find=find, now=_now)
    provider = Provider(
        settings=settings,
        card_anchors=igc.anchors,
        card_intermediates=igc.intermediates,
        card_reader=cards,
        control_token=control_token,
        people=people,
        ecps=ecps,
        store=store,
    )
    return provider, cards


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the cards of a fresh provider are made now


@contextmanager
def running_seat(settings: Settings, *, port: int = 0) -> Iterator[Seat]:
    """Serve a provider on loopback for the length of a ``with`` block.

    Args:
        settings: lifetimes and habits; the addresses are replaced by the real ones.
        port: where; 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    listener = bind(LOOPBACK, port)
    provider, cards = make_provider(on_port(settings, listener.getsockname()[1]))
    with quick_turns(), Serving(listener, provider):
        yield Seat(provider=provider, cards=cards)


@contextmanager
def quick_turns() -> Iterator[None]:
    """Have the threads of this process take turns sooner than they would, for the length of a ``with`` block.

    Provider, portal and suite answer one another in one process: with Python's five milliseconds, whoever is asked
    waits that long for whoever works.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
