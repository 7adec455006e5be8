"""The event stream: written line by line, read back whatever a portal showed, and as its schema says."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance.clauses import Level
from conformance.events import EventLog, hop_event, of_kind, read_events, scenario_event
from conformance.evidence import Role
from conformance.hop import Hop
from conformance.masks import Masks
from conformance.outcome import Expected, Outcome, Verdict
from conformance.stage import settle_known, skipped
from tests.conformance.reports import sample_run
from tests.conformance.test_scenario_card import card
from tests.conformance.test_selection import LAST, TICKET

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.events import Event
    from tests.conformance.real_run import RealRun

SCHEMA: dict[str, Any] = json.loads(files("conformance").joinpath("schemas/event.json").read_text(encoding="utf-8"))
RULES = Draft202012Validator(SCHEMA)
KINDS = {one["if"]["properties"]["kind"]["const"]: one["then"]["$ref"].rpartition("/")[2] for one in SCHEMA["allOf"]}
ERROR: Event = {"kind": "error", "where": "scenarios/x.py", "what": "WorkstationError: a page"}
STEP: Event = {"kind": "step", "number": "01", "fr": "un", "en": "one", "seen": ""}


def complaints(event: Event) -> list[str]:
    """Return what the schema has against an event, and the members that it does not know."""
    known = SCHEMA["$defs"][KINDS[event["kind"]]]["properties"] if event.get("kind") in KINDS else event
    return [
        *(f"{event.get('kind')} {error.json_path}: {error.message}" for error in RULES.iter_errors(event)),
        *(f"{event['kind']}: {name} is not in the schema" for name in sorted(set(event) - set(known))),
    ]


# -- the schema


def test_the_schema_is_one() -> None:
    """Of JSON Schema 2020-12, for every kind there is."""
    Draft202012Validator.check_schema(SCHEMA)

    assert set(KINDS) == set(SCHEMA["properties"]["kind"]["enum"])
    assert {"run", "step", "scenario", "hop", "verdict", "finding", "target", "error", "end"} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "members"), [("verdict", Verdict), ("outcome", Outcome), ("level", Level), ("role", Role)]
)
def test_the_schema_knows_our_words(name: str, members: Any) -> None:
    """All of them, in order."""
    assert [str(one) for one in members] == SCHEMA["$defs"][name]["enum"]
    assert [str(one) for one in Expected] == SCHEMA["$defs"]["scenario"]["properties"]["expected"]["enum"]


def test_the_schema_says_what_each_kind_is_for() -> None:
    """In a sentence."""
    assert [] == [kind for kind, name in KINDS.items() if not SCHEMA["$defs"][name].get("description")]


@pytest.mark.integration
def test_every_event_of_a_real_run_is_as_the_schema_says(real_run: RealRun) -> None:
    """With no member that the schema does not know."""
    found = [one for event in real_run.events for one in complaints(event)]

    assert [] == found
    assert {"run", "scenario", "hop", "verdict", "end"} == {event["kind"] for event in real_run.events}
    assert {"front", "back", "phone"} == {one["channel"] for one in of_kind(real_run.events, "hop")}


@pytest.mark.integration
def test_every_kind_of_event_needs_every_member(real_run: RealRun) -> None:
    """A member that disappears is noticed: they are public."""
    first = {kind: next(event for event in real_run.events if event["kind"] == kind) for kind in ("run", "scenario", "hop", "verdict", "end")}  # fmt: skip  # noqa: E501
    for event in (*first.values(), ERROR, STEP):
        missed = [name for name in event if not complaints({key: event[key] for key in event if key != name})]

        assert [] == missed, event["kind"]


@pytest.mark.parametrize(
    "event", [ERROR, STEP, *skipped(card(), ("a", "b")), *settle_known(skipped(card(), ("a", "b")), TICKET, LAST)]
)
def test_events_that_a_clean_run_does_not_have(event: Event) -> None:
    """Are described as well."""
    assert [] == complaints(event)


def test_the_made_up_run_of_the_report_tests_is_one_that_could_be() -> None:
    """Reports are tested on events as the schema has them."""
    assert [] == [one for event in sample_run.every_verdict() for one in complaints(event)]


@pytest.mark.parametrize(
    ("event", "said_so"),
    [
        ({"kind": "verdikt"}, "is not one of"),
        ({**ERROR, "where": 3}, "is not of type 'string'"),
        ({**STEP, "number": "08"}, "does not match"),
        ({**ERROR, "colour": "red"}, "colour is not in the schema"),
        ({"where": "x"}, "'kind' is a required property"),
    ],
)
def test_what_is_wrong_is_noticed(event: Event, said_so: str) -> None:
    """The check itself bites."""
    assert any(said_so in one for one in complaints(event))


# -- the log


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=5)  # fmt: skip  # noqa: E501


@given(events=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), max_size=4))
def test_what_is_written_is_read_back(events: list[Event], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a portal shows: line separators, controls, signs that no encoding has."""
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    log = EventLog(path)
    log.add(events)
    log.close()

    assert events == read_events(path.read_text(encoding="utf-8"))
    assert events == log.events


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\u000b", "\n", "\ud800", "\x00", "\U0001f4a9"])
def test_odd_signs_stay_on_their_line(tmp_path: Path, sign: str) -> None:
    """One event, one line feed."""
    log = EventLog(tmp_path / "events.jsonl")
    log.add([{"kind": "x", "text": f"a{sign}b"}])
    log.close()
    written = (tmp_path / "events.jsonl").read_bytes()

    assert 1 == written.count(b"\n")
    assert [{"kind": "x", "text": f"a{sign}b"}] == read_events(written.decode("utf-8"))


