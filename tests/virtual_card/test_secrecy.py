from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from virtual_card.apdu import Command, Response
from virtual_card.card import process
from virtual_card.desk import Desk, DeskError
from virtual_card.holder import Holder, personalise
from virtual_card.keys import simulated_key
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.igc import Igc

PIN, PUK = "7391", "60428157"


def test_no_secret_in_any_text(holder: Holder, igc: Igc, now: datetime) -> None:
    """PIN, PUK, and parts of them on the way to the card stand in no repr, str or exception."""
    card = personalise(holder, igc, now=now, pin=PIN, puk=PUK, keys=lambda _name: simulated_key("tests"))
    halved, _ = process(card, bytes.fromhex("1020000102") + PIN[:2].encode())
    reader = Reader(card)
    command = Command(ins=0x20, p2=1, data=PIN.encode())
    with pytest.raises(DeskError) as wrong:
        Desk(reader).verify_pin("7390")
    with pytest.raises(DeskError) as malformed:
        Desk(reader).verify_pin(PIN + "x")
    things = [card, card.image, card.memory, halved, halved.session, reader, command, Response(data=PIN.encode())]
    things += [wrong.value, malformed.value]
    texts = [text for thing in things for text in (repr(thing), str(thing))]
    forms = [PIN, PUK, PIN.encode().hex(), repr(PIN.encode()), repr(PIN[:2].encode())]

    assert [] == [text for text in texts for form in forms if form in text]
    assert halved.session.chain is not None
