"""``psc-conformance fuzz``: look for what no scenario names; ``replay``: do again what was found."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.fuzz_scribe import Scribe
from conformance.cli.options import REPORT_FOLDER, UsageError
from conformance.cli.standing import add_portal, standing
from conformance.exit_codes import ExitCode
from conformance.fuzzing.consent import check_consent
from conformance.fuzzing.finding import TIMES, again
from conformance.fuzzing.ground import Ground
from conformance.fuzzing.plan import PlanError, plan_from_json
from conformance.fuzzing.target import TARGETS

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.standing import Standing
    from conformance.cli.terminal import Terminal
    from conformance.fuzzing.plan import Plan
    from conformance.fuzzing.verdict import Look
    from conformance.masks import Masks

_EFFORTS: Final = ("fuzz-short", "fuzz-nightly")
_BUDGET: Final = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*(s|m|h)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_SEEDS: Final = 1 << 31


def add(commands: Any, talk: Talk) -> None:
    """Offer both subcommands."""
    fuzz: argparse.ArgumentParser = commands.add_parser(
        "fuzz", help=talk("chercher ce qu'aucun scénario ne nomme", "look for what no scenario names")
    )
    fuzz.add_argument("--budget", metavar="TIME", help=talk("durée : 30s, 5m, 1h", "how long: 30s, 5m, 1h"))
    fuzz.add_argument(
        "--target",
        action="append",
        choices=tuple(TARGETS),
        help=talk("ce qui est éprouvé (par défaut : tout)", "what is fuzzed (default: everything)"),
    )
    fuzz.add_argument(
        "--effort", choices=_EFFORTS, default=_EFFORTS[0], help=talk("mesure de l'effort", "how hard to look")
    )
    fuzz.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help=talk(
            "la même graine tire les mêmes plans (0 si CI=true)", "the same seed draws the same plans (0 when CI=true)"
        ),
    )
    fuzz.add_argument(
        "--report-dir", metavar="DIR", default=REPORT_FOLDER, help=talk("dossier des rapports", "folder of the reports")
    )
    add_portal(fuzz, talk)
    fuzz.set_defaults(execute=execute)
    replay: argparse.ArgumentParser = commands.add_parser(
        "replay", help=talk("refaire ce que « fuzz » a trouvé", "do again what 'fuzz' found")
    )
    replay.add_argument("plan", metavar="PLAN", help=talk("fichier écrit par « fuzz »", "file that 'fuzz' wrote"))
    add_portal(replay, talk)
    replay.set_defaults(execute=execute_replay)


def seconds_of(text: str | None, default: float) -> float:
    """Return a duration such as ``30s``, ``5m`` or ``1h`` in seconds.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return default
    found = _BUDGET.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"--budget : {text!r} n'est pas une durée ; écrivez par exemple 30s, 5m ou 1h",
            f"--budget: {text!r} is no duration; write for instance 30s, 5m or 1h",
        )
    return float(found.group(1)) * _SECONDS[found.group(2)]


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Fuzz a portal, write plans and reports, and say what was found."""
    if importlib.util.find_spec("hypothesis") is None:
        raise UsageError(
            "fuzz : Hypothesis n'est pas installé ; installez psc-conformance avec son extra « fuzz »",
            "fuzz: Hypothesis is not installed; install psc-conformance with its extra 'fuzz'",
        )
    from conformance.fuzzing.campaign import EFFORTS, Campaign  # noqa: PLC0415  # the extra `fuzz` may be missing

    effort = EFFORTS[options.effort]
    budget = seconds_of(options.budget, effort.seconds)
    by_the_book = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    seed = options.seed if options.seed is not None else 0 if by_the_book else secrets.randbelow(_SEEDS)
    targets = [TARGETS[name] for name in dict.fromkeys(options.target or TARGETS)]
    folder = Path(options.report_dir)
    with ExitStack() as stack:
        portal = stack.enter_context(standing(options, terminal, folder))
        check_consent(portal.described, probed=portal.lab.portal.probed)
        if portal.trouble is not None:
            return _unreachable(portal, terminal)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("plan-[0-9]*.json"):
            # of an earlier run: whoever reads the folder afterwards would take it for a finding of this one
            old.unlink()
        terminal.title(f"Recherche : {budget:g} s, graine {seed}", f"Fuzzing: {budget:g} s, seed {seed}")
        began = time.monotonic()
        scribe = Scribe(terminal, portal, folder)
        ground = stack.enter_context(closing(Ground(portal.lab)))
        campaign = Campaign(ground=ground, effort=effort, budget=budget, seed=seed, watcher=scribe)
        try:
            for outcome in campaign.run(targets):
                scribe.turn_is_over(outcome, seed=seed)
        except BaseException:
            # Ctrl-C, a provider that is gone, or a mistake of ours: what was found until then is not lost
            scribe.is_cut_off()
            raise
        return scribe.ends(seconds=time.monotonic() - began)


def execute_replay(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Carry one plan out again, and show every request; needs no Hypothesis."""
    plan = _read(Path(options.plan))
    target = TARGETS[plan.target]
    with ExitStack() as stack:
        portal = stack.enter_context(standing(options, terminal, Path()))
        check_consent(portal.described, probed=portal.lab.portal.probed)
        if portal.trouble is not None:
            return _unreachable(portal, terminal)
        ground = stack.enter_context(closing(Ground(portal.lab)))
        looks = target.carry_out(plan, ground)
        broken = target.judge(plan, looks)
        for look in looks:
            terminal.title(
                f"« {look.name} » : {look.attempt.person.idnat}", f"'{look.name}': {look.attempt.person.idnat}"
            )
            for line in _requests(look, portal.lab.masks):
                terminal.say(line, line, "dim")
            who = type(look.attempt.whoami).__name__.lower(), getattr(look.attempt.whoami, "identity", "")
            terminal.say(f"  qui suis-je : {who[0]} {who[1]}", f"  who am I: {who[0]} {who[1]}")
        for one in broken:
            terminal.say(f"✗ {one.group} : {one.states('fr')} {one.seen_fr}", f"✗ {one.group}: {one.states('en')} {one.seen_en}", "bold red")  # fmt: skip  # noqa: E501
        if not broken:
            terminal.say("✓ Aucune propriété n'est enfreinte.", "✓ No property is broken.", "green")
            return ExitCode.CLEAN
        same = sum(again(plan, broken[0].group, target, ground)[0] for _ in range(TIMES))
        terminal.say(f"Encore {same} fois sur {TIMES}.", f"{same} times of {TIMES} again.")
    return ExitCode.FAILURES


