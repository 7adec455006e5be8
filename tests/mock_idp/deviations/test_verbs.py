"""Every lie, once rewriting what it is about, once leaving alone what it is not."""

from __future__ import annotations

import base64
import gzip
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Answer, CompactToken, Draft, Fields, Seam, SigningKey, TokenDraft
from mock_idp.deviations import (
    AlgNone,
    AnswerStatus,
    BreakSignature,
    CopyField,
    Delay,
    Deviation,
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
    SignFields,
    SignWith,
    Truncate,
    deviate,
)
from mock_idp.deviations.verbs import Verb

FIELDS = Fields(seam=Seam.USERINFO, pairs=(("sub", "one"),))
TOKEN = TokenDraft(seam=Seam.ID_TOKEN, header=(("alg", "RS256"), ("kid", "k")), claims=(("iss", "i"), ("exp", 100)))
COMPACT = CompactToken(seam=Seam.SIGNED_ID_TOKEN, value="aGVhZA.Ym9keQ.AAAA")
ANSWER = Answer(seam=Seam.TOKEN_ANSWER, status=200, headers=(("Content-Type", "application/json"),), body=b"{...}")
DRAFTS: tuple[Draft, ...] = (FIELDS, TOKEN, COMPACT, ANSWER)


def answer(status: int = 200, body: bytes = b"{...}", delay: float = 0.0) -> Answer:
    """Return the answer above with something else in it."""
    return Answer(seam=ANSWER.seam, status=status, headers=ANSWER.headers, body=body, delay=delay)


BODY = '{"a": "é", "b": {"c": 1, "d": 2}}'.encode()

REWRITES: tuple[tuple[Verb, Draft, Draft], ...] = (
    (SetClaim("iss", "other"), TOKEN, TOKEN.having("iss", "other")),
    (ExtendClaim("iss", ".evil"), TOKEN, TOKEN.having("iss", "i.evil")),
    (DropClaim("iss"), TOKEN, TOKEN.without("iss")),
    (ShiftTime("exp", -60), TOKEN, TOKEN.having("exp", 40)),
    (
        SignWith(SigningKey.STRAY),
        TOKEN,
        TokenDraft(seam=TOKEN.seam, header=TOKEN.header, claims=TOKEN.claims, key=SigningKey.STRAY),
    ),
    (
        AlgNone(spelling="nOnE"),
        TOKEN,
        TokenDraft(seam=TOKEN.seam, header=(("alg", "nOnE"), ("kid", "k")), claims=TOKEN.claims, key=SigningKey.NONE),
    ),
    (SetHeader("kid", "other"), TOKEN, TOKEN.with_header("kid", "other")),
    (DropKid(), TOKEN, TOKEN.without_header("kid")),
    (BreakSignature(), COMPACT, CompactToken(seam=COMPACT.seam, value="aGVhZA.Ym9keQ.AAEA")),
    (SetField(Seam.USERINFO, "sub", "two"), FIELDS, FIELDS.having("sub", "two")),
    (DropField(Seam.USERINFO, "sub"), FIELDS, FIELDS.without("sub")),
    (DuplicateField(Seam.USERINFO, "sub", "two"), FIELDS, FIELDS.repeating("sub", "two")),
    (SignFields(), FIELDS, Fields(seam=FIELDS.seam, pairs=FIELDS.pairs, signed=True)),
    (AnswerStatus(Seam.TOKEN_ANSWER, 503), ANSWER, answer(status=503, body=b"")),
    (Delay(Seam.TOKEN_ANSWER, 2.5), ANSWER, answer(delay=2.5)),
    (Truncate(Seam.TOKEN_ANSWER, 2), ANSWER, answer(body=b"{.")),
    (Respell(Seam.TOKEN_ANSWER), answer(body=BODY), answer(body=rb'{"b": {"d": 2, "c": 1}, "a": "\u00e9"}')),
    (DuplicateClaim("iss", "other"), TOKEN, TOKEN.repeating("iss", "other")),
    (ListClaim("iss", ["other"]), TOKEN, TOKEN.having("iss", ["i", "other"])),
    (ListClaim("iss", "other"), TOKEN, TOKEN.having("iss", ["i", "other"])),
    (KeepParts(2), COMPACT, CompactToken(seam=COMPACT.seam, value="aGVhZA.Ym9keQ")),
    (ExtendToken(".x"), COMPACT, CompactToken(seam=COMPACT.seam, value="aGVhZA.Ym9keQ.AAAA.x")),
    (CopyField(Seam.USERINFO, "sub", "name"), FIELDS, FIELDS.having("name", "one")),
    (SetBody(Seam.TOKEN_ANSWER, "[é]"), ANSWER, answer(body="[é]".encode())),
    (
        SetAnswerHeader(Seam.TOKEN_ANSWER, "content-type", "text/html"),
        ANSWER,
        Answer(seam=ANSWER.seam, status=200, headers=(("content-type", "text/html"),), body=ANSWER.body),
    ),
    (Pad(Seam.USERINFO, "more", 3), FIELDS, FIELDS.having("more", "xxx")),
    (PrefixBody(Seam.TOKEN_ANSWER, "\ufeff"), ANSWER, answer(body=b"\xef\xbb\xbf{...}")),
    (
        InflateBody(Seam.TOKEN_ANSWER, 4),
        ANSWER,
        Answer(
            seam=ANSWER.seam,
            status=200,
            headers=(*ANSWER.headers, ("Content-Encoding", "gzip")),
            body=gzip.compress(b"{...}    ", compresslevel=1, mtime=0),
        ),
    ),
)

