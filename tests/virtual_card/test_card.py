from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_card.talk import APPLICATION, BAD_PIN, GOOD_PIN, hear, say, sw
from virtual_card.apdu import Ins
from virtual_card.card import Card, fresh, process, reset
from virtual_card.state import Session

CERTIFICATE = (APPLICATION, "00A4020C 02 C002")


@given(raws=st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_get_an_answer(card: Card, raws: list[bytes]) -> None:
    """Never an exception; the status word begins with 6 or 9; the memory only counts down."""
    for raw in raws:
        card, answer = process(card, raw)

        assert len(answer) >= 2
        assert answer[-2] >> 4 in {6, 9}


sensible_parameters = [bytes.fromhex(one) for one in ("41a4", "41b6", "41aa", "41b8", "90a0", "9e9a", "8086", "3fff")]
sensible_data = [
    bytes.fromhex(one)
    for one in ("800102840182", "800142840181", "800140", "90008000", "4d087006bf810102a080", "5031", "31323334")
]
plausible = st.builds(
    lambda cla, ins, p1p2, data, le: bytes([cla, ins]) + p1p2 + bytes([len(data)] if data else []) + data + le,
    st.sampled_from([0x00, 0x10]),
    st.sampled_from(Ins),
    st.one_of(st.binary(min_size=2, max_size=2), st.sampled_from(sensible_parameters)),
    st.one_of(st.binary(max_size=20), st.sampled_from(sensible_data)),
    st.sampled_from([b"", b"\x00", b"\x08"]),
)


@given(raws=st.lists(plausible, max_size=12), pin=st.booleans())
def test_plausible_commands_get_an_answer(card: Card, raws: list[bytes], *, pin: bool) -> None:
    """The same for commands that come close to sense, in the application, with the PIN or without."""
    card, _ = say(card, APPLICATION, *([GOOD_PIN] if pin else []))
    for raw in raws:
        card, answer = process(card, raw)

        assert answer[-2] >> 4 in {6, 9}


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("80A4000C", "6E00"),
        ("A0A4000C", "6E00"),
        ("FFA4000C", "6E00"),
        ("04A4000C", "6882"),
        ("01A4000C", "6881"),
        ("00FF0000", "6D00"),
        ("10FF0000", "6D00"),
        ("00", "6700"),
        ("00C0000000", "6985"),
    ],
)
def test_classes_and_instructions(card: Card, command: str, answer: str) -> None:
    """Proprietary classes, secure messaging, other channels, unknown instructions, nothing to fetch."""
    assert answer == sw(card, command)


def test_long_answers_are_fetched(card: Card) -> None:
    """Case 4 sent as case 3: 61 xx announces the answer, GET RESPONSE fetches it, in parts when asked so."""
    waiting, announced = say(card, "00A40904 04 3F00D003")
    length = announced.sw & 0xFF
    rest, first = say(waiting, "00C0000005")

    assert 0x61 == announced.sw >> 8
    assert (5, 0x6100 | length - 5) == (len(first.data), first.sw)
    assert length - 5 == len(say(rest, "00C0000000")[1].data)
    assert "6985" == sw(rest, "00C0000000", "00C0000000")


def test_another_command_drops_what_waits(card: Card) -> None:
    """What was not fetched is gone after the next command, refused or not."""
    waiting, _ = say(card, "00A40904 04 3F00D003")

    assert "6985" == sw(waiting, "0084000008", "00C0000000")
    assert "6985" == sw(waiting, "00FF0000", "00C0000000")


def test_answers_come_at_once_when_asked(card: Card) -> None:
    """Over T=1 the length is in the command and nothing has to be fetched."""
    answer = say(card, "00A40904 04 3F00D003 00")[1]

    assert (True, 0x62) == (answer.ok, answer.data[0])


def test_a_read_of_a_whole_certificate(card: Card) -> None:
    """An extended read gives everything from the offset on."""
    whole = hear(card, *CERTIFICATE, "00B000000007D0")

    assert len(whole) > 1000
    assert whole[256:512] == hear(card, *CERTIFICATE, "00B0010000")


def test_chained_data_is_put_together(card: Card) -> None:
    """A PIN in two parts is the PIN; another command in between drops the beginning."""
    assert "9000" == sw(card, "10200001 02 3132", "00200001 02 3334")
    assert "63C2" == sw(card, "10200001 02 3132", "0084000008", "00200001 02 3334")
    assert "9000" == sw(card, "10200002 02 3132", GOOD_PIN)


def test_a_chain_has_an_end(card: Card) -> None:
    """More than a card can hold is refused, and forgotten."""
    part = "10200001 FF" + "31" * 255

    assert "6700" == sw(card, *[part] * 17)
    assert "9000" == sw(card, *[part] * 17, GOOD_PIN)


def test_a_reset_forgets_the_session_only(card: Card) -> None:
    """Counters stay; place, PIN, and half-sent data go."""
    used, _ = say(card, BAD_PIN, APPLICATION)
    again = reset(used)

    assert Session() == again.session
    assert used.memory == again.memory


@pytest.mark.parametrize("secrets", [{}, {1: b"123", 2: b"12345678"}, {1: b"1234", 2: b"1234567x"}])
def test_bad_secrets_are_not_personalised(card: Card, secrets: dict[int, bytes]) -> None:
    """Missing, too short or not of digits: the error names the secret and says what to give, not what was given."""
    with pytest.raises(ValueError, match=r"secret 0[12]: give . to . digits"):
        fresh(card.image, secrets)
