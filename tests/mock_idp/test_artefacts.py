"""Drafts are values: they say what they were given, in order, and change only into copies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import (
    ISSUER_WIDE,
    Answer,
    CompactToken,
    Fields,
    HonestVoice,
    Pairs,
    Seam,
    SigningKey,
    TokenDraft,
    dump,
    encode_segment,
    pairs_of,
)

NAMES = st.text(min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12), lambda inner: st.lists(inner, max_size=3)
)
FIELDS = Fields(seam=Seam.USERINFO, pairs=(("sub", "one"), ("name", "two")))
TOKEN = TokenDraft(seam=Seam.ID_TOKEN, header=(("alg", "RS256"), ("kid", "k")), claims=(("sub", "one"), ("iat", 5)))


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_is_dumped_is_read_back(members: dict[str, None]) -> None:
    """The written object is JSON, with its members in order (RFC 8259)."""
    read = json.loads(dump(pairs_of(dict(members))))

    assert (members, list(members)) == (read, list(read))


def test_a_member_said_twice_is_written_twice() -> None:
    """A lie may say one member twice; a dictionary could not."""
    assert '{"sub":"one","sub":"two"}' == dump((("sub", "one"), ("sub", "two")))


def test_segments_have_no_padding() -> None:
    """RFC 7515 2: base64url, no equals signs, the two signs of the URL alphabet."""
    assert ("", "-_8", "YQ") == (encode_segment(b""), encode_segment(b"\xfb\xff"), encode_segment(b"a"))


@pytest.mark.parametrize(
    ("changed", "pairs"),
    [
        (FIELDS.having("sub", "x"), (("sub", "x"), ("name", "two"))),
        (FIELDS.having("new", 1), (("sub", "one"), ("name", "two"), ("new", 1))),
        (FIELDS.without("sub"), (("name", "two"),)),
        (FIELDS.without("absent"), FIELDS.pairs),
        (FIELDS.repeating("sub", "x"), (("sub", "one"), ("name", "two"), ("sub", "x"))),
    ],
)
def test_fields_change_into_copies(changed: Fields, pairs: Pairs) -> None:
    """Set in place, dropped, or said once more at the end; the original keeps what it said."""
    assert pairs == changed.pairs
    assert (("sub", "one"), ("name", "two")) == FIELDS.pairs


@pytest.mark.parametrize(
    ("changed", "claims"),
    [
        (TOKEN.having("sub", "x"), (("sub", "x"), ("iat", 5))),
        (TOKEN.having("new", None), (("sub", "one"), ("iat", 5), ("new", None))),
        (TOKEN.without("iat"), (("sub", "one"),)),
        (TOKEN.repeating("sub", "x"), (("sub", "one"), ("iat", 5), ("sub", "x"))),
    ],
)
def test_claims_change_into_copies(changed: TokenDraft, claims: Pairs) -> None:
    """Claims change like fields, and the header stays."""
    assert (claims, TOKEN.header) == (changed.claims, changed.header)


def test_headers_change_into_copies() -> None:
    """The JOSE header changes without touching a claim."""
    changed = TOKEN.with_header("alg", "none").with_header("typ", "JWT").without_header("kid")

    assert (("alg", "none"), ("typ", "JWT")) == changed.header
    assert TOKEN.claims == changed.claims


def test_get_returns_the_first_value_or_none() -> None:
    """A member said twice reads as its first value; an absent one as None."""
    twice = FIELDS.repeating("sub", "x")

    assert ("one", None, "one", None) == (twice.get("sub"), twice.get("none"), TOKEN.get("sub"), TOKEN.get("none"))


def test_the_issuer_wide_seams_are_those_without_a_login() -> None:
    """Documents fetched before anybody logs in, and their HTTP answers; nothing that belongs to one person."""
    assert {"discovery", "discovery-answer", "key-set", "key-set-answer"} == {seam.value for seam in ISSUER_WIDE}


def test_an_honest_voice_says_what_it_was_given() -> None:
    """Each shape comes back as it went in, the very same value."""
    voice = HonestVoice()
    compact = CompactToken(seam=Seam.SIGNED_ID_TOKEN, value="a.b.c")
    answer = Answer(seam=Seam.TOKEN_ANSWER, status=200, headers=(), body=b"{}")

    assert FIELDS is voice.fields(FIELDS)
    assert TOKEN is voice.token(TOKEN)
    assert compact is voice.compact(compact)
    assert answer is voice.answer(answer)


@pytest.mark.parametrize(
    "draft",
    [
        Fields(seam=Seam.TOKEN_RESPONSE, pairs=(("access_token", "s3cr3t"),)),
        TokenDraft(seam=Seam.ID_TOKEN, header=(), claims=(("nonce", "s3cr3t"),), key=SigningKey.NONE),
        CompactToken(seam=Seam.SIGNED_ID_TOKEN, value="s3cr3t"),
        Answer(seam=Seam.TOKEN_ANSWER, status=200, headers=(), body=b"s3cr3t"),
    ],
)
def test_no_draft_shows_what_it_carries(draft: object) -> None:
    """A draft in a log or a traceback shows its seam, never its tokens."""
    assert "s3cr3t" not in repr(draft)
    assert "seam=" in repr(draft)