LEAVES_ALONE: tuple[tuple[Verb, Draft], ...] = (
    (SetClaim("iss", "i"), TOKEN),
    (ExtendClaim("exp", "more"), TOKEN),
    (ExtendClaim("absent", "more"), TOKEN),
    (DropClaim("absent"), TOKEN),
    (ShiftTime("iss", 5), TOKEN),
    (ShiftTime("absent", 5), TOKEN),
    (SignWith(SigningKey.CURRENT), TOKEN),
    (AlgNone(), FIELDS),
    (SetHeader("alg", "RS256"), TOKEN),
    (DropKid(), TOKEN.without_header("kid")),
    (BreakSignature(), CompactToken(seam=COMPACT.seam, value="aGVhZA.Ym9keQ.")),
    (SetField(Seam.USERINFO, "sub", "one"), FIELDS),
    (DropField(Seam.USERINFO, "absent"), FIELDS),
    (DuplicateField(Seam.USERINFO, "absent", "two"), FIELDS),
    (SignFields(), Fields(seam=Seam.TOKEN_RESPONSE, pairs=FIELDS.pairs)),
    (AnswerStatus(Seam.TOKEN_ANSWER, 503), TOKEN),
    (Delay(Seam.TOKEN_ANSWER, 0.0), ANSWER),
    (Truncate(Seam.TOKEN_ANSWER, 100), ANSWER),
    (Respell(Seam.TOKEN_ANSWER), ANSWER),
    (Respell(Seam.TOKEN_ANSWER), answer(body=b'{"sub": "one", "sub": "two"}')),
    (DuplicateClaim("absent", "other"), TOKEN),
    (ListClaim("absent", ["other"]), TOKEN),
    (ListClaim("iss", ["other"]), TOKEN.having("iss", ["i"])),
    (KeepParts(2), CompactToken(seam=COMPACT.seam, value="aGVhZA.Ym9keQ")),
    (ExtendToken(""), COMPACT),
    (CopyField(Seam.USERINFO, "absent", "name"), FIELDS),
    (SetBody(Seam.TOKEN_ANSWER, "{...}"), ANSWER),
    (SetAnswerHeader(Seam.TOKEN_ANSWER, "Content-Type", "application/json"), ANSWER),
    (Pad(Seam.USERINFO_ANSWER, "more", 3), ANSWER),
    (PrefixBody(Seam.TOKEN_ANSWER, ""), ANSWER),
    (InflateBody(Seam.USERINFO, 4), FIELDS),
)


def name(value: object) -> str | None:
    """Return the verb's name for a test id."""
    return type(value).__name__ if isinstance(value, get_args(Verb)) else None


@pytest.mark.parametrize(("lie", "honest", "told"), REWRITES, ids=name)
def test_a_lie_rewrites_what_it_is_about(lie: Verb, honest: Draft, told: Draft) -> None:
    """Exactly the named thing changes."""
    assert told == lie.rewrite(honest)


@pytest.mark.parametrize(("lie", "honest"), LEAVES_ALONE, ids=name)
def test_a_lie_leaves_alone_what_it_does_not_apply_to(lie: Verb, honest: Draft) -> None:
    """Nothing to change, nothing changed."""
    assert honest == lie.rewrite(honest)


