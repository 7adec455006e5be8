"""Who a portal says it is: Basic, POST body, and everything that must not pass for either."""

from __future__ import annotations

import base64

import pytest

from tests.mock_idp.protocol.portal import CALLBACK, SECRET, World, basic, body_of


def header(text: str | bytes, scheme: str = "Basic") -> dict[str, str]:
    """Return an Authorization header over raw credentials."""
    raw = text if isinstance(text, bytes) else text.encode()
    return {"Authorization": f"{scheme} {base64.b64encode(raw).decode()}"}


def in_body(**members: str) -> dict[str, str]:
    """Return credentials as form members."""
    return {"client_id": "portal", "client_secret": SECRET, **members}


@pytest.mark.parametrize(
    "credentials",
    [
        basic(),
        header("portal:s3cr3t%3Awith+%2Bsigns%25"),
        header("portal:s3cr3t:with%20%2Bsigns%25"),
        header("%70ortal:s3cr3t%3Awith+%2Bsigns%25", "basic"),
        header("portal:s3cr3t%3awith+%2bsigns%25", "BASIC"),
    ],
)
def test_basic_credentials_are_form_encoded(world: World, credentials: dict[str, str]) -> None:
    """RFC 6749 2.3.1: ``%3A`` and ``:``, ``+`` and ``%20`` are the same secret."""
    assert 200 == world.redeem(world.code(), credentials).status


def test_the_body_is_as_good(world: World) -> None:
    """client_secret_post works at PSC."""
    assert 200 == world.redeem(world.code(), {}, **in_body()).status


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        basic(secret="wrong"),
        basic(secret=""),
        basic("nobody"),
        basic("neighbour"),
        header("portal:" + SECRET),
        header("portal"),
        header(b"\xff\xfe:x"),
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic é"},
        {"Authorization": "Bearer " + SECRET},
        {"Authorization": "Basic " + base64.b64encode(("portal:" + SECRET).encode()).decode() + "é"},
    ],
)
def test_anything_else_is_invalid_client(world: World, credentials: dict[str, str]) -> None:
    """RFC 6749 5.2: 401 and one challenge with a realm; the code is still good afterwards."""
    code = world.code()
    reply = world.redeem(code, credentials)
    challenges = [value for name, value in reply.headers if name == "WWW-Authenticate"]

    assert (401, "invalid_client", ['Basic realm="psc"']) == (reply.status, body_of(reply)["error"], challenges)
    assert 200 == world.redeem(code).status


@pytest.mark.parametrize(
    "members",
    [
        in_body(client_secret="wrong"),
        in_body(client_secret=""),
        {"client_id": "portal"},
    ],
)
def test_a_wrong_body_does_not_say_who_is_a_client(world: World, members: dict[str, str]) -> None:
    """An unknown portal and a wrong secret get the same answer."""
    reply = world.redeem(world.code(), {}, **members)
    unknown = world.redeem(world.code(), {}, **members | {"client_id": "nobody"})

    assert (401, "invalid_client") == (reply.status, body_of(reply)["error"])
    assert (unknown.status, body_of(unknown)) == (reply.status, body_of(reply))


def test_a_wrong_header_does_not_either(world: World) -> None:
    """Nor does Basic."""
    replies = [world.redeem(world.code(), basic(name, "wrong")) for name in ("portal", "nobody")]

    assert body_of(replies[0]) == body_of(replies[1])


UNREADABLE = "Authorization: these Basic credentials cannot be read; send base64 of client_id:client_secret."
WRONG = "client_id is unknown, its client_secret or certificate is wrong, or it is registered for another way."


@pytest.mark.parametrize(
    ("headers", "members", "said"),
    [
        ({}, {}, "no client authentication; send Authorization: Basic, client_id and client_secret in the body, or"),
        ({}, {"client_secret": SECRET}, "no client authentication; send"),
        ({}, in_body(client_id=""), "no client authentication; send"),
        ({"Authorization": "Bearer x"}, {}, "no client authentication; send"),
        (
            {},
            {"client_id": "portal"},
            "client_id came without client_secret and without a TLS client certificate; send",
        ),
        ({}, in_body(client_secret="wrong"), WRONG),
        ({}, in_body(client_id="nobody"), WRONG),
        (basic(secret="wrong"), {}, "client_id is unknown, client_secret is wrong (before base64 both are form-urlenc"),
        ({"Authorization": "Basic !!!"}, {}, UNREADABLE),
        (header("portal"), {}, UNREADABLE),
        (
            {},
            {"client_id": "portal", "client_assertion": "e30.e30.e30"},
            "client_assertion: announced, and not accepted, as at",
        ),
    ],
)
def test_a_refusal_says_what_was_wrong(
    world: World, headers: dict[str, str], members: dict[str, str], said: str
) -> None:
    """And what to send, in the characters that RFC 6749 5.2 allows."""
    description = body_of(world.redeem(world.code(), headers, **members))["error_description"]

    assert description.startswith(said)
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in description)


def test_a_secret_in_the_url_is_no_authentication(world: World) -> None:
    """RFC 6749 2.3.1: never in the request URI."""
    form = (("grant_type", "authorization_code"), ("code", world.code()), ("redirect_uri", CALLBACK))
    reply = world.server.token(world.exchange(method="POST", query=tuple(in_body().items()), form=form))

    assert (401, "invalid_client") == (reply.status, body_of(reply)["error"])
    assert body_of(reply)["error_description"].startswith("client_secret in the URL counts for nothing")


def test_an_assertion_is_refused_though_advertised(world: World) -> None:
    """private_key_jwt stands in PSC's discovery and is refused by its token endpoint."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    reply = world.redeem(
        world.code(), {}, client_id="portal", client_assertion_type=kind, client_assertion="eyJhbGciOiJSUzI1NiJ9.e30.AA"
    )

    assert (401, "invalid_client") == (reply.status, body_of(reply)["error"])


def test_no_error_shows_a_secret(world: World) -> None:
    """Neither the right one nor the wrong one."""
    reply = world.redeem(world.code(), {}, **in_body(client_secret="wr0ng-s3cr3t"))

    assert "s3cr3t" not in str(reply.headers) + str(body_of(reply)) + repr(reply)
