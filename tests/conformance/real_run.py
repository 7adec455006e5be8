"""A real run for tests of what is written down: scenarios of every room on the correct portal, and its secrets."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from conformance import masks, runner
from conformance.catalogue import catalogue
from conformance.cli.small_portal import demo_portal
from conformance.control import Control
from conformance.descriptor import read_file
from conformance.events import EventLog
from conformance.exit_codes import ExitCode
from conformance.lab import open_lab
from conformance.miniatures.provider import Provider as PortalSide
from conformance.miniatures.server import portal_toml
from conformance.outcome import Verdict
from conformance.profiles import builtin_profile
from conformance.report_files import EVENTS_FILE, write_reports
from conformance.reports import read_run
from conformance.stage import perform
from conformance.workstation import PASSWORD
from mock_idp import journal
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, SetField, to_json
from tests.conformance.test_scenario_card import card
from tests.labs import suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.catalogue import Case
    from conformance.events import Event
    from conformance.scenario import Scenario
    from conformance.trial import Trial
    from conformance.visit import Lab

SHORTEST = 8
MADE_UP = "a-code-from-nowhere-0123"
"""Told by a card."""
ASKED_FOR = {"sig.broken"}
SAID_OF_SIGNATURES = {"made by the signing key", "altered after signing"}
"""What the journal says in a signature's place; it is masked by its name, and a verdict says it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealRun:
    """What a run left.

    Attributes:
        folder: with every report.
        secrets: by value, what each was.
    """

    folder: Path
    events: list[Event]
    secrets: dict[str, str] = field(repr=False)

    @property
    def long(self) -> dict[str, str]:
        """Return the secrets that are too long to stand in a text by accident."""
        return {value: name for value, name in self.secrets.items() if len(value) >= SHORTEST}


@contextmanager
def remembering(secrets: dict[str, str]) -> Iterator[None]:
    """Remember every secret that passes, wherever it is made or masked."""
    tag_of, arm, person, redeem = journal.tag_of, Control.arm, Control.person, PortalSide.redeem

    def noting_tag(salt: bytes, name: str, value: str) -> str:
        secrets.setdefault(value, name)
        if name.lower() == "authorization" and value.startswith("Basic "):
            secrets.setdefault(base64.b64decode(value[6:]).decode().partition(":")[2], "client_secret")
        if name.lower() == "authorization" and value.startswith("Bearer "):
            secrets.setdefault(value[7:], "access_token")
        return tag_of(salt, name, value)

    def noting_arm(control: Control, *args: Any, **more: Any) -> str:
        token = arm(control, *args, **more)
        secrets[token] = "scenario token"
        return token

    def noting_person(control: Control, **asked: Any) -> Any:
        somebody = person(control, **asked)
        if somebody.device:
            secrets[somebody.device] = "device"
        return somebody

    def noting_redeem(side: PortalSide, *args: Any) -> dict[str, Any]:
        tokens = redeem(side, *args)
        secrets.update({tokens[name]: name for name in ("access_token", "refresh_token", "id_token") if name in tokens})
        return tokens

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "tag_of", noting_tag)
        patch.setattr(masks, "tag_of", noting_tag)
        patch.setattr(Control, "arm", noting_arm)
        patch.setattr(Control, "person", noting_person)
        patch.setattr(PortalSide, "redeem", noting_redeem)
        yield


def lies_about_secrets() -> tuple[Scenario, ...]:
    """Return cards whose lies have a secret as their honest side, or as their told one."""
    return (
        card(id="tok.response.noid", deviations=(DropField(Seam.TOKEN_RESPONSE, "id_token"),)),
        card(id="tok.response.noaccess", deviations=(DropField(Seam.TOKEN_RESPONSE, "access_token"),)),
        card(id="rsp.code.other", deviations=(SetField(Seam.AUTHORIZATION_RESPONSE, "code", MADE_UP),)),
    )


def _log_in(trial: Trial) -> None:
    trial.log_in()


def some_of_each_room() -> tuple[Case, ...]:
    """Return the first and the last scenario of every room, and those that tests ask for by name."""
    rooms: dict[str, list[Case]] = {}
    cases = catalogue()
    for case in cases:
        rooms.setdefault(case.play.__code__.co_filename, []).append(case)
    wanted = {case.card.id for room in rooms.values() for case in (room[0], room[-1])} | ASKED_FOR
    return tuple(case for case in cases if case.card.id in wanted)


def played(lab: Lab) -> Iterator[tuple[Event, ...]]:
    """Play scenarios of every kind, and a few whose lies are about secrets."""
    for case in some_of_each_room():
        yield perform(case.card, case.play, lab).events
    for one in lies_about_secrets():
        yield perform(one, _log_in, lab).events


def make_run(folder: Path) -> RealRun:
    """Play a run into a folder."""
    secrets: dict[str, str] = {PASSWORD: "password"}
    profile = builtin_profile("strict")
    with remembering(secrets), suite_seat() as seat, demo_portal(seat.provider) as base:
        described = folder / "portal.toml"
        described.write_text(portal_toml(base), encoding="utf-8")
        portal = read_file(described)
        lab = open_lab(portal, seat.url, profile)
        order = runner.Order(portal=described, provider=seat.url, profile="strict", folder=folder)
        log = EventLog(folder / EVENTS_FILE)
        log.add([runner._run_event(portal, profile, lab, order)])
        for events in played(lab):
            log.add(events)
        counts = {one.value: 0 for one in Verdict}
        log.add([{"kind": "end", "code": int(ExitCode.CLEAN), "counts": counts, "errors": 0, "seconds": 1.0}])
        log.close()
        lab.close()
        write_reports(read_run(log.events), folder, "fr", descriptor=described)
    # what a card tells in its lies everybody may read
    cards = [*(case.card for case in catalogue()), *lies_about_secrets()]
    public = {json.dumps(to_json(one), ensure_ascii=False) for each in cards for one in each.deviations}
    # the number that a portal shows and the person compares is no secret of anybody's, wherever it was picked
    hops = [event for event in log.events if event["kind"] == "hop"]
    shown = {value for event in hops for name, value in event["request"] if name == "binding_message"}
    kept = {
        value: name
        for value, name in secrets.items()
        if not (name == "number" and value in shown)
        and value not in SAID_OF_SIGNATURES
        and not any(f'"{value}"' in text for text in public)
    }
    return RealRun(folder=folder, events=log.events, secrets=kept)
