"""A strategy for the lies that a provider can tell within one login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import (
    AlgNone,
    BreakSignature,
    DropClaim,
    DropField,
    DropKid,
    DuplicateField,
    ExtendClaim,
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

_CLAIMS: Final = ("iss", "aud", "exp", "iat", "nonce", "sub", "acr", "azp", "auth_time")
_ODD: Final[tuple[Json, ...]] = (
    "other",
    "https://other.example",
    None,
    "",
    0,
    1,
    -1,
    True,
    [],
    {},
    ["x"],
    1e300,
    "0",
    [None],
)
_MEMBERS: Final = ((Seam.USERINFO, "sub"), (Seam.USERINFO, "SubjectNameID"), (Seam.TOKEN_RESPONSE, "token_type"))
_DAY: Final = 86_400


def deviation() -> st.SearchStrategy[Deviation]:
    """Draw a lie about an ID token, its signature, a token response or userinfo; simple ones first."""
    claims, odd = st.sampled_from(_CLAIMS), st.sampled_from(_ODD)
    members = st.sampled_from(_MEMBERS)
    return st.one_of(
        st.builds(DropClaim, claims),
        st.builds(SetClaim, claims, odd),
        st.builds(ExtendClaim, st.sampled_from(("iss", "aud", "sub", "nonce")), st.sampled_from((".x", "/", "x"))),
        st.builds(ShiftTime, st.sampled_from(("exp", "iat")), st.sampled_from((-_DAY, -3600, 3600, 2 * _DAY))),
        st.just(BreakSignature()),
        st.just(SignWith(SigningKey.STRAY)),
        st.builds(AlgNone, st.sampled_from(("none", "None", "NONE"))),
        st.just(DropKid()),
        st.builds(SetHeader, st.sampled_from(("kid", "typ", "alg")), st.sampled_from(("x", "", "HS256"))),
        members.map(lambda one: DropField(one[0], one[1])),
        st.builds(lambda member, value: SetField(member[0], member[1], value), members, odd),
        st.builds(lambda value: DuplicateField(Seam.USERINFO, "sub", value), odd),
        st.builds(Truncate, st.just(Seam.USERINFO_ANSWER), st.integers(0, 20)),
    )
