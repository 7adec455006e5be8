"""Refresh tokens: 30 minutes, within a session of 4 hours, rotating if the settings say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mock_idp.protocol.portal import IDNAT, World, basic, body_of


def test_a_refresh_gives_new_tokens(world: World) -> None:
    """Another access token, another ID token, another refresh token, as Keycloak answers."""
    first = world.tokens()
    world.later(minutes=1)
    second = body_of(world.refresh(first["refresh_token"]))

    assert set(first) == set(second)
    assert [True] * 3 == [first[name] != second[name] for name in ("access_token", "id_token", "refresh_token")]


def test_a_refreshed_id_token_is_about_the_same_login(world: World) -> None:
    """OIDC Core 12.2: same iss, sub, aud and auth_time; a fresh iat."""
    tokens = world.tokens()
    before = world.claims(tokens["id_token"])
    world.later(minutes=20)
    after = world.claims(body_of(world.refresh(tokens["refresh_token"]))["id_token"])
    same = ("iss", "sub", "aud", "azp", "auth_time", "sid", "acr")

    assert [before[name] for name in same] == [after[name] for name in same]
    assert before["iat"] + 1200 == after["iat"]


@pytest.mark.parametrize(("minutes", "status"), [(29.99, 200), (30, 400)])
def test_a_refresh_token_lives_half_an_hour(world: World, minutes: float, status: int) -> None:
    """CI-SIS guide, citing the PSC documentation."""
    tokens = world.tokens()
    world.later(minutes=minutes)

    assert status == world.refresh(tokens["refresh_token"]).status


@pytest.mark.parametrize("name", ["access_token_lifetime", "refresh_token_lifetime", "id_token_lifetime"])
def test_lifetimes_are_settings(world: World, name: str) -> None:
    """Each of its own token, in the response and in the token."""
    plain = world.tokens()
    world.with_settings(**{name: timedelta(seconds=77)})
    tokens = world.tokens()
    lives = {
        "access_token_lifetime": tokens["expires_in"],
        "refresh_token_lifetime": tokens["refresh_expires_in"],
        "id_token_lifetime": lifetime(world, tokens["id_token"]),
    }
    usual = {
        "access_token_lifetime": plain["expires_in"],
        "refresh_token_lifetime": plain["refresh_expires_in"],
        "id_token_lifetime": lifetime(world, plain["id_token"]),
    }

    assert {**usual, name: 77} == lives
    assert lives["access_token_lifetime"] == lifetime(world, tokens["access_token"])


@pytest.mark.parametrize(
    ("name", "seconds", "refreshable"),
    [("session_lifetime", 99, True), ("session_lifetime", 101, False), ("refresh_token_lifetime", 101, False)],
)
def test_the_life_of_a_session_is_a_setting(world: World, name: str, seconds: int, *, refreshable: bool) -> None:
    """And no token outlives it."""
    world.with_settings(**{name: timedelta(seconds=100)})
    tokens = world.tokens()
    world.later(seconds=seconds)

    assert (200 if refreshable else 400) == world.refresh(tokens["refresh_token"]).status


def lifetime(world: World, token: str) -> int:
    """Return for how long a token says that it is good."""
    claims = world.claims(token)
    seconds: int = claims["exp"] - claims["iat"]
    return seconds


def test_refreshing_does_not_outlive_the_session(world: World) -> None:
    """However often it is refreshed, a PSC session ends after 4 hours."""
    tokens = world.tokens()
    for _ in range(9):
        world.later(minutes=25)
        tokens = body_of(world.refresh(tokens["refresh_token"]))

    assert 15 * 60 == tokens["refresh_expires_in"]
    world.later(minutes=14, seconds=59)
    last = body_of(world.refresh(tokens["refresh_token"]))
    assert (1, 1) == (last["expires_in"], last["refresh_expires_in"])
    world.later(seconds=1)
    assert [400, 400] == [world.refresh(one["refresh_token"]).status for one in (tokens, last)]


def test_without_rotation_a_refresh_token_works_again(world: World) -> None:
    """The default: what PSC does is not documented."""
    token = world.tokens()["refresh_token"]

    assert [200, 200] == [world.refresh(token).status for _ in range(2)]


def test_with_rotation_it_works_once_and_reuse_takes_everything_back(world: World) -> None:
    """RFC 9700 4.14.2: whoever comes second may be a thief, so both lose."""
    world.with_settings(rotate_refresh_tokens=True)
    first = world.tokens()["refresh_token"]
    second = body_of(world.refresh(first))["refresh_token"]
    outcomes = [world.refresh(token).status for token in (first, second)]

    assert [400, 400] == outcomes


def test_with_rotation_the_new_one_works(world: World) -> None:
    """A chain of refreshes goes on."""
    world.with_settings(rotate_refresh_tokens=True)
    token = world.tokens()["refresh_token"]
    for _ in range(3):
        token = body_of(world.refresh(token))["refresh_token"]

    assert token


@pytest.mark.parametrize("rotate", [True, False])
def test_a_neighbour_cannot_use_or_spoil_it(world: World, *, rotate: bool) -> None:
    """RFC 6749 6: bound to the portal it was given to."""
    world.with_settings(rotate_refresh_tokens=rotate)
    token = world.tokens()["refresh_token"]
    stolen = world.refresh(token, basic("neighbour", "other"))

    assert (400, "invalid_grant", 200) == (stolen.status, body_of(stolen)["error"], world.refresh(token).status)


GONE = (
    "refresh_token is unknown, was used or taken back, is older than its lifetime, or its session is over; begin a new "
    "login."
)


@pytest.mark.parametrize(
    ("form", "error", "said"),
    [
        ({"grant_type": "refresh_token"}, "invalid_request", "Missing 'refresh_token' in request."),
        (
            {"grant_type": "refresh_token", "refresh_token": "garbage"},
            "invalid_grant",
            GONE,
        ),
    ],
)
def test_a_bad_refresh_is_told_why(world: World, form: dict[str, str], error: str, said: str) -> None:
    """RFC 6749 5.2."""
    reply = world.post(form)

    assert (400, {"error": error, "error_description": said}) == (reply.status, body_of(reply))


def test_an_access_token_is_no_refresh_token(world: World) -> None:
    """Each kind at its own place."""
    assert 400 == world.refresh(world.tokens()["access_token"]).status


@pytest.mark.parametrize(("asked", "status"), [("openid", 200), ("scope_all", 200), ("openid profile", 400)])
def test_scopes_can_only_shrink(world: World, asked: str, status: int) -> None:
    """RFC 6749 6; without ``openid`` there is no ID token."""
    reply = world.refresh(world.tokens()["refresh_token"], scope=asked)

    assert status == reply.status
    assert ("id_token" in body_of(reply)) == (asked == "openid")


def test_a_revoked_login_refreshes_no_more(world: World) -> None:
    """What was taken back stays so."""
    tokens = world.tokens()
    world.server.revoke_login("login-1", now=world.now)

    assert 400 == world.refresh(tokens["refresh_token"]).status


def test_an_ended_session_refreshes_no_more(world: World) -> None:
    """After logout, the refresh token of that session is worth nothing; another session's still is."""
    ended, other = world.tokens(), world.tokens(IDNAT)
    world.server.end_session("session-1", now=world.now)

    assert [400, 200] == [world.refresh(tokens["refresh_token"]).status for tokens in (ended, other)]
