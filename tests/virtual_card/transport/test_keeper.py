from __future__ import annotations

import json
import socket
import stat
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.conftest import PIN, PUK
from virtual_card.reader import Reader
from virtual_card.trace import Recorder
from virtual_card.transport.keeper import Keeper, KeeperError, ask, default_door
from virtual_card.transport.vpcd import VpcdSlot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from virtual_card.card import Card


@pytest.fixture
def door(tmp_path: Path) -> Path:
    """Where the door will be."""
    return tmp_path / "card.sock"


@contextmanager
def keeping(card: Card, door: Path) -> Iterator[None]:
    """Keep a card, before a reader that nobody listens for, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    lines: list[str] = []
    slot = VpcdSlot(Reader(witness=Recorder(lines.append)), port=port)
    keeper = Keeper(slot, card, door=door, about={"holder": "899799000015"}, lines=lines)
    thread = threading.Thread(target=keeper.run)
    thread.start()
    try:
        yield
    finally:
        with suppress(KeeperError):
            ask(door, {"ask": "remove"})
        thread.join(10)
        assert not thread.is_alive()


def test_the_status_says_whose_card_and_what_is_left(card: Card, door: Path) -> None:
    """Holder, whether a reader sees it, tries of both secrets."""
    with keeping(card, door):
        status = ask(door, {"ask": "status"})

    assert {"holder": "899799000015", "inserted": True, "seen": False, "tries_left": {"pin": 3, "puk": 10}} == status


def test_the_pin_is_changed_and_the_card_unblocked(card: Card, door: Path) -> None:
    """Wrong ones are counted and told; the PUK helps."""
    with keeping(card, door):
        changed = ask(door, {"ask": "change-pin", "old": PIN, "new": "4321"})
        refusals, said = [], []
        for _ in range(3):
            with pytest.raises(KeeperError) as refused:
                ask(door, {"ask": "change-pin", "old": PIN, "new": "9999"})
            refusals.append((refused.value.code, refused.value.tries_left))
            said.append(refused.value.fr)
        unblocked = ask(door, {"ask": "unblock", "puk": PUK, "new": PIN})
        status = ask(door, {"ask": "status"})

    assert ({"changed": True}, {"unblocked": True}) == (changed, unblocked)
    assert [("pin-refused", 2), ("pin-refused", 1), ("pin-blocked", None)] == refusals
    assert 3 == status["tries_left"]["pin"]
    assert said[-1].startswith("le code confidentiel est bloqué")


def test_the_trace_is_handed_out(card: Card, door: Path) -> None:
    """What passed so far, without the PIN."""
    with keeping(card, door):
        ask(door, {"ask": "change-pin", "old": PIN, "new": "4321"})
        lines = ask(door, {"ask": "trace"})["lines"]

    assert '{"n": 1, "event": "insert"}' == lines[0]
    assert "0024000108****************" in lines[-1]


def test_after_removal_nobody_answers(card: Card, door: Path) -> None:
    """The door is gone with the card."""
    with keeping(card, door):
        removed = ask(door, {"ask": "remove"})
    # The keeper has ended with the block.
    with pytest.raises(KeeperError, match="insert one with") as absent:
        ask(door, {"ask": "status"})

    assert ({"removed": True}, "card-absent", False) == (removed, absent.value.code, door.exists())


def test_one_card_at_a_time_behind_a_door(card: Card, door: Path) -> None:
    """A second one is refused; a door that a dead process left is taken over."""
    with keeping(card, door):
        with pytest.raises(KeeperError, match="card remove") as present:
            Keeper(VpcdSlot(), card, door=door, about={})
        assert "card-present" == present.value.code
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(door))
    with keeping(card, door):
        assert ask(door, {"ask": "status"})["inserted"]


def test_the_door_is_its_owners(card: Card, door: Path) -> None:
    """PINs pass through it."""
    with keeping(card, door):
        mode = stat.S_IMODE(door.stat().st_mode)

    assert 0 == mode & 0o077


@pytest.mark.parametrize("noise", [b"\n", b"nonsense\n", b"[]\n", b'{"ask": "explode"}\n', b""])
def test_noise_gets_an_answer_and_harms_nobody(card: Card, door: Path, noise: bytes) -> None:
    """What to ask instead; then the card answers as before."""
    with keeping(card, door):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(door))
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            answer = json.loads(line.recv(65536))
        status = ask(door, {"ask": "status"})

    assert "unknown-question" == answer["error"]
    assert status["inserted"]


def test_every_user_has_a_door(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the folder that the system gives users for such things."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert tmp_path == default_door().parent
    assert default_door().name.startswith("psc-conformance-card-")


def test_a_folder_that_is_not_there_is_named(card: Card, tmp_path: Path) -> None:
    """And what to set instead."""
    with pytest.raises(KeeperError, match="set XDG_RUNTIME_DIR"):
        Keeper(VpcdSlot(), card, door=tmp_path / "not-there" / "card.sock", about={})


def test_a_door_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch, card: Card, door: Path) -> None:
    """A PIN sent through it would be theirs."""
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(door))
        theirs.listen()
        monkeypatch.setattr("virtual_card.transport.keeper.os.geteuid", lambda: 12345)
        with pytest.raises(KeeperError, match="belongs to another user"):
            ask(door, {"ask": "unblock", "puk": PUK, "new": PIN})
        with pytest.raises(KeeperError, match="belongs to another user"):
            Keeper(VpcdSlot(), card, door=door, about={})
