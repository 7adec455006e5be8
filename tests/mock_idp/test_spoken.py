"""Failures in two languages: the English is the text, the French is there too, and both travel between processes."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251  # what multiprocessing sends

import pytest

from conformance.guard import OwnershipError
from conformance.page import Page
from conformance.toml_reader import DescriptorError
from conformance.workstation import WorkstationError
from mock_idp.configuration import ConfigurationError
from virtual_card.desk_errors import PinRefused
from virtual_card.transport.keeper import KeeperError

FAILURES = [
    DescriptorError("x : manque", "x: missing"),
    ConfigurationError("x : manque", "x: missing"),
    OwnershipError("pris", "taken"),
    WorkstationError(("scanner", "scan"), Page(url="")),
    PinRefused(2),
    KeeperError("card-absent", "aucune carte", "no card", 3),
]


@pytest.mark.parametrize("failure", FAILURES, ids=[type(one).__name__ for one in FAILURES])
def test_a_failure_travels_whole(failure: DescriptorError) -> None:
    """Between the workers of a run, and through a copy: same kind, same texts, and whatever else it knows."""
    for again in (pickle.loads(pickle.dumps(failure)), copy.copy(failure)):  # noqa: S301  # our own bytes
        assert type(failure) is type(again)
        assert (failure.fr, failure.en, str(failure)) == (again.fr, again.en, str(again))
        assert vars(failure) == vars(again)


@pytest.mark.parametrize(("language", "text"), [("fr", "x : manque"), ("en", "x: missing"), ("", "x : manque")])
def test_a_failure_is_said_in_the_readers_language(language: str, text: str) -> None:
    """French unless English is asked for, as everywhere; logs and ``str`` keep the English."""
    failure = DescriptorError("x : manque", "x: missing")

    assert text == failure.said(language)
    assert "x: missing" == str(failure)


def test_the_two_simulators_say_it_alike() -> None:
    """Neither knows the other, so the class stands twice; it must not come apart."""
    from mock_idp import spoken as provider  # noqa: PLC0415  # the two only here
    from virtual_card import spoken as card  # noqa: PLC0415

    public = [name for name in vars(provider.Spoken) if not name.startswith("__weak")]

    assert public == [name for name in vars(card.Spoken) if not name.startswith("__weak")]
    for name in ("__init__", "__str__", "said", "__reduce__"):
        ours, theirs = getattr(provider.Spoken, name).__code__, getattr(card.Spoken, name).__code__
        assert (ours.co_code, ours.co_names) == (theirs.co_code, theirs.co_names)
