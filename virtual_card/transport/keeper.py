"""A card that stays in a reader until somebody takes it out, and the small door through which it is asked things.

The door is a socket in the file system that only its owner can open; a question is one line of JSON, and so is the
answer.  PINs pass through it and are kept nowhere.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from virtual_card.access import PinRef
from virtual_card.desk_errors import DeskError
from virtual_card.pin_office import change_pin, unblock
from virtual_card.reader import ReaderEmpty
from virtual_card.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from virtual_card.state import Card
    from virtual_card.transport.vpcd import VpcdSlot

Answer: TypeAlias = dict[str, Any]

_PIECE = 65536
_LONGEST = 64 << 20
_PATIENCE_SECONDS = 10.0
_OWNER_ONLY = 0o077


class KeeperError(Spoken):
    """A question that cannot be answered; ``code`` is stable, the message says what to do."""

    def __init__(self, code: str, fr: str, en: str, tries_left: int | None = None) -> None:
        super().__init__(fr, en)
        self.code = code
        self.tries_left = tries_left


def default_door() -> Path:
    """Return where the door of this user's card is."""
    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(folder) / f"psc-conformance-card-{os.geteuid()}.sock"


class Keeper:
    """Keeps one card in a slot and answers questions about it, in the thread that calls `run`."""

    def __init__(self, slot: VpcdSlot, card: Card, *, door: Path, about: Answer, lines: Collection[str] = ()) -> None:
        """Open the door; the card is not in the slot yet.

        Args:
            slot: where the card goes.
            card: to keep.
            door: where questions come in.
            about: what ``status`` says besides the counters: whose card, which profile, which port.
            lines: what ``trace`` says; somebody else adds to it.

        Raises:
            KeeperError: ``card-present``, when another card is kept behind that door.
        """
        self._slot = slot
        self._card = card
        self._about = about
        self._lines = lines
        self._path = door
        self._over = False
        self._door = _open(door)

    def run(self) -> None:
        """Put the card in, and answer until it is taken out or the process is interrupted."""
        try:
            self._slot.insert(self._card)
            while not self._over:
                line, _ = self._door.accept()
                with line, suppress(OSError):
                    line.settimeout(_PATIENCE_SECONDS)
                    line.sendall(json.dumps(self._answer(_heard(line))).encode() + b"\n")
        finally:
            self._slot.close()
            self._door.close()
            self._path.unlink(missing_ok=True)

    def _answer(self, question: Answer) -> Answer:
        answers: dict[str, Callable[[Answer], Answer]] = {
            "status": self._status,
            "remove": self._remove,
            "trace": self._trace,
            "change-pin": self._change_pin,
            "unblock": self._unblock,
        }
        answer = answers.get(str(question.get("ask")))
        if answer is None:
            known = ", ".join(answers)
            return _refusal("unknown-question", Spoken(f"demandez l'un de {known}", f"ask one of {known}"))
        try:
            return answer(question)
        except DeskError as refused:
            return {**_refusal(refused.code, refused), "tries_left": getattr(refused, "tries_left", None)}
        except ReaderEmpty as gone:
            return _refusal("card-absent", gone)

    def _status(self, _: Answer) -> Answer:
        card = self._slot.card
        pins = card.memory.pins if card is not None else {}
        left = {ref.name.lower(): pins[ref].tries_left for ref in PinRef if ref in pins}
        return {**self._about, "inserted": card is not None, "seen": self._slot.seen, "tries_left": left}

    def _remove(self, _: Answer) -> Answer:
        self._over = True
        return {"removed": True}

    def _trace(self, _: Answer) -> Answer:
        return {"lines": list(self._lines)}

    def _change_pin(self, question: Answer) -> Answer:
        change_pin(self._slot, str(question.get("old", "")), str(question.get("new", "")))
        return {"changed": True}

    def _unblock(self, question: Answer) -> Answer:
        unblock(self._slot, str(question.get("puk", "")), str(question.get("new", "")))
        return {"unblocked": True}


def ask(door: Path, question: Answer) -> Answer:
    """Ask the card behind a door something, and return the answer.

    Raises:
        KeeperError: ``card-absent`` when there is none, ``door-unusable`` when the door is somebody else's, or what the
            card's side refused.
    """
    try:
        if door.lstat().st_uid != os.geteuid():
            raise KeeperError(
                "door-unusable",
                f"{door} est à un autre utilisateur ; donnez à XDG_RUNTIME_DIR un dossier à vous",
                f"{door} belongs to another user; set XDG_RUNTIME_DIR to a folder of yours",
            )
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE_SECONDS)
            line.connect(str(door))
            line.sendall(json.dumps(question).encode() + b"\n")
            answer = _heard(line)
    except OSError:
        raise KeeperError(
            "card-absent",
            "aucune carte n'est insérée ; insérez-en une avec : psc-conformance card insert",
            "no card is inserted; insert one with: psc-conformance card insert",
        ) from None
    if "error" in answer:
        en = str(answer.get("message", ""))
        # a card that an older version keeps speaks English only
        raise KeeperError(str(answer["error"]), str(answer.get("message_fr", en)), en, answer.get("tries_left"))
    return answer


def _refusal(code: str, why: Spoken) -> Answer:
    """Return a refusal as it goes through the door, in both languages: the one who asks knows which is read there."""
    return {"error": code, "message": why.en, "message_fr": why.fr}


def _open(path: Path) -> socket.socket:
    if _kept(path):
        raise KeeperError(
            "card-present",
            "une carte est déjà insérée ; retirez-la : psc-conformance card remove",
            "a card is inserted already; take it out: psc-conformance card remove",
        )
    door = socket.socket(socket.AF_UNIX)
    before = os.umask(_OWNER_ONLY)
    try:
        path.unlink(missing_ok=True)
        door.bind(str(path))
        door.listen()
    except OSError as problem:
        door.close()
        why = problem.strerror
        raise KeeperError(
            "door-unusable",
            f"{path} : impossible à créer ({why}) ; donnez à XDG_RUNTIME_DIR un dossier à vous",
            f"{path} cannot be made ({why}); set XDG_RUNTIME_DIR to a folder of yours",
        ) from None
    finally:
        os.umask(before)
    return door


def _kept(path: Path) -> bool:
    try:
        ask(path, {"ask": "status"})
    except KeeperError as none:
        if none.code == "door-unusable":
            raise
        return False
    return True


def _heard(line: socket.socket) -> Answer:
    data = b""
    while not data.endswith(b"\n") and (piece := line.recv(_PIECE)):
        data += piece
        if len(data) > _LONGEST:
            break
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
