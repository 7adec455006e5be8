"""Records as JSON text, written and read back field by field: nothing that is read can run.

A value that JSON lacks is an object with one member, whose name says what it is: ``{"tuple": [1, 2]}``,
``{"moment": "2026-03-02T12:00:00+00:00"}``, ``{"ecps.device.Device": {"device_id": ...}}``.  One record has one text,
so texts can be compared.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PLAIN = (str, int, float, bool, type(None))


class Written(Protocol):
    """A kind of record that says itself how it is written as text, and is read from text."""

    def written(self) -> str:
        """Return the text."""
        ...

    @classmethod
    def read(cls, text: str) -> Any:
        """Return the record of a text."""
        ...


class CodecError(TypeError):
    """A value of a kind that was not announced: a mistake in a program, or a text that no such program wrote."""


class Codec:
    """Writes and reads records of known kinds, and no others."""

    def __init__(self, kinds: Iterable[type[Any]]) -> None:
        """Know the kinds of records, and of what they are made: dataclasses, enumerations, and what is ``Written``."""
        self._kinds = {_name(kind): kind for kind in kinds}

    @property
    def shape(self) -> str:
        """Return a fingerprint of the kinds and their members: what one shape wrote, another may not understand."""
        known = sorted((name, _members(kind)) for name, kind in self._kinds.items())
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]

    def text(self, value: Any) -> str:
        """Return the one text of a record, pure ASCII.

        Raises:
            CodecError: it is, or holds, something of an unknown kind.
        """
        return json.dumps(self._encoded(value), separators=(",", ":"), allow_nan=False)

    def record(self, text: str | bytes) -> Any:
        """Return the record of a text.

        Raises:
            CodecError: the text names an unknown kind.
        """
        return self._decoded(json.loads(text))

    def _encoded(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is tuple:
            return {"tuple": [self._encoded(item) for item in value]}
        if kind is bytes:
            return {"octets": base64.b64encode(value).decode("ascii")}
        if kind is datetime:
            return {"moment": value.isoformat()}
        if kind is timedelta:
            return {"span": [value.days, value.seconds, value.microseconds]}
        return {self._known(kind): self._members_of(value)}

    def _known(self, kind: type[Any]) -> str:
        name = _name(kind)
        if self._kinds.get(name) is not kind:
            raise CodecError(f"{name} is no kind of record; add it to mock_idp/web/records.py")
        return name

    def _members_of(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return self._encoded(value.value)
        if is_dataclass(value) and not hasattr(value, "written"):
            return {member.name: self._encoded(getattr(value, member.name)) for member in fields(value)}
        return value.written()

    def _decoded(self, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        ((name, inside),) = said.items()
        readers: dict[str, Callable[[], Any]] = {
            "tuple": lambda: tuple(self._decoded(item) for item in inside),
            "octets": lambda: base64.b64decode(inside),
            "moment": lambda: datetime.fromisoformat(inside),
            "span": lambda: timedelta(*inside),
        }
        return readers[name]() if name in readers else self._made(name, inside)

    def _made(self, name: str, inside: Any) -> Any:
        kind = self._kinds.get(name)
        if kind is None:
            raise CodecError(f"{name!r} is no kind of record")
        if issubclass(kind, Enum):
            return kind(self._decoded(inside))
        if hasattr(kind, "read"):
            return kind.read(inside)
        return kind(**{member: self._decoded(value) for member, value in inside.items()})


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("mock_idp.")


def _members(kind: type[Any]) -> list[str]:
    if issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return [member.name for member in fields(kind)] if is_dataclass(kind) else []
