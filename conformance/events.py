"""The event stream: one JSON object a line describes a whole run; every report is a function of it.

``conformance/schemas/event.json`` describes the lines.  Kinds and member names are public and are only added to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mock_idp.deviations import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from conformance.evidence import Role, Seen
    from conformance.hop import Hop
    from conformance.masks import Masks
    from conformance.scenario import Scenario

Event: TypeAlias = dict[str, Any]

SCHEMA: Final = 1
SHOWN_REQUEST: Final = ("Cookie", "Referer", "Origin")
SHOWN_RESPONSE: Final = ("Location", "Set-Cookie", "Content-Type", "Cache-Control")


def scenario_event(card: Scenario) -> Event:
    """Return the event that opens a scenario: its card."""
    clause = card.demand
    return {
        "kind": "scenario",
        "scenario": card.id,
        "title_fr": card.title_fr,
        "title_en": card.title_en,
        "mend_fr": card.mend_fr,
        "mend_en": card.mend_en,
        "expected": card.expected.value,
        "clause": {
            "key": clause.key,
            "document": clause.title,
            "document_fr": clause.title_fr,
            "section": clause.section,
            "level": clause.level.value,
            "url": clause.url,
            "gist_fr": clause.gist_fr,
            "gist_en": clause.gist_en,
        },
        "deviations": [to_json(deviation) for deviation in card.deviations],
    }


def hop_event(hop: Hop, masks: Masks, *, scenario: str, login: int, role: Role, channel: str) -> Event:
    """Return one request of a browser, without its secrets.

    Args:
        hop: as it was sent and answered.
        masks: keeps secrets out.
        scenario: id.
        login: number of the login within the scenario.
        role: what the login is for.
        channel: ``front`` for the computer, ``phone`` for the phone.
    """
    sent = [(name, value) for name, value in hop.request_headers if name in SHOWN_REQUEST]
    answered = [(name, value) for name, value in hop.response_headers if name.title() in SHOWN_RESPONSE]
    return {
        "kind": "hop",
        "scenario": scenario,
        "login": login,
        "role": role.value,
        "channel": channel,
        "at": round(hop.started_at, 4),
        "method": hop.method,
        "url": masks.url(hop.url),
        "status": hop.status,
        "request": [list(pair) for pair in masks.pairs((*hop.request_form, *sent))],
        "response": [list(pair) for pair in masks.pairs(answered)],
        "trouble": str(hop.error.trouble) if hop.error else "",
        "seconds": round(hop.seconds, 4),
        "told": [],
    }


def seen_event(seen: Seen, *, scenario: str, login: int, role: Role) -> Event:
    """Return one call of the portal's own, as the provider's journal has it, secrets masked there."""
    return {
        "kind": "hop",
        "scenario": scenario,
        "login": login,
        "role": role.value,
        "channel": "back",
        "at": round(seen.at, 4),
        "method": seen.method,
        "url": seen.url,
        "status": seen.status,
        "request": [list(pair) for pair in seen.request],
        "response": [list(pair) for pair in seen.response],
        "trouble": "",
        "seconds": 0.0,
        "told": [{"deviation": dict(lie.deviation), "honest": lie.honest, "told": lie.told} for lie in seen.told],
    }


class EventLog:
    """Writes events as they come, so that a run that is killed leaves what it had; keeps them for the reports."""

    def __init__(self, path: Path) -> None:
        """Write to a new file."""
        # half a surrogate pair, which a portal's JSON may hold, is written as the escape that JSON has for it
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace")
        self.events: list[Event] = []

    def add(self, events: Iterable[Event]) -> None:
        """Write events, each on its line, and push them out."""
        for event in events:
            self.events.append(event)
            self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_events(text: str) -> list[Event]:
    """Return the events of a log; a last line that was cut off is left out.

    Raises:
        ValueError: another line is no JSON object.
    """
    # JSON escapes line feeds, but not the other signs that end a line for str.splitlines
    lines = text.removesuffix("\n").split("\n") if text else []
    events: list[Event] = []
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            event = None
        if isinstance(event, dict):
            events.append(event)
        elif number < len(lines):
            raise ValueError(f"line {number} of the event log is no JSON object")
    return events


def of_kind(events: Sequence[Event], kind: str) -> list[Event]:
    """Return the events of one kind, in order."""
    return [event for event in events if event["kind"] == kind]
