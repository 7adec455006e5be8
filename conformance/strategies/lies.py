"""Strategies for the lies that a provider can tell within one login, family by family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from hypothesis import strategies as st

from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import (
    AlgNone,
    AnswerStatus,
    BreakSignature,
    CopyField,
    DropClaim,
    DropField,
    DropKid,
    DuplicateClaim,
    DuplicateField,
    ExtendClaim,
    ExtendToken,
    KeepParts,
    ListClaim,
    SetAnswerHeader,
    SetBody,
    SetClaim,
    SetField,
    SetHeader,
    ShiftTime,
    SignWith,
    Truncate,
)

if TYPE_CHECKING:
    from mock_idp.artefacts import Json
    from mock_idp.deviations import Deviation

Lies: TypeAlias = "tuple[Deviation, ...]"

_DAY: Final = 86_400
_ODD: Final[tuple[Json, ...]] = ("", None, 0, 1, -1, True, [], {}, ["x"], [None], {"x": 1}, 1e300, "0")
_ELSEWHERE: Final = ("https://other.example", "other", "http://127.0.0.1")
_LONG: Final = "9" * 300
_SECRETS: Final = tuple(
    key
    for key in SigningKey
    if key not in {SigningKey.CURRENT, SigningKey.STRAY, SigningKey.NONE, SigningKey.CURRENT_RS512}
)
_KIDS: Final[tuple[Json, ...]] = (
    "x",
    "",
    "../../../../dev/null",
    "' OR '1'='1",
    "https://other.example/k",
    ["x"],
    {},
    0,
)
_SETS: Final[tuple[tuple[str, Json], ...]] = (
    ("crit", ["x"]),
    ("crit", ["b64"]),
    ("b64", False),
    ("typ", "logout+jwt"),
    ("alg", "HS256"),
    ("alg", "RS384"),
    ("alg", None),
)


def _all(*lies: Deviation) -> st.SearchStrategy[Deviation]:
    return st.sampled_from(lies)


def _said(name: str, *values: Json) -> list[Deviation]:
    return [SetClaim(name, value) for value in values]


def _listed(name: str) -> list[Deviation]:
    return [ListClaim(name, ["other"]), ListClaim(name, []), DuplicateClaim(name, "other")]


def _claim(name: str, *values: Json) -> st.SearchStrategy[Deviation]:
    """Return lies about a claim that holds a text: absent, other, longer, listed, said twice, or no text at all."""
    longer = [ExtendClaim(name, end) for end in ("/", ".other.example", "x", "\u0000")]
    return _all(DropClaim(name), *_said(name, *values), *longer, *_listed(name), *_said(name, *_ODD))


def _time(name: str, *seconds: int) -> st.SearchStrategy[Deviation]:
    """Return lies about a time: absent, moved, or no time at all."""
    moved = [ShiftTime(name, by) for by in seconds]
    odd = _said(name, "0", "2030-01-01", 0, -1, 1e300, 10**30, 1.5, None, True, [], "")
    return _all(DropClaim(name), *moved, *odd)


def _fields(seam: Seam, name: str, *values: Json) -> st.SearchStrategy[Deviation]:
    """Return lies about a member of an answer: absent, other, odd, or said twice."""
    said = [SetField(seam, name, value) for value in (*values, *_ODD)]
    return _all(DropField(seam, name), *said, DuplicateField(seam, name, "other"))


def _bodies(seam: Seam) -> st.SearchStrategy[Deviation]:
    """Return lies about a whole HTTP answer."""
    bodies = [
        SetBody(seam, text) for text in ("", "null", "[]", "[{}]", "{}", "<html><h1>502", '{"sub":', "x" * 70_000)
    ]
    cuts = [Truncate(seam, keep) for keep in (0, 1, 20, 100)]
    types = [SetAnswerHeader(seam, "Content-Type", kind) for kind in ("text/html", "", "application/jwt")]
    return _all(*(AnswerStatus(seam, status) for status in (500, 401, 403, 404, 503, 204)), *bodies, *cuts, *types)


_IDENTITY: Final = st.one_of(_claim("iss", *_ELSEWHERE), _claim("aud", "other", ["other"], ["other", "x"]), _claim("sub", "other", _LONG, "é"))  # fmt: skip  # noqa: E501
_TIMES: Final = st.one_of(
    _time("exp", -_DAY, -3600, -60),
    _time("iat", _DAY, -8 * _DAY, 3600),
    _all(*_said("nbf", 4_000_000_000, "x"), *_said("auth_time", 0, -1, "x", None)),
)
_REST: Final = st.one_of(
    _claim("nonce", "other"),
    _all(DropClaim("acr"), *_said("acr", "0", "eidas0", "eidas2", "eidas3", "x", None, ["eidas1"], 1)),
    _all(
        *_said("azp", "other", None, ["x"]), DropClaim("azp"), *_said("at_hash", "x", None, 1), *_said("typ", "Logout")
    ),
)
_SIGNATURES: Final = st.one_of(
    _all(BreakSignature(), SignWith(SigningKey.STRAY), SignWith(SigningKey.NONE), SetHeader("alg", "none")),
    _all(*(AlgNone(spelling) for spelling in ("none", "NoNe", "NONE", "none "))),
    _all(KeepParts(2), KeepParts(1), ExtendToken("."), ExtendToken(".x"), ExtendToken("=")),
    _all(DropKid(), *(SetHeader("kid", kid) for kid in _KIDS), *(SetHeader(name, value) for name, value in _SETS)),
)
_TOKENS: Final = st.one_of(
    _fields(Seam.TOKEN_RESPONSE, "id_token", "x", "a.b.c", "a.b.c.d.e"),
    _fields(Seam.TOKEN_RESPONSE, "token_type", "mac", "bearer"),
    _fields(Seam.TOKEN_RESPONSE, "access_token", "other"),
    _fields(Seam.TOKEN_RESPONSE, "expires_in", 60, "300"),
    _all(
        CopyField(Seam.TOKEN_RESPONSE, "access_token", "id_token"),
        SetField(Seam.TOKEN_RESPONSE, "nouveau", "x"),
        *(DropField(Seam.TOKEN_RESPONSE, name) for name in ("scope", "session_state", "refresh_token")),
    ),
    _bodies(Seam.TOKEN_ANSWER),
)
_USERINFO: Final = st.one_of(
    _fields(Seam.USERINFO, "sub", "other", "OTHER", ["other"]),
    _fields(Seam.USERINFO, "sub", "other", "OTHER", ["other"]),
    _fields(Seam.USERINFO, "SubjectNameID", "other", " ", "é"),
    _bodies(Seam.USERINFO_ANSWER),
)
_WAY_BACK: Final = Seam.AUTHORIZATION_RESPONSE
_RESPONSES: Final = _all(
    *(SetField(_WAY_BACK, name, value) for name in ("state", "iss", "code") for value in ("other", "", "0", "é")),
    *(DropField(_WAY_BACK, name) for name in ("state", "iss", "code", "session_state")),
    *(DuplicateField(_WAY_BACK, name, "other") for name in ("state", "iss", "code")),
    *(SetField(_WAY_BACK, "error", code) for code in ("access_denied", "server_error", "<b>")),
    SetField(_WAY_BACK, "nouveau", "x"),
)
_SHA512: Final = (SetHeader("alg", "RS512"), SignWith(SigningKey.CURRENT_RS512))
_SYMMETRIC: Final = [(SetHeader("alg", "HS256"), SignWith(key)) for key in _SECRETS]
_TOGETHER: Final[tuple[Lies, ...]] = (
    *_SYMMETRIC,
    *((*lies, SetHeader("kid", "/dev/null")) for lies in _SYMMETRIC),
    _SHA512,
    (DropClaim("azp"), ListClaim("aud", ["other"])),
    (DropClaim("azp"), SetClaim("aud", "other")),
    (SetHeader("jwk", "{stray.jwk}"), SignWith(SigningKey.STRAY)),
    (SetHeader("jku", "{stray.jwks_uri}"), SignWith(SigningKey.STRAY)),
    (SetClaim("iss", "{issuer.upper}"),),
    (SetClaim("iss", "{issuer.other_scheme}"),),
    (SetField(Seam.USERINFO, "sub", "{person.sub.upper}"),),
    (SetField(Seam.USERINFO, "sub", "{victim.sub}"),),
    (
        SetField(Seam.USERINFO, "sub", "{victim.sub}"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
    ),
    (SetClaim("sub", "{victim.sub}"), SetField(Seam.USERINFO, "sub", "{victim.sub}"), BreakSignature()),
    (SetHeader("sub", "{victim.sub}"), SetHeader("SubjectNameID", "{victim.SubjectNameID}")),
    (DuplicateClaim("sub", "{victim.sub}"), SetField(Seam.USERINFO, "sub", "{victim.sub}")),
)
"""Lies that need each other, and lies about facts that are known only once somebody is there to log in."""


def deviation() -> st.SearchStrategy[Deviation]:
    """Draw a lie about an ID token, its signature, the answers around it or the way back."""
    return st.one_of(*_SINGLE.values())


_SINGLE: Final = {
    "identity": _IDENTITY,
    "times": _TIMES,
    "nonce-and-level": _REST,
    "signature": _SIGNATURES,
    "tokens": _TOKENS,
    "userinfo": _USERINFO,
    "way-back": _RESPONSES,
}


def _alone(lie: Deviation) -> Lies:
    return (lie,)


FAMILIES: Final[dict[str, st.SearchStrategy[Lies]]] = {
    **{name: single.map(_alone) for name, single in _SINGLE.items()},
    "together": st.sampled_from(_TOGETHER),
    "several": st.lists(st.one_of(*_SINGLE.values()), min_size=2, max_size=3).map(tuple),
}
"""Lies of one login, one to three, by family; most are told alone, because a second hides what the first would show.

A text in braces stands for a fact of the login, as in the scenarios: it is filled in when the lies are armed.
"""
