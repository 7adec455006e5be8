"""RP-initiated logout: which session ends, where the browser goes, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from authlib.oauth2.rfc6749 import OAuth2Error
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Seam, SigningKey, TokenDraft
from mock_idp.protocol.logout import LoggedOut, log_out
from tests.mock_idp.protocol.portal import World

if TYPE_CHECKING:
    from mock_idp.artefacts import Pairs
    from mock_idp.keys import SigningKeys

BYE = "https://portal.example/bye"


def leave(world: World, method: str = "GET", **asked: str) -> LoggedOut:
    """Ask to log out."""
    place = "query" if method == "GET" else "form"
    return log_out(world.server, world.exchange(method=method, **{place: tuple(asked.items())}))


def refused(world: World, **asked: str) -> str:
    """Return why a logout is refused."""
    with pytest.raises(OAuth2Error) as caught:
        leave(world, **asked)
    return f"{caught.value.error}: {caught.value.description}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hint_and_a_registered_address_lead_back(world: World, method: str) -> None:
    """RP-Initiated Logout 1.0, 2 and 3: GET and POST, the state untouched."""
    hint = world.tokens()["id_token"]
    outcome = leave(world, method, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a&b")

    assert LoggedOut(session_id="session-1", redirect_uri=BYE + "?state=a%26b") == outcome


def test_without_an_address_the_provider_has_its_own_page(world: World) -> None:
    """As PSC does."""
    assert LoggedOut(session_id="session-1", redirect_uri=None) == leave(
        world, id_token_hint=world.tokens()["id_token"]
    )


def test_without_a_hint_no_session_is_named(world: World) -> None:
    """Nobody's session ends because a link said so."""
    tokens = world.tokens()

    assert LoggedOut(session_id=None, redirect_uri=None) == leave(world)
    assert 200 == world.refresh(tokens["refresh_token"]).status


def test_the_session_of_the_hint_ends_and_no_other(world: World) -> None:
    """Refresh tokens of that session are worth nothing now."""
    ended, other = world.tokens(), world.tokens()
    leave(world, id_token_hint=ended["id_token"])

    assert [400, 200] == [world.refresh(tokens["refresh_token"]).status for tokens in (ended, other)]


def test_an_expired_hint_is_good(world: World) -> None:
    """RP-Initiated Logout 1.0, 2: an ID token of a recent session, even when its time has passed."""
    hint = world.tokens()["id_token"]
    world.later(hours=1)

    assert "session-1" == leave(world, id_token_hint=hint).session_id


@pytest.mark.parametrize("years", [-20, 20])
def test_a_moved_clock_does_not_spoil_a_hint(world: World, years: int) -> None:
    """The provider's clock is moved by hand; the machine's own has no say."""
    world.later(days=365 * years)

    assert "session-1" == leave(world, id_token_hint=world.tokens()["id_token"]).session_id


@pytest.mark.parametrize("address", [BYE + "/", "https://evil.example/", "https://portal.example/callback", "é"])
def test_an_unregistered_address_is_an_error_but_the_session_ends(world: World, address: str) -> None:
    """RP-Initiated Logout 1.0, 3: no redirect; the person wanted to leave all the same."""
    tokens = world.tokens()
    said = refused(world, id_token_hint=tokens["id_token"], post_logout_redirect_uri=address)

    assert "invalid_request: post_logout_redirect_uri is not registered for this client." == said
    assert 400 == world.refresh(tokens["refresh_token"]).status


def test_an_address_without_a_hint_is_an_error(world: World) -> None:
    """Anybody could have made that link."""
    said = refused(world, client_id="portal", post_logout_redirect_uri=BYE)

    assert "invalid_request: post_logout_redirect_uri needs an id_token_hint beside it." == said


def test_the_hint_of_another_portal_is_an_error(world: World) -> None:
    """RP-Initiated Logout 1.0, 2: ``client_id`` must be its audience."""
    said = refused(world, client_id="neighbour", id_token_hint=world.tokens()["id_token"])

    assert said.startswith("invalid_request: 'client_id' does not match")


def test_the_address_of_another_portal_is_an_error(world: World) -> None:
    """The addresses of the hint's own portal count."""
    hint = world.tokens(client_id="portal")["id_token"]

    assert "not registered" in refused(
        world, id_token_hint=hint, post_logout_redirect_uri="https://neighbour.example/cb"
    )


def forged(keys: SigningKeys, claims: Pairs, *, key: SigningKey = SigningKey.CURRENT, alg: str = "RS256") -> str:
    """Return a token that the provider never gave."""
    header = (("alg", alg), ("kid", keys.kid))
    return keys.sign(TokenDraft(seam=Seam.ID_TOKEN, header=header, claims=claims, key=key)).value


def test_a_forged_hint_ends_nothing(world: World, keys: SigningKeys) -> None:
    """Another key, no key, an altered text."""
    tokens = world.tokens()
    claims = (("typ", "ID"), ("aud", "portal"), ("sid", "session-1"))
    hints = [
        forged(keys, claims, key=SigningKey.STRAY),
        forged(keys, claims, key=SigningKey.NONE, alg="none"),
        tokens["id_token"][:-8] + "AAAAAAAA",
        "garbage",
        "a.b.c",
        "é.é.é",
    ]
    said = {refused(world, id_token_hint=hint) for hint in hints}

    assert {"invalid_request: id_token_hint was not signed by this provider."} == said
    assert 200 == world.refresh(tokens["refresh_token"]).status


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["session-1", "portal"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
)


@given(st.dictionaries(st.sampled_from(["sid", "aud", "azp", "sub", "iat", "exp", "nbf", "nonce"]), ANYTHING))
def test_a_hint_that_was_told_lies_breaks_nothing(keys: SigningKeys, claims: dict[str, None]) -> None:
    """Signed here, whatever it says: a page, a redirect to a registered address, or an OAuth error."""
    hint = forged(keys, (*claims.items(), ("typ", "ID")))
    try:
        outcome = leave(World(keys=keys), id_token_hint=hint, post_logout_redirect_uri=BYE)
    except OAuth2Error as error:
        said = error.error
    else:
        said = str(outcome.redirect_uri)

    assert said in {"invalid_request", BYE}


def test_an_access_token_is_no_hint(world: World) -> None:
    """Signed by the same key, but not what was asked for."""
    said = refused(world, id_token_hint=world.tokens()["access_token"])

    assert "invalid_request: id_token_hint is signed by this provider but is no ID token." == said


@given(
    st.dictionaries(
        st.sampled_from(["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint"]),
        st.text(max_size=30)
        | st.sampled_from(["portal", BYE, "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AA", "bnVsbA..", "W10.e30.AA"]),
    )
)
def test_anything_gets_a_page_or_an_oauth_error(keys: SigningKeys, asked: dict[str, str]) -> None:
    """Never another exception, never a redirect for a hint nobody signed."""
    world = World(keys=keys)
    try:
        outcome = leave(world, **asked)
    except OAuth2Error as error:
        outcome, said = LoggedOut(session_id=None, redirect_uri=None), str(error.description)
    else:
        said = "gone"

    assert LoggedOut(session_id=None, redirect_uri=None) == outcome
    assert said
