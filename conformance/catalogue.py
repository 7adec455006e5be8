"""Every scenario there is: ours and those of other packs, found by entry point and played by their own functions."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.exit_codes import Mistaken
from conformance.scenario import Scenario, card_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.descriptor import Descriptor
    from conformance.profiles import Profile
    from conformance.trial import Trial

GROUP: Final = "psc_conformance.scenarios"


class CatalogueError(Mistaken):
    """Scenarios that cannot be used together, or a pattern that names none; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A scenario, the function that plays it, and the file it stands in."""

    card: Scenario
    play: Callable[[Trial], None]
    path: Path


def packs() -> dict[Path, str]:
    """Return the folder of every scenario pack that is installed, with the package it is; ours first."""
    found: dict[Path, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name != "builtin", one.name)):
        found |= {Path(folder): point.value for folder in importlib.import_module(point.value).__path__}
    return found


def catalogue() -> tuple[Case, ...]:
    """Return every scenario, in the order of the files.

    Raises:
        CatalogueError: two scenarios have the same id.
    """
    cases = [case for pack, package in packs().items() for path in _files(pack) for case in _cases(path, pack, package)]
    seen: dict[str, Path] = {}
    for case in cases:
        if case.card.id in seen:
            other = seen[case.card.id].name
            raise CatalogueError(
                f"{case.path.name} : {case.card.id} est déjà pris par {other} ; renommez-le",
                f"{case.path.name}: {case.card.id} is taken by {other}; rename it",
            )
        seen[case.card.id] = case.path
    return tuple(cases)


def select(cases: Sequence[Case], patterns: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases whose id fits one of the patterns (``idt.*``); all of them when there is no pattern.

    Raises:
        CatalogueError: a pattern fits nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(case.card.id, pattern) for case in cases):
            raise CatalogueError(
                f"select : aucun scénario ne s'appelle {pattern!r} ; « psc-conformance list » les montre",
                f"select: no scenario is called {pattern!r}; 'psc-conformance list' shows them",
            )
    return tuple(
        case for case in cases if not patterns or any(fnmatchcase(case.card.id, pattern) for pattern in patterns)
    )


def check_exceptions(cases: Sequence[Case], described: Descriptor, profile: Profile) -> None:
    """Refuse exceptions that name no scenario: a misspelt one would silently be none.

    Raises:
        CatalogueError: an entry of the descriptor or a row of the profile fits nothing.
    """
    named = [("[expect] skip", one.pattern) for one in described.skip]
    named += [("[expect] known", one.pattern) for one in described.known]
    named += [(f"profile {profile.name}, row", name) for name in profile.rows]
    for place, pattern in named:
        if not any(fnmatchcase(case.card.id, pattern) for case in cases):
            raise CatalogueError(
                f"{place} : aucun scénario ne s'appelle {pattern!r} ; « psc-conformance list » les montre",
                f"{place}: no scenario is called {pattern!r}; 'psc-conformance list' shows them",
            )


def _files(pack: Path) -> Iterator[Path]:
    return iter(sorted(pack.rglob("test_*.py")))


def _cases(path: Path, pack: Path, package: str) -> Iterator[Case]:
    name = ".".join((package, *path.relative_to(pack).with_suffix("").parts))
    module = importlib.import_module(name)
    for play in vars(module).values():
        card = card_of(play) if callable(play) else None
        if card is not None:
            yield Case(card=card, play=play, path=path)
