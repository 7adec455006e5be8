"""Every miniature portal as people read it, with the scenario that notices its defect."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A defect as people read it.

    Attributes:
        caught_by: identifier of the scenario that fails on this portal.
        also: scenarios of the same root cause that this portal cannot pass either; any other failure is a mistake.
    """

    title_fr: str
    title_en: str
    caught_by: str
    also: frozenset[str] = frozenset()


def read_miniatures(text: str) -> Mapping[Defect, Miniature]:
    """Return the miniatures of a TOML text, one table per defect.

    Raises:
        ValueError: a table is called after no defect.
        KeyError: a table lacks ``fr``, ``en`` or ``caught_by``.
    """
    tables: dict[str, Any] = tomllib.loads(text)
    return MappingProxyType(
        {
            Defect(name): Miniature(
                title_fr=table["fr"],
                title_en=table["en"],
                caught_by=table["caught_by"],
                also=frozenset(table.get("also", ())),
            )
            for name, table in tables.items()
        }
    )


MINIATURES: Final = read_miniatures(
    files("conformance.miniatures").joinpath("defects.toml").read_text(encoding="utf-8")
)
