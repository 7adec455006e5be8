"""The start-up guard finds another owner, a missing package, and a package from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import guard

HOME = Path(guard.__file__).resolve().parent.parent
OURS = {name: ["psc-conformance"] for name in guard.PACKAGES}


def at_home(name: str) -> Path | None:
    """Place every package beside this one."""
    return HOME / name


@pytest.mark.parametrize("owners", [OURS, {}], ids=["installed", "editable"])
def test_our_own_packages_pass(owners: dict[str, list[str]]) -> None:
    """A plain installation owns the four names; an editable one owns no file at all."""
    guard.check_ownership(owners=lambda: owners, place=at_home)


@pytest.mark.parametrize("name", guard.PACKAGES)
def test_another_owner_is_named(name: str) -> None:
    """The message names the package and the other distribution, and says what to do."""
    owners = {**OURS, name: ["psc-conformance", "other-thing"]}

    with pytest.raises(guard.OwnershipError, match=f"'{name}' is also installed by other-thing") as caught:
        guard.check_ownership(owners=lambda: owners, place=at_home)

    assert "an environment of its own" in caught.value.en
    assert f"« {name} » est aussi installé par other-thing" in caught.value.fr
    assert "un environnement à lui" in caught.value.fr


def test_a_package_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """A folder of the same name that comes first on the path is noticed."""

    def place(name: str) -> Path:
        return tmp_path / name if name == "scenarios" else HOME / name

    with pytest.raises(guard.OwnershipError, match="'scenarios' would be taken from"):
        guard.check_ownership(owners=lambda: OURS, place=place)


def test_a_missing_package_is_refused() -> None:
    """A half-removed installation is noticed."""
    with pytest.raises(guard.OwnershipError, match="'virtual_card' of psc-conformance is missing"):
        guard.check_ownership(owners=lambda: OURS, place=lambda name: None if name == "virtual_card" else HOME / name)


def test_this_checkout_passes() -> None:
    """The environment these tests run in is sound."""
    guard.check_ownership()
