"""A run from the first login to the reports: pytest plays the scenarios, this listens and writes."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from conformance import plugin
from conformance.addresses import addresses_of, shown_path
from conformance.catalogue import catalogue, check_exceptions, packs, select
from conformance.descriptor import read_file
from conformance.events import SCHEMA, Event, EventLog, read_events
from conformance.exit_codes import ExitCode
from conformance.lab import first_login, open_lab
from conformance.outcome import Verdict
from conformance.report_files import EVENTS_FILE, write_reports
from conformance.reports import read_run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from conformance.descriptor import Descriptor
    from conformance.profiles import Profile
    from conformance.reports import Run
    from conformance.texts import Texts
    from conformance.visit import Lab


class Listener(Protocol):
    """Who is told how a run goes, while it goes."""

    def begins(self, count: int) -> None:
        """The first login worked; that many scenarios follow."""
        ...

    def played(self, card: Event, verdict: Event) -> None:
        """One scenario was played and judged."""
        ...

    def failed(self, where: str, fr: str, en: str) -> None:
        """Something of ours went wrong; where, and what in French and English."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to run.

    Attributes:
        portal: the descriptor's file.
        provider: address of the running provider.
        profile: name, or path of a profile.
        patterns: scenario ids, ``*`` allowed; none for all.
        folder: where the reports go; made if need be, its old reports replaced.
        language: ``fr`` or ``en``.
        port: what ``{port}`` stands for in the descriptor.
        restart: restarts the portal, when the suite started it.
        workers: how many scenarios are played at once; lies that reach everybody are told alone all the same.
        control_token_env: environment variable with the token of the provider's control API, if it wants one.
    """

    portal: Path
    provider: str
    profile: str
    folder: Path
    patterns: tuple[str, ...] = ()
    language: str = "fr"
    port: int = 0
    restart: Callable[[], None] | None = field(default=None, repr=False)
    workers: int = 1
    control_token_env: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended.

    Attributes:
        run: what happened; None when not even the first login worked.
        trouble: what was wrong with the first login, as a stable word.
    """

    code: ExitCode
    run: Run | None = None
    trouble: str | None = None


def run_suite(order: Order, listener: Listener, *, steps: Sequence[Event] = ()) -> Result:
    """Play the scenarios against a portal and write the reports.

    Args:
        order: what to run.
        listener: who is told.
        steps: events of the tutorial's journey, when it was walked before.

    Raises:
        DescriptorError, ProfileError, CatalogueError: the order cannot be used.
        ControlFailed: there is no provider.
        WorkstationError: the provider showed something unexpected at the first login.
    """
    described, profile = read_file(order.portal, port=order.port), plugin.load_profile(order.profile)
    everything = catalogue()
    check_exceptions(everything, described, profile)
    cases = select(everything, order.patterns)
    lab = open_lab(described, order.provider, profile, control_token=os.environ.get(order.control_token_env or ""))
    try:
        trouble = first_login(lab)
    finally:
        lab.close()
    if trouble is not None:
        return Result(code=ExitCode.UNREACHABLE, trouble=trouble)
    order.folder.mkdir(parents=True, exist_ok=True)
    earlier = _earlier(order.folder / EVENTS_FILE, described)
    log = EventLog(order.folder / EVENTS_FILE)
    try:
        log.add([_run_event(described, profile, lab, order), *steps])
        listener.begins(len(cases))
        began = time.monotonic()
        ear = _Ear(log, listener)
        status = _play(order, ear)
        code = exit_code(ear.verdicts, status, errors=ear.errors)
        if code is not ExitCode.INTERRUPTED:
            log.add([_end_event(ear, code, time.monotonic() - began)])
    finally:
        log.close()
    run = read_run(log.events)
    write_reports(run, order.folder, order.language, earlier=earlier, descriptor=order.portal)
    return Result(code=code, run=run)