def test_events_are_on_disk_before_the_log_is_closed(tmp_path: Path) -> None:
    """A run that is killed leaves what it had."""
    log = EventLog(tmp_path / "events.jsonl")
    log.add([{"kind": "a"}])

    assert [{"kind": "a"}] == read_events((tmp_path / "events.jsonl").read_text(encoding="utf-8"))
    log.close()


@pytest.mark.parametrize("rest", ['{"kind": "b', "", "3", "nul"])
def test_a_last_line_that_was_cut_off_is_left_out(rest: str) -> None:
    """The rest of the log is good."""
    assert [{"kind": "a"}] == read_events('{"kind": "a"}\n' + rest)


@pytest.mark.parametrize("middle", ['{"kind": "b', "3", "[]", ""])
def test_any_other_bad_line_is_told_by_its_number(middle: str) -> None:
    """It is not the log of a run."""
    with pytest.raises(ValueError, match="line 2 of the event log is no JSON object"):
        read_events('{"kind": "a"}\n' + middle + '\n{"kind": "c"}\n')


def test_an_empty_log_has_no_events() -> None:
    """A run that was killed at once."""
    assert [] == read_events("")


# -- hops


def test_a_hop_shows_what_matters_and_nothing_secret() -> None:
    """Form, cookies and a few headers; never an authorization, and no body."""
    hop = Hop(
        method="POST",
        url="http://p.test/login?code=s3cret-code",
        status=303,
        request_headers=(("Cookie", "sid=s3cret-sid"), ("Authorization", "Basic s3cret"), ("Accept", "*/*")),
        request_form=(("password", "2580"), ("identifiant", "899799000015")),
        response_headers=(
            ("set-cookie", "sid=s3cret-new; Path=/"),
            ("location", "/x?t=s3cret-t"),
            ("X-Debug", "s3cret"),
        ),
        body=b"s3cret",
        started_at=1.23456,
        seconds=0.5,
    )
    event = hop_event(hop, Masks(b"salt"), scenario="idt.iss.wrong", login=1, role=Role.TRIED, channel="front")

    assert "s3cret" not in json.dumps(event)
    assert "2580" not in json.dumps(event)
    assert ["identifiant", "899799000015"] in event["request"]
    assert ["set-cookie", "location"] == [name for name, _ in event["response"]]
    assert [] == complaints(event)


def test_a_card_becomes_an_event() -> None:
    """With its clause and its lies."""
    event = scenario_event(card())

    assert [] == complaints(event)
    assert ("idt.made.up", "OIDC-CORE 3.1.3.7(2)") == (event["scenario"], event["clause"]["key"])
