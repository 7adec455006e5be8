"""``prompt``, ``max_age``, ``response_mode`` and request objects: what is followed and what is refused by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from authlib.oidc.core.errors import LoginRequiredError

from mock_idp.artefacts import Seam
from mock_idp.protocol.exchange import FormPost, PscRequest
from mock_idp.protocol.request_rules import may_reuse
from mock_idp.protocol.sessions import PscSession
from mock_idp.protocol.tokens import Means
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, NOON, World
from tests.mock_idp.protocol.test_authorization import refused

if TYPE_CHECKING:
    from mock_idp.protocol import Reply

MINUTE_OLD = PscSession(
    session_id="s",
    cookie="c",
    idnat=IDNAT,
    means=Means.MOBILE,
    started_at=NOON - timedelta(seconds=60),
    seen_at=NOON,
)


@pytest.mark.parametrize(
    ("asked", "reused"),
    [
        ({}, True),
        ({"prompt": "none"}, True),
        ({"prompt": "consent"}, True),
        ({"prompt": "login"}, False),
        ({"prompt": "select_account"}, False),
        ({"prompt": "consent login"}, False),
        ({"max_age": "61"}, True),
        ({"max_age": "60"}, False),
        ({"max_age": "0"}, False),
        ({"max_age": "61", "prompt": "login"}, False),
    ],
)
def test_a_session_is_reused_unless_the_portal_says_otherwise(asked: dict[str, str], *, reused: bool) -> None:
    """OIDC Core 3.1.2.1."""
    assert reused == may_reuse(MINUTE_OLD, asked, now=NOON)


def test_without_a_session_the_person_is_asked() -> None:
    """Whatever ``max_age`` says."""
    assert [False] * 3 == [may_reuse(None, asked, now=NOON) for asked in ({}, {"prompt": "login"}, {"max_age": "5"})]


@pytest.mark.parametrize("asked", [{"prompt": "none"}, {"prompt": "none", "max_age": "60"}])
@pytest.mark.parametrize("session", [None, MINUTE_OLD])
def test_prompt_none_never_asks(session: PscSession | None, asked: dict[str, str]) -> None:
    """OIDC Core 3.1.2.6: ``login_required`` in place of a page."""
    if session is MINUTE_OLD and "max_age" not in asked:
        assert may_reuse(session, asked, now=NOON)
        return
    with pytest.raises(LoginRequiredError):
        may_reuse(session, asked, now=NOON)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"prompt": "nine"}, "invalid_request", "prompt: 'nine' is not known."),
        ({"prompt": "né"}, "invalid_request", "prompt: something unreadable is not known."),
        ({"prompt": "none login"}, "invalid_request", "prompt: 'none' stands alone."),
        ({"max_age": "soon"}, "invalid_request", "max_age: 'soon' is no number of seconds."),
        ({"max_age": "-1"}, "invalid_request", "max_age: '-1' is no number of seconds."),
        ({"max_age": "٣"}, "invalid_request", "max_age: something unreadable is no number of seconds."),
        ({"max_age": "9" * 10}, "invalid_request", "max_age: '9999999999' is no number of seconds."),
        (
            {"response_mode": "fragment"},
            "invalid_request",
            "response_mode: 'fragment' is not supported; send 'query' or 'form_post'.",
        ),
        ({"request": "x.y.z"}, "request_not_supported", "request is not taken here; send the parameters themselves."),
        (
            {"request_uri": "urn:x"},
            "request_uri_not_supported",
            "request_uri is not taken here; send the parameters themselves.",
        ),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    world: World, changes: dict[str, str | None], error: str, said: str
) -> None:
    """Back to the portal, never half understood."""
    caught = refused(world, world.question(**changes))

    assert (error, said, CALLBACK) == (caught.error, caught.description, caught.redirect_uri)


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"kc_idp_hint": "X"}, {"ui_locales": "fr"}])
def test_what_can_be_followed_is_let_through(world: World, changes: dict[str, str | None]) -> None:
    """The other parameters that PSC's integrators use."""
    assert "portal" == world.server.check_authorization(world.question(**changes)).client_id


def sent(reply: Reply) -> tuple[int, str, set[str]]:
    """Return status, address and parameter names of a form that is sent on."""
    assert isinstance(reply.body, FormPost)
    assert Seam.AUTHORIZATION_RESPONSE is reply.body.said.seam
    return reply.status, reply.body.action, {name for name, _ in reply.body.said.pairs}


def test_form_post_carries_the_answer_in_a_form(world: World) -> None:
    """OAuth 2.0 Form Post Response Mode, 2: no parameter in the address."""
    reply = world.approve(response_mode="form_post")

    assert (200, CALLBACK, {"state", "session_state", "code", "iss"}) == sent(reply)
    assert None is reply.location


def test_form_post_carries_errors_too(world: World) -> None:
    """The portal listens in one place."""
    asked = world.question(response_mode="form_post", acr_values="eidas9")
    reply = world.server.handle_error_response(PscRequest(asked), refused(world, asked))

    assert (200, CALLBACK, {"error", "error_description", "state", "iss"}) == sent(reply)


def test_a_request_with_two_mistakes_is_told_the_same_one(world: World) -> None:
    """However often it comes."""
    asked = {"prompt": "nine", "acr_values": "x", "max_age": "soon"}

    assert {"prompt: 'nine' is not known."} == {refused(world, world.question(**asked)).description for _ in range(5)}
