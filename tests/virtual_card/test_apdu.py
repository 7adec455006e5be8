from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.apdu import SW, CardError, Command, Response

byte = st.integers(0, 255)
commands = st.builds(
    Command,
    cla=byte,
    ins=byte,
    p1=byte,
    p2=byte,
    data=st.binary(max_size=300),
    le=st.one_of(st.integers(0, 300), st.just(65536)),
)


@given(commands)
def test_rendered_commands_are_read_back(command: Command) -> None:
    """Short and extended, case 1 to 4: what is rendered is parsed to the same command."""
    assert command == Command.parse(command.render())


@given(st.binary(max_size=300))
def test_parsed_bytes_render_to_the_same_command(raw: bytes) -> None:
    """Any bytes are a command or of wrong length; a command rendered again means the same."""
    try:
        command = Command.parse(raw)
    except CardError as problem:
        refusal: SW | None = problem.sw
    else:
        refusal = None
        raw = command.render()

        assert command == Command.parse(raw)
    assert refusal in {None, SW.WRONG_LENGTH}


@pytest.mark.parametrize(
    ("raw", "data", "le"),
    [
        ("00200001", 0, 0),
        ("0020000100", 0, 256),
        ("00B0000005", 0, 5),
        ("0020000102AABB", 2, 0),
        ("00A4040002AABB00", 2, 256),
        ("00B00000000100", 0, 256),
        ("00B00000000000", 0, 65536),
        ("002A8086000002AABB", 2, 0),
        ("002A8086000002AABB0000", 2, 65536),
    ],
)
def test_the_seven_cases(raw: str, data: int, le: int) -> None:
    """The encodings of ISO 7816-3 12.1.3, one by one."""
    command = Command.parse(bytes.fromhex(raw))

    assert (data, le) == (len(command.data), command.le)


@pytest.mark.parametrize(
    "raw", ["", "00A404", "00A4040003AABB", "00A40400010102030405", "00A404000000", "00A4040000000001AA"]
)
def test_wrong_lengths(raw: str) -> None:
    """Bytes that fit no case are refused."""
    with pytest.raises(CardError) as refusal:
        Command.parse(bytes.fromhex(raw))

    assert SW.WRONG_LENGTH == refusal.value.sw


def test_too_much_data_is_a_programming_error() -> None:
    """No command can carry 65536 bytes of data."""
    with pytest.raises(ValueError, match="65536 bytes of data"):
        Command(ins=0x20, data=bytes(65536)).render()


def test_answers() -> None:
    """Data and status word are told apart; less than a status word is no answer."""
    answer = Response.parse(bytes.fromhex("AABB9000"))

    assert (b"\xaa\xbb", True) == (answer.data, answer.ok)
    assert bytes.fromhex("6982") == Response(sw=SW.SECURITY_STATUS_NOT_SATISFIED).render()
    with pytest.raises(ValueError, match="status word"):
        Response.parse(b"\x90")