def _requests(look: Look, masks: Masks) -> list[str]:
    """Return every request of browser, phone and portal in a login, in order and without secrets."""
    hops = look.visit.hops() if look.visit is not None else ()
    made = [(hop.started_at, channel, hop.method, hop.status, masks.url(hop.url)) for channel, hop in hops]
    made += [(one.at, "back", one.method, one.status, one.url) for one in look.attempt.journal if one.channel == "back"]
    return [f"  {channel:<6} {method:<4} {status} {url}" for _, channel, method, status, url in sorted(made)]


def _read(path: Path) -> Plan:
    try:
        return plan_from_json(json.loads(path.read_text(encoding="utf-8")))
    except PlanError as error:
        raise UsageError(f"{path.name} : {error.fr}", f"{path.name}: {error.en}") from None
    except (OSError, ValueError, RecursionError):
        raise UsageError(
            f"{path} : aucun plan ne s'y lit ; donnez un fichier écrit par « psc-conformance fuzz »",
            f"{path}: no plan can be read there; give a file that 'psc-conformance fuzz' wrote",
        ) from None


def _unreachable(portal: Standing, terminal: Terminal) -> ExitCode:
    terminal.say(
        f"Arrêt : la première connexion honnête n'aboutit pas ({portal.trouble}).",
        f"Stopped: the first honest login does not succeed ({portal.trouble}).",
        "bold red",
    )
    return ExitCode.UNREACHABLE
