"""Lies as JSON: there and back, and every way to get one wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import (
    AlgNone,
    AnswerStatus,
    BreakSignature,
    CopyField,
    Delay,
    Deviation,
    DeviationError,
    DropClaim,
    DropField,
    DropKid,
    DuplicateClaim,
    DuplicateField,
    ExtendClaim,
    ExtendToken,
    InflateBody,
    KeepParts,
    ListClaim,
    Nth,
    Pad,
    PrefixBody,
    Respell,
    SetAnswerHeader,
    SetBody,
    SetClaim,
    SetField,
    SetHeader,
    ShiftTime,
    SignWith,
    Truncate,
    from_json,
    resolve,
    to_json,
)

TEXTS = st.text(max_size=12)
SEAMS = st.sampled_from(Seam)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
VERBS = st.one_of(
    st.builds(SetClaim, TEXTS, JSONS, SEAMS),
    st.builds(ExtendClaim, TEXTS, TEXTS, SEAMS),
    st.builds(DropClaim, TEXTS, SEAMS),
    st.builds(ShiftTime, TEXTS, st.integers(), SEAMS),
    st.builds(SignWith, st.sampled_from(SigningKey), SEAMS),
    st.builds(AlgNone, TEXTS, SEAMS),
    st.builds(SetHeader, TEXTS, JSONS, SEAMS),
    st.builds(DropKid, SEAMS),
    st.builds(BreakSignature, SEAMS),
    st.builds(SetField, SEAMS, TEXTS, JSONS),
    st.builds(DropField, SEAMS, TEXTS),
    st.builds(DuplicateField, SEAMS, TEXTS, JSONS),
    st.builds(AnswerStatus, SEAMS, st.integers(200, 599)),
    st.builds(Delay, SEAMS, st.floats(0, 120)),
    st.builds(Truncate, SEAMS, st.integers(0, 1000)),
    st.builds(Respell, SEAMS, st.booleans()),
    st.builds(DuplicateClaim, TEXTS, JSONS, SEAMS),
    st.builds(ListClaim, TEXTS, st.lists(JSONS, max_size=3), SEAMS),
    st.builds(KeepParts, st.integers(1, 2), SEAMS),
    st.builds(ExtendToken, TEXTS, SEAMS),
    st.builds(CopyField, SEAMS, TEXTS, TEXTS),
    st.builds(SetBody, SEAMS, TEXTS),
    st.builds(Pad, SEAMS, TEXTS, st.integers(1, 1000)),
    st.builds(PrefixBody, SEAMS, TEXTS),
    st.builds(InflateBody, SEAMS, st.integers(1, 1000)),
    st.builds(SetAnswerHeader, SEAMS, st.just("Content-Type"), st.sampled_from(["text/html", ""])),
)
LIES: st.SearchStrategy[Deviation] = VERBS | st.builds(Nth, st.integers(1, 9), VERBS)


@given(LIES)
def test_a_lie_survives_the_wire(lie: Deviation) -> None:
    """Written as text, read in another process, it is the same value."""
    written = json.dumps(to_json(lie))

    assert lie == from_json(json.loads(written))
    assert lie.kind == next(iter(json.loads(written).values()))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (None, "a deviation is a JSON object with a 'kind'"),
        (["set-claim"], "a deviation is a JSON object with a 'kind'"),
        ({}, "kind: unknown deviation None; known are alg-none, answer-status"),
        ({"kind": ["set-claim"]}, "kind: unknown deviation "),
        ({"kind": "tell-truth"}, "kind: unknown deviation 'tell-truth'; known are alg-none"),
        ({"kind": "drop-claim"}, "drop-claim.name: missing"),
        (
            {"kind": "respell", "seam": "userinfo-answer", "escaped": "yes"},
            "respell.escaped: expected true or false, got str",
        ),
        ({"kind": "keep-parts", "parts": 3}, "keep-parts.parts: 3 is outside 1 to 2"),
        (
            {"kind": "set-answer-header", "seam": "token-answer", "name": "A B", "value": ""},
            "set-answer-header.name: 'A B' is no name of an HTTP header",
        ),
        (
            {"kind": "set-answer-header", "seam": "token-answer", "name": "A", "value": "a\r\nB: c"},
            "set-answer-header.value: write printable ASCII text; HTTP cannot carry anything else",
        ),
        ({"kind": "drop-claim", "name": 1}, "drop-claim.name: expected str, got int"),
        ({"kind": "drop-claim", "name": "a", "vlaue": 1}, "drop-claim.vlaue: unknown member; known are name, seam"),
        (
            {"kind": "drop-claim", "name": "a", "seam": "door"},
            "drop-claim.seam: unknown value 'door'; known are discovery",
        ),
        ({"kind": "drop-claim", "name": "a", "seam": ["id-token"]}, "drop-claim.seam: unknown value "),
        ({"kind": "sign-with", "key": "golden"}, "sign-with.key: unknown value 'golden'; known are current, stray"),
        ({"kind": "shift-time", "name": "exp", "seconds": "5"}, "shift-time.seconds: expected int, got str"),
        ({"kind": "shift-time", "name": "exp", "seconds": True}, "shift-time.seconds: expected int, got bool"),
        ({"kind": "shift-time", "name": "exp", "seconds": 1.5}, "shift-time.seconds: expected int, got float"),
        ({"kind": "delay", "seam": "userinfo-answer", "seconds": -1}, "delay.seconds: -1 is outside 0 to 120"),
        (
            {"kind": "delay", "seam": "userinfo-answer", "seconds": float("nan")},
            "delay.seconds: nan is outside 0 to 120",
        ),
        ({"kind": "delay", "seam": "userinfo-answer", "seconds": 1e9}, "delay.seconds: 1000000000.0 is outside"),
        (
            {"kind": "answer-status", "seam": "token-answer", "status": 99},
            "answer-status.status: 99 is outside 200 to 599",
        ),
        ({"kind": "truncate", "seam": "token-answer", "keep": -1}, "truncate.keep: -1 is outside"),
        ({"kind": "nth", "occurrence": 0, "deviation": {"kind": "drop-kid"}}, "nth.occurrence: 0 is outside 1 to"),
        ({"kind": "nth", "occurrence": 1, "deviation": "drop-kid"}, "a deviation is a JSON object"),
        ({"kind": "nth", "occurrence": 1}, "nth.deviation: missing"),
        (
            {"kind": "nth", "occurrence": 1, "deviation": to_json(Nth(1, DropKid()))},
            "nth.deviation: 'nth' cannot hold another 'nth'",
        ),
    ],
)
def test_a_bad_lie_names_its_member(members: Any, said: str) -> None:
    """Which member, what is wrong, what is known."""
    with pytest.raises(DeviationError) as caught:
        from_json(members)

    assert str(caught.value).startswith(said)


KINDS = st.sampled_from(
    [
        "alg-none",
        "answer-status",
        "break-signature",
        "delay",
        "drop-field",
        "drop-kid",
        "nth",
        "set-claim",
        "set-field",
        "sign-with",
        "truncate",
    ]
)
MEMBERS = st.sampled_from(
    ["kind", "name", "value", "seam", "seconds", "key", "keep", "status", "occurrence", "deviation"]
)
ALMOST = st.dictionaries(MEMBERS, JSONS | SEAMS.map(str) | st.floats(), max_size=4)


@given(JSONS | ALMOST | st.builds(lambda kind, rest: {**rest, "kind": kind}, KINDS, ALMOST))
def test_any_json_is_a_lie_or_an_error_with_a_message(members: Any) -> None:
    """No JSON breaks the reader in any other way, and what it reads it can write."""
    made, said = read(members)

    assert (made is None) == bool(said)
    assert made is None or made == from_json(to_json(made))


def read(members: Any) -> tuple[Deviation | None, str]:
    """Return the lie that was read, or what the error says."""
    try:
        return from_json(members), ""
    except DeviationError as error:
        return None, str(error)


def test_late_facts_are_filled_in_wherever_text_stands() -> None:
    """In values, in lists, in nested objects and inside Nth."""
    facts = {"victim.sub": "f:1:2", "portal": "p"}
    lie = Nth(2, SetField(Seam.USERINFO, "sub", {"a": ["{victim.sub}", {"b": "{portal}"}], "c": "{half"}))

    assert Nth(2, SetField(Seam.USERINFO, "sub", {"a": ["f:1:2", {"b": "p"}], "c": "{half"})) == resolve(lie, facts)


def test_a_lie_without_facts_stays() -> None:
    """Nothing to fill in, nothing changed."""
    assert AlgNone() == resolve(AlgNone(), {})


def test_an_unknown_fact_is_an_error() -> None:
    """Never an empty text: a lie about nobody proves nothing."""
    with pytest.raises(DeviationError, match=r"^unknown fact \{victim\.name\}; known are victim\.sub$"):
        resolve(SetClaim("sub", "{victim.name}"), {"victim.sub": "x"})