@pytest.mark.parametrize(("lie", "honest", "told"), REWRITES, ids=name)
def test_a_lie_leaves_every_other_shape_alone(lie: Verb, honest: Draft, told: Draft) -> None:
    """A lie about tokens does not touch an HTTP answer, and the other way round."""
    others = [draft for draft in DRAFTS if type(draft) is not type(honest)]

    assert others == [lie.rewrite(draft) for draft in others]


def test_the_tables_hold_every_verb() -> None:
    """A new lie is not forgotten here."""
    verbs = set(get_args(Verb))

    assert verbs == {type(lie) for lie, _, _ in REWRITES}
    assert verbs == {type(lie) for lie, _ in LEAVES_ALONE}


@given(st.binary(min_size=1, max_size=300))
def test_a_broken_signature_differs_in_one_bit(signature: bytes) -> None:
    """The altered part is base64url of as many octets, one bit away: no decoder rounds it back."""
    text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    broken = BreakSignature().rewrite(CompactToken(seam=Seam.SIGNED_ID_TOKEN, value=f"a.b.{text}"))

    assert isinstance(broken, CompactToken)
    start, _, changed = broken.value.rpartition(".")
    octets = base64.urlsafe_b64decode(changed + "=" * (-len(changed) % 4))
    assert ("a.b", len(signature)) == (start, len(octets))
    assert 1 == sum((one ^ other).bit_count() for one, other in zip(signature, octets, strict=True))


# -- applying


def test_lies_are_applied_in_order_and_each_is_shown() -> None:
    """The second lie sees what the first one said, and both are told with what was honest."""
    lies: tuple[Deviation, ...] = (SetClaim("iss", "other"), ExtendClaim("iss", ".evil"))
    draft, told = deviate(TOKEN, lies)

    assert "other.evil" == draft.get("iss")
    assert [({"iss": "i"}, {"iss": "other"}), ({"iss": "other"}, {"iss": "other.evil"})] == [
        (lie.honest, lie.told) for lie in told
    ]


def test_a_lie_at_another_seam_is_not_applied() -> None:
    """A lie about userinfo waits for userinfo."""
    assert (FIELDS, ()) == deviate(FIELDS, (SetField(Seam.TOKEN_RESPONSE, "sub", "two"),))


def test_a_lie_that_changed_nothing_was_not_told() -> None:
    """A refusal after it would prove nothing."""
    assert (TOKEN, ()) == deviate(TOKEN, (DropClaim("absent"),))


def test_the_difference_shows_what_changed_and_nothing_else() -> None:
    """Every shape of draft, with the honest and the told fragment."""
    shown = {
        name(lie): [(one.honest, one.told) for one in deviate(cast("Fields", honest), (lie,))[1]]
        for lie, honest, _ in REWRITES
        if isinstance(lie, DropField | DuplicateField | SignWith | BreakSignature | AnswerStatus | Delay)
    }

    assert {
        "DropField": [({"sub": "one"}, {"sub": None})],
        "DuplicateField": [({"sub": "one"}, {"sub": ["one", "two"]})],
        "SignWith": [({"signing key": "current"}, {"signing key": "stray"})],
        "BreakSignature": [({"signature": "made by the signing key"}, {"signature": "altered after signing"})],
        "AnswerStatus": [({"status": 200, "octets": 5}, {"status": 503, "octets": 0})],
        "Delay": [({"delay": 0.0}, {"delay": 2.5})],
    } == shown


def test_what_is_far_too_long_is_shown_by_its_beginning_and_length() -> None:
    """Evidence is read by people, and a megabyte of it by nobody."""
    (told,) = deviate(FIELDS, (Pad(Seam.USERINFO, "more", 20_000),))[1]

    assert {"more": "x" * 40 + "… (20000)"} == told.told


def test_nth_waits_for_its_turn() -> None:
    """The second userinfo answer lies, the first and the third do not."""
    lie = Nth(2, SetField(Seam.USERINFO, "sub", "two"))
    said = [deviate(FIELDS, (lie,), occurrence=turn)[0].get("sub") for turn in (1, 2, 3)]

    assert ["one", "two", "one"] == said
    assert Seam.USERINFO is lie.seam


def test_nth_is_told_under_its_own_name() -> None:
    """The report shows the lie as it was armed."""
    lie = Nth(1, SetField(Seam.USERINFO, "sub", "two"))

    assert [lie] == [one.deviation for one in deviate(FIELDS, (lie,))[1]]
