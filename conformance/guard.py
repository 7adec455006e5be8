"""A guard at start-up: the four import names, which are generic, must be ours alone.

Two distributions may both install a package called ``conformance``; the second then silently overwrites files of the
first, and the package installer says that all is well.  What runs afterwards is a mixture that nobody wrote.
See ``docs/adr/0001-packaging-with-generic-names.md``.
"""

from __future__ import annotations

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.exit_codes import Ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DISTRIBUTION = "psc-conformance"
PACKAGES = ("mock_idp", "virtual_card", "scenarios", "conformance")

_HINT_FR = (
    "Installez psc-conformance dans un environnement à lui (pipx, uv tool, ou l'image de conteneur), "
    "ou enlevez l'autre distribution et réinstallez psc-conformance."
)
_HINT_EN = (
    "Install psc-conformance in an environment of its own (pipx, uv tool, or the container image), "
    "or remove the other distribution and install psc-conformance again."
)


class OwnershipError(Ours):
    """One of our import names belongs to somebody else too; the message ends with what to do."""

    def __init__(self, fr: str, en: str) -> None:
        """Say what is wrong; the remedy is always the same."""
        super().__init__(f"{fr}. {_HINT_FR}", f"{en}. {_HINT_EN}")


def check_ownership(
    owners: Callable[[], Mapping[str, Sequence[str]]] = packages_distributions,
    place: Callable[[str], Path | None] | None = None,
) -> None:
    """Make sure that the four packages come from one distribution, and from one folder.

    Args:
        owners: gives, for each import name, the distributions that installed files under it.
        place: gives the folder a package would be imported from, or None if there is none.

    Raises:
        OwnershipError: another distribution owns one of the names, or a package is missing or lies elsewhere.
    """
    installed = owners()
    for name in PACKAGES:
        # An editable installation owns no file under the name: then only the folder below can tell.
        if strangers := sorted(set(installed.get(name, ())) - {DISTRIBUTION}):
            others = ", ".join(strangers)
            raise OwnershipError(
                f"le paquet « {name} » est aussi installé par {others}",
                f"the package '{name}' is also installed by {others}",
            )
    find = place or _folder_of
    home = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        folder = find(name)
        if folder is None:
            raise OwnershipError(
                f"le paquet « {name} » de psc-conformance manque",
                f"the package '{name}' of psc-conformance is missing",
            )
        if folder.resolve() != home / name:
            raise OwnershipError(
                f"le paquet « {name} » serait pris dans {folder}, et non dans {home}",
                f"the package '{name}' would be taken from {folder}, not from {home}",
            )


def _folder_of(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])
