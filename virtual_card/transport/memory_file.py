"""A card's memory in a file: tries left, PINs as they were changed, files written to survive the end of the process.

The file holds the PIN and the PUK, as the card does: it is made readable by its owner only.  A write either happens or
does not: a power cut leaves the old file or the new one, never half of one.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from virtual_card.files import ElementaryFile, path_bytes, path_of, show
from virtual_card.spoken import Spoken
from virtual_card.state import Memory, PinState

if TYPE_CHECKING:
    from pathlib import Path

    from virtual_card.state import Card

VERSION = 1
_OWNER_ONLY = 0o600


class MemoryFileError(Spoken):
    """The file cannot be used; the message names the field and the remedy, never a secret."""


class MemoryFile:
    """The file that belongs to one card."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read or written yet."""
        self.path = path

    def restore(self, card: Card) -> Card:
        """Return a card with the memory that the file holds, or as it is when there is no file.

        Raises:
            MemoryFileError: the file cannot be read, is damaged, or belongs to another card.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return card
        except (OSError, UnicodeDecodeError):
            raise self._unusable("illisible", "cannot be read") from None
        try:
            found = json.loads(text)
        except ValueError:
            raise self._unusable("ce n'est pas du JSON", "is no JSON") from None
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise self._unusable(f"champ version : ce n'est pas {VERSION}", f"field version: is not {VERSION}")
        if found.get("card") != fingerprint(card):
            raise self._unusable("champ card : il est à une autre carte", "field card: it belongs to another card")
        pins = {ref: self._pin(card, ref, found) for ref in card.image.pins}
        challenges = self._number(found, "challenges", least=0)
        return replace(card, memory=Memory(pins=pins, written=self._written(card, found), challenges=challenges))

    def keep(self, card: Card, memory: Memory) -> None:
        """Write a card's memory down.

        Raises:
            MemoryFileError: the file cannot be written.
        """
        content = {
            "version": VERSION,
            "card": fingerprint(card),
            "pins": {
                str(int(ref)): {
                    "value": state.value.decode("ascii"),
                    "tries_left": state.tries_left,
                    "uses_left": state.uses_left,
                }
                for ref, state in memory.pins.items()
            },
            "written": {path_bytes(path).hex(): data.hex() for path, data in memory.written.items()},
            "challenges": memory.challenges,
        }
        try:
            self._replace(json.dumps(content, indent=1).encode())
        except OSError as problem:
            why = problem.strerror
            raise MemoryFileError(
                f"fichier mémoire {self.path} : impossible à écrire ({why}) ; permettez d'écrire dans son dossier",
                f"memory file {self.path}: cannot be written ({why}); make its folder writable",
            ) from None

    def _replace(self, content: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    def _pin(self, card: Card, ref: int, found: dict[str, Any]) -> PinState:
        pin = card.image.pins[ref]
        members = found.get("pins")
        state = members.get(str(int(ref))) if isinstance(members, dict) else None
        if not isinstance(state, dict):
            raise self._unusable(f"champ pins.{ref} : manque", f"field pins.{ref}: is missing")
        value = state.get("value")
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise self._unusable(
                f"champ pins.{ref}.value : pas que des chiffres", f"field pins.{ref}.value: is not of digits"
            )
        if not pin.min_length <= len(value) <= pin.max_length:
            least, most = pin.min_length, pin.max_length
            raise self._unusable(
                f"champ pins.{ref}.value : n'a pas {least} à {most} chiffres",
                f"field pins.{ref}.value: has not {least} to {most} digits",
            )
        tries = self._number(state, "tries_left", least=0, most=pin.tries)
        uses = None if pin.uses is None else self._number(state, "uses_left", least=0, most=pin.uses)
        return PinState(value=value.encode(), tries_left=tries, uses_left=uses)

    def _written(self, card: Card, found: dict[str, Any]) -> dict[tuple[int, ...], bytes]:
        members = found.get("written")
        if not isinstance(members, dict):
            raise self._unusable("champ written : manque", "field written: is missing")
        written = {}
        for name, data in members.items():
            try:
                path, content = path_of(bytes.fromhex(name)), bytes.fromhex(data)
            except (ValueError, TypeError):
                raise self._unusable(
                    "champ written : ce n'est pas de l'hexadécimal", "field written: is not hexadecimal"
                ) from None
            node = card.image.files.get(path)
            if not isinstance(node, ElementaryFile) or len(content) != len(node.content):
                raise self._unusable(
                    f"champ written : {show(path)} n'est pas un fichier de cette carte, ou a une autre taille",
                    f"field written: {show(path)} is no file of this card, or of another size",
                )
            written[path] = content
        return written

    def _number(self, members: dict[str, Any], name: str, *, least: int, most: int | None = None) -> int:
        value = members.get(name)
        if (
            not isinstance(value, int)
            or isinstance(value, bool)
            or value < least
            or (most is not None and value > most)
        ):
            fr, en = (f"{least} ou plus", f"{least} or more")
            if most is not None:
                fr, en = (f"{least} à {most}", f"{least} to {most}")
            raise self._unusable(
                f"champ {name} : ce n'est pas un nombre entier, {fr}", f"field {name}: is not a whole number, {en}"
            )
        return value

    def _unusable(self, fr: str, en: str) -> MemoryFileError:
        return MemoryFileError(
            f"fichier mémoire {self.path} : {fr} ; supprimez-le pour une carte neuve, ou nommez un autre fichier",
            f"memory file {self.path}: {en}; delete it for a fresh card, or name another file",
        )


def fingerprint(card: Card) -> str:
    """Return what tells a card from others: its serial number and generation, which its image fixes."""
    return sha256(card.image.challenge_seed + card.image.atr).hexdigest()[:16]
