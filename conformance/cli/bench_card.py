"""The card's part of ``bench``: in the process always, through a real PC/SC service where there is one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.cards import holder_of
from mock_idp.people import builtin_people
from mock_idp.spoken import Spoken
from virtual_card import Igc, Reader, personalise
from virtual_card.bench import bare_signatures, round_trips, signatures, start_ups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from virtual_card import Card

Row = tuple[str, str, list[float]]


def card_rows() -> Iterator[Row]:
    """Give each measurement with its label in French and English; times in seconds.

    Raises:
        NoService: after the rows that need none.
    """
    now = datetime.now(UTC)  # noqa: TID251  # the card that is measured is made now
    holder = next(found for person in builtin_people() if (found := holder_of(person)) is not None)
    igc = Igc.create(now=now)
    card = personalise(holder, igc, now=now)
    yield (
        "carte : aller-retour d'une commande, en mémoire",
        "card: command round trip, in-process",
        round_trips(Reader(card)),
    )
    yield "carte : signature d'authentification", "card: authentication signature", signatures(Reader(card))
    yield "  la même, par cryptography seule", "  the same, by cryptography alone", bare_signatures()
    yield "carte : mise en service", "card: start-up", start_ups(holder, igc, now=now)
    yield from _through_pcscd(card)


class NoService(Spoken):
    """There is no PC/SC service to be measured here; the message says why."""


def _through_pcscd(card: Card) -> Iterator[Row]:
    try:
        # pyscard is an extra, and is built on the machine
        from virtual_card.transport.pcsc_bench import ROUND_TRIP, SIGNATURE, through_pcscd  # noqa: PLC0415
        from virtual_card.transport.pcsc_events import NoChange  # noqa: PLC0415
        from virtual_card.transport.pcscd import PcscdError  # noqa: PLC0415
    except ImportError as missing:
        raise NoService(
            f"{missing.name} n'est pas installé ; installez l'extra « card »",
            f"{missing.name} is not installed; install the extra 'card'",
        ) from None
    try:
        measured = through_pcscd(card)
    except (PcscdError, NoChange) as error:
        raise NoService(error.fr, error.en) from None
    yield "carte : aller-retour par pcscd et vpcd", "card: round trip, pcscd and vpcd", measured[ROUND_TRIP]
    yield "carte : signature par pcscd et vpcd", "card: signature, pcscd and vpcd", measured[SIGNATURE]
