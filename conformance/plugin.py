"""The plugin that makes pytest play scenarios against a portal; loaded by name, inert without ``--psc-portal``."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from conformance.control import ProviderGone
from conformance.descriptor import Descriptor, read_file
from conformance.exit_codes import Mistaken, Stop
from conformance.lab import open_lab, resets_of
from conformance.outcome import Verdict
from conformance.profiles import ProfileError, builtin_profile, read_profile
from conformance.scenario import MARK, Scenario
from conformance.selection import known_failure, wanted, why_not
from conformance.stage import perform, settle_known, skipped
from conformance.visit import Lab

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.events import Event
    from conformance.profiles import Profile

EVENTS: Final = "psc-events"
FRENCH: Final = "psc-french"
"""What a failure of ours says in French; its English is the exception's text."""
LIES: Final = ("all", "login", "issuer")
"""Lies told in one login may be told in parallel; those of the issuer reach everybody and are told alone, and last."""
LAB: Final = pytest.StashKey[Lab]()
DESCRIBED: Final = pytest.StashKey[Descriptor]()
RESTART: Final = pytest.StashKey["Callable[[], None]"]()


def load_profile(name: str) -> Profile:
    """Return a profile by name, or from the file at a path.

    Raises:
        ProfileError: there is none, or it cannot be used.
    """
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = type(error).__name__
            raise ProfileError(
                f"profile : {path} est illisible ({why}) ; il faut un texte en UTF-8",
                f"profile: {path} cannot be read ({why}); it must be a UTF-8 text",
            ) from None
        return read_profile(text, source=path.name)
    return builtin_profile(name)


class _Restarts:
    """Carries the one thing that no option can: how the portal is restarted."""

    def __init__(self, restart: Callable[[], None]) -> None:
        self._restart = restart

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RESTART] = self._restart


def play(arguments: Sequence[str], listeners: Sequence[object], *, restart: Callable[[], None] | None = None) -> int:
    """Run pytest over scenarios and return its exit code.

    Args:
        arguments: folders and options.
        listeners: objects whose methods are named after pytest's hooks.
        restart: restarts the portal, when the suite started it.
    """
    carriers = [] if restart is None else [_Restarts(restart)]
    return int(pytest.main([*arguments], plugins=[*listeners, *carriers]))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options that the runner uses."""
    group = parser.getgroup("psc-conformance")
    group.addoption("--psc-portal", help="descriptor of the portal under test")
    group.addoption("--psc-portal-port", type=int, default=0, help="what {port} stands for in the descriptor")
    group.addoption("--psc-provider", help="address of the provider that the portal is connected to")
    group.addoption("--psc-control-token-env", help="environment variable that holds the provider's control token")
    group.addoption("--psc-profile", default="psc", help="core, strict, psc, or the path of a profile")
    group.addoption("--psc-select", action="append", default=[], help="scenario id, * allowed; may be repeated")
    group.addoption("--psc-lies", choices=LIES, default=LIES[0], help="play all, or one kind of lies only")
    group.addoption("--psc-language", default="fr", help="fr or en")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, and open the lab."""
    config.addinivalue_line("markers", f"{MARK}(card): the identity card of a scenario")
    portal = config.getoption("--psc-portal")
    if portal is None:
        return
    try:
        described = read_file(Path(portal), port=config.getoption("--psc-portal-port"))
        provider = config.getoption("--psc-provider") or described.provider.url
        if not provider:
            raise Mistaken(  # said in the reader's language, like the rest
                "--psc-provider : manque ; écrivez l'adresse d'un fournisseur démarré (« psc-conformance serve »), "
                "ou [provider] url dans la description du portail",
                "--psc-provider: missing; write the address of a running provider ('psc-conformance serve'), "
                "or [provider] url in the descriptor",
            )
        config.stash[LAB] = open_lab(
            described,
            provider,
            load_profile(config.getoption("--psc-profile")),
            control_token=os.environ.get(config.getoption("--psc-control-token-env") or ""),
        )
    except Stop as error:
        raise pytest.UsageError(error.said(config.getoption("--psc-language"))) from None
    config.stash[DESCRIBED] = described


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the provider and of the driver."""
    lab = config.stash.get(LAB, None)
    if lab is not None:
        lab.close()


def card_on(item: pytest.Item) -> Scenario | None:
    """Return the card of a collected test, or None when it plays no scenario."""
    mark = item.get_closest_marker(MARK)
    return mark.args[0] if mark is not None else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the picked scenarios, and whatever is none; lies that hold for everybody come last."""
    if LAB not in config.stash:
        return
    patterns, lies = config.getoption("--psc-select"), config.getoption("--psc-lies")
    kept = [
        item
        for item in items
        if (card := card_on(item)) is None
        or (wanted(card.id, patterns) and lies in {LIES[0], LIES[2] if card.issuer_wide else LIES[1]})
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = sorted(kept, key=_comes_last)


def _comes_last(item: pytest.Item) -> bool:
    card = card_on(item)
    return card is not None and card.issuer_wide


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> None:
    """Stand in for the trial, which is made when the scenario is played; without a portal there is none."""
    if LAB not in request.config.stash:
        pytest.skip("no portal: play scenarios with 'psc-conformance run portal.toml'")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Play a scenario in place of calling its function, and turn the verdict into pytest's words."""
    card = card_on(pyfuncitem)
    lab, described = pyfuncitem.config.stash.get(LAB, None), pyfuncitem.config.stash.get(DESCRIBED, None)
    if card is None or lab is None or described is None:
        return None
    if (reason := why_not(card, described, lab.portal.capabilities())) is not None:
        _finish(pyfuncitem, skipped(card, reason))
        return True
    lab.resets = lab.portal.resets + resets_of(described, pyfuncitem.config.stash.get(RESTART, None))
    try:
        performance = perform(card, pyfuncitem.obj, lab)
    except Stop as error:
        pyfuncitem.user_properties.append((FRENCH, error.fr))
        if isinstance(error, ProviderGone):
            pyfuncitem.session.shouldstop = "the provider is gone"
        raise
    today = datetime.now(UTC).date()  # noqa: TID251  # a known failure is let pass until a day
    _finish(pyfuncitem, settle_known(performance.events, known_failure(card, described), today))
    return True


def _finish(item: pytest.Item, events: Sequence[Event]) -> None:
    item.user_properties.append((EVENTS, json.dumps(events)))
    verdict = events[-1]
    language = item.config.getoption("--psc-language")
    seen = f"{verdict['scenario']}: {verdict[f'seen_{language}']}"
    if verdict["verdict"] == Verdict.FAILED:
        pytest.fail(seen, pytrace=False)
    if verdict["verdict"] in {Verdict.SKIPPED, Verdict.INCONCLUSIVE}:
        pytest.skip(seen)
