"""Portals with a TLS client certificate: who they are, what may stand in for it, and what their tokens are bound to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.protocol.clients import AuthPolicy
from mock_idp.protocol.documents import discovery
from mock_idp.settings import CnfForm, Settings
from tests.mock_idp.protocol.portal import CALLBACK, PORTAL, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.protocol import Reply

DER = b"certificate of the portal"
THUMB = hashlib.sha256(DER).hexdigest()


def world_with(world: World, policy: AuthPolicy) -> World:
    """Give the portal a certificate and a policy."""
    world.server.register_client(replace(PORTAL, authentication=policy, certificate_sha256=THUMB))
    return world


def redeem(world: World, certificate: bytes | None, headers: dict[str, str] | None = None, **form: str) -> Reply:
    """Exchange a code over a connection with that certificate."""
    asked = {"grant_type": "authorization_code", "code": world.code(), "redirect_uri": CALLBACK, **form}
    return world.server.token(
        world.exchange(method="POST", form=tuple(asked.items()), headers=headers or {}, certificate=certificate)
    )


@pytest.mark.parametrize(
    ("policy", "by_secret", "by_certificate"),
    [(AuthPolicy.SECRET, 200, 401), (AuthPolicy.MTLS, 401, 200), (AuthPolicy.EITHER, 200, 200)],
)
def test_the_policy_says_what_counts(world: World, policy: AuthPolicy, by_secret: int, by_certificate: int) -> None:
    """Secret, certificate, or either."""
    world_with(world, policy)

    assert (by_secret, by_certificate) == (
        redeem(world, None, basic()).status,
        redeem(world, DER, client_id="portal").status,
    )


@pytest.mark.parametrize(
    ("certificate", "client_id"),
    [(b"another", "portal"), (None, "portal"), (DER, "neighbour"), (DER, "nobody"), (DER, "")],
)
def test_another_certificate_or_another_name_is_refused(
    world: World, certificate: bytes | None, client_id: str
) -> None:
    """RFC 8705 2: the certificate must be that of the ``client_id``."""
    world_with(world, AuthPolicy.MTLS)
    reply = redeem(world, certificate, client_id=client_id)

    assert (401, "invalid_client") == (reply.status, body_of(reply)["error"])


def test_without_a_certificate_on_record_none_is_right(world: World) -> None:
    """An empty thumbprint is nobody's."""
    world.server.register_client(replace(PORTAL, authentication=AuthPolicy.EITHER))

    assert 401 == redeem(world, DER, client_id="portal").status


def test_without_a_secret_on_record_none_is_right(world: World) -> None:
    """Nor is an empty one."""
    world.server.register_client(replace(PORTAL, client_secret="", authentication=AuthPolicy.EITHER))

    assert [401, 401] == [redeem(world, None, basic(secret=secret)).status for secret in ("", "x")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (CnfForm.RFC, base64.urlsafe_b64encode(bytes.fromhex(THUMB)).decode().rstrip("=")),
        (CnfForm.ANS, base64.b64encode(THUMB.encode()).decode()),
    ],
)
def test_tokens_are_bound_to_the_certificate(world: World, form: CnfForm, expected: str) -> None:
    """RFC 8705 3.1, or the form of ANS examples; in the token and at introspection, and after a refresh."""
    world_with(world, AuthPolicy.MTLS)
    world.with_settings(cnf_form=form)
    tokens = body_of(redeem(world, DER, client_id="portal"))

    def over_tls(**asked: str) -> dict[str, Any]:
        return {"method": "POST", "form": tuple({"client_id": "portal", **asked}.items()), "certificate": DER}

    refreshed = body_of(
        world.server.token(
            world.exchange(**over_tls(grant_type="refresh_token", refresh_token=tokens["refresh_token"]))
        )
    )
    told = body_of(world.server.about_token("introspection", world.exchange(**over_tls(token=tokens["access_token"]))))

    assert [{"x5t#S256": expected}] * 3 == [
        world.claims(tokens["access_token"])["cnf"],
        world.claims(refreshed["access_token"])["cnf"],
        told["cnf"],
    ]


def test_a_secret_binds_to_nothing(world: World) -> None:
    """Even over a connection with a certificate."""
    world_with(world, AuthPolicy.EITHER)
    tokens = body_of(redeem(world, DER, basic()))

    assert "cnf" not in world.claims(tokens["access_token"])


def test_aliases_point_where_certificates_are_presented() -> None:
    """RFC 8705 5; the ordinary addresses stay."""
    settings = Settings(mtls_base="https://mtls.example")
    document = discovery(settings)
    aliases = document.get("mtls_endpoint_aliases")

    assert isinstance(aliases, dict)
    assert {"https://mtls.example/auth/realms/esante-wallet"} == {
        str(address).partition("/protocol")[0].partition("/clients")[0] for address in aliases.values()
    }
    assert settings.endpoint("/token") == document.get("token_endpoint")
