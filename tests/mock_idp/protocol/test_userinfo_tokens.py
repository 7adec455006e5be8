"""Userinfo as a signed token: what it says, and the seam that it passes twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.artefacts import CompactToken, Fields, HonestVoice, Seam, TokenDraft
from mock_idp.deviations import AlgNone, SignFields, deviate
from mock_idp.protocol.userinfo import answer_userinfo
from tests.mock_idp.protocol.portal import World, body_of

if TYPE_CHECKING:
    from mock_idp.artefacts import Voice
    from mock_idp.deviations import Deviation
    from mock_idp.protocol import Reply


def ask(world: World, token: str, voice: Voice | None = None) -> Reply:
    """Ask for userinfo."""
    headers = {"Authorization": f"Bearer {token}"}
    return answer_userinfo(world.server, world.exchange(headers=headers, voice=voice or HonestVoice()))


class Signer(HonestVoice):
    """A voice that has userinfo signed, and tells lies about that token."""

    def __init__(self, *lies: Deviation) -> None:
        """Tell these lies at the token's seam."""
        self.lies = lies
        self.passed: list[Seam] = []

    def fields(self, draft: Fields, /) -> Fields:
        """Return userinfo to be signed."""
        return deviate(draft, (SignFields(),))[0]

    def token(self, draft: TokenDraft, /) -> TokenDraft:
        """Return what the lies make of it."""
        self.passed.append(draft.seam)
        return deviate(draft, self.lies)[0]

    def compact(self, draft: CompactToken, /) -> CompactToken:
        """Return what the lies make of it."""
        self.passed.append(draft.seam)
        return deviate(draft, self.lies)[0]


def test_userinfo_can_be_a_signed_token(world: World) -> None:
    """OIDC Core 5.3.2: the same members, and ``iss`` and ``aud``; it passes its seam before it is signed and after."""
    token, voice = world.tokens()["access_token"], Signer()
    plain = body_of(ask(world, token))
    reply = ask(world, token, voice=voice)

    assert isinstance(reply.body, CompactToken)
    assert {**plain, "iss": world.settings.issuer, "aud": "portal"} == world.claims(reply.body.value)
    assert [Seam.USERINFO_TOKEN] * 2 == voice.passed


def test_lies_are_told_about_signed_userinfo(world: World) -> None:
    """As about any token; without a signature nothing stands behind the second dot."""
    reply = ask(world, world.tokens()["access_token"], voice=Signer(AlgNone(seam=Seam.USERINFO_TOKEN)))

    assert isinstance(reply.body, CompactToken)
    assert reply.body.value.endswith(".")