def _earlier(log: Path, described: Descriptor) -> Run | None:
    """Return the run whose log stands there, when it was about the same portal and can still be read."""
    try:
        run = read_run(read_events(log.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return run if run.start["portal"]["name"] == described.name else None


class _Ear:
    """Hears from pytest what each scenario brought; its method is named after the hook."""

    def __init__(self, log: EventLog, listener: Listener) -> None:
        self._log = log
        self._listener = listener
        self.verdicts: list[Verdict] = []
        self.errors = 0

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take the events of a scenario, or note that it never came to a verdict."""
        found = [json.loads(value) for name, value in report.user_properties if name == plugin.EVENTS]
        if report.when == "call" and found:
            events = found[-1]
            self._log.add(events)
            self.verdicts.append(Verdict(events[-1]["verdict"]))
            self._listener.played(events[0], events[-1])
        elif report.failed and not found:
            french = next((value for name, value in report.user_properties if name == plugin.FRENCH), "")
            self._error(report.nodeid, *_what(report.longrepr, french))

    def pytest_collectreport(self, report: Any) -> None:
        """Note scenarios that cannot even be read."""
        if report.failed:
            self._error(report.nodeid or "collection", *_what(report.longrepr))

    def _error(self, where: str, fr: str, en: str) -> None:
        self.errors += 1
        self._log.add([{"kind": "error", "where": where, "what": en, "what_fr": fr}])
        self._listener.failed(where, fr, en)


_KIND: Final = re.compile(r"[\w.]+")


def _what(longrepr: Any, french: str = "") -> Texts:
    """Return what went wrong: the kind of the exception, and its text only where our own classes vouch for it."""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is None:
        return "la collecte a échoué", "collection failed"
    text = str(crash.message).partition("\n")[0]
    kind, _, _ = text.partition(":")
    if not _KIND.fullmatch(kind):
        # an assertion shows the values that it compared, and no kind
        return "AssertionError", "AssertionError"
    vouched = {"WorkstationError", "ControlFailed", "ProviderGone", "DriverFailed", "ClauseError", "ClockFailed"}
    if kind.rpartition(".")[2] not in vouched:
        return kind, kind
    return f"{kind} : {french}" if french else text, text


def _play(order: Order, ear: _Ear) -> int:
    with tempfile.TemporaryDirectory(prefix="psc-conformance-") as folder, _no_foreign_plugins():
        # an empty configuration of our own, so that none of the user's is found on the way up
        settings = Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        arguments = [
            *(str(pack) for pack in packs()),
            *("-c", str(settings), "--rootdir", folder, "--import-mode=importlib"),
            *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "conformance.plugin"),
            *("--psc-portal", str(order.portal), "--psc-provider", order.provider),
            *("--psc-portal-port", str(order.port)),
            *("--psc-profile", order.profile, "--psc-language", order.language),
            *(("--psc-control-token-env", order.control_token_env) if order.control_token_env else ()),
            *(part for pattern in order.patterns for part in ("--psc-select", pattern)),
        ]
        if order.workers <= 1:
            return plugin.play(arguments, [ear], restart=order.restart)
        crowd = ["-p", "xdist.plugin", "-n", str(order.workers), "--psc-lies", "login"]
        status = plugin.play([*arguments, *crowd], [ear])
        if status not in _ORDERLY:
            return status
        return max(status, plugin.play([*arguments, "--psc-lies", "issuer"], [ear], restart=order.restart) % _NO_TESTS)


@contextmanager
def _no_foreign_plugins() -> Iterator[None]:
    """Keep pytest from loading whatever plugins this environment holds: some shuffle, some rerun."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


_INTERRUPTED: Final = 2
_NO_TESTS: Final = 5
_ORDERLY: Final = frozenset({0, 1, _NO_TESTS})
"""Exit codes of pytest: all passed, some failed, none collected."""


_UNDECIDED: Final = frozenset({Verdict.SKIPPED, Verdict.INCONCLUSIVE})


def exit_code(verdicts: Collection[Verdict], status: int, *, errors: int = 0) -> ExitCode:
    """Return how a run ended.

    Args:
        verdicts: of the scenarios that came to one.
        status: exit code of pytest.
        errors: how many scenarios never came to a verdict.
    """
    if status == _INTERRUPTED and not errors:
        return ExitCode.INTERRUPTED
    if errors or status not in _ORDERLY:
        return ExitCode.HARNESS
    if not set(verdicts) - _UNDECIDED:
        return ExitCode.NOTHING
    return ExitCode.FAILURES if Verdict.FAILED in verdicts else ExitCode.CLEAN


def _run_event(described: Descriptor, profile: Profile, lab: Lab, order: Order) -> Event:
    return {
        "kind": "run",
        "schema": SCHEMA,
        "at": round(time.time(), 3),
        "version": version("psc-conformance"),
        "portal": {"name": described.name, "base_url": described.base_url},
        "descriptor": {
            "path": shown_path(order.portal),
            "addresses": addresses_of(described, order.portal.read_text(encoding="utf-8")),
        },
        "provider": {"issuer": lab.where.issuer},
        "profile": profile.name,
        "profile_fr": profile.title_fr,
        "profile_en": profile.title_en,
        "select": list(order.patterns),
        "degraded": not lab.portal.probed,
    }


def _end_event(ear: _Ear, code: ExitCode, seconds: float) -> Event:
    counts = {verdict.value: ear.verdicts.count(verdict) for verdict in Verdict}
    return {"kind": "end", "code": int(code), "counts": counts, "errors": ear.errors, "seconds": round(seconds, 3)}
