"""Discovery and key set, key by key against what the public ANS test resource of the 2024 generation shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.protocol.documents import discovery, key_set
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

ISSUER = "https://auth.psc.example/auth/realms/esante-wallet"
ENDPOINTS = ISSUER + "/protocol/openid-connect"
SETTINGS = Settings(issuer_base="https://auth.psc.example", wallet_base="https://wallet.psc.example")

SIGNING = {f"{family}{size}" for family in ("PS", "RS", "ES", "HS") for size in (256, 384, 512)} | {"EdDSA"}
ASYMMETRIC = {name for name in SIGNING if not name.startswith("HS")}
KEY_ENCRYPTION = {"RSA-OAEP", "RSA-OAEP-256", "RSA1_5"}
CONTENT_ENCRYPTION = {"A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"}
AUTHENTICATION = {
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
    "tls_client_auth",
    "client_secret_jwt",
}

ADDRESSES = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://wallet.psc.example/auth",
    "token_endpoint": ENDPOINTS + "/token",
    "introspection_endpoint": ENDPOINTS + "/token/introspect",
    "userinfo_endpoint": ENDPOINTS + "/userinfo",
    "end_session_endpoint": ENDPOINTS + "/logout",
    "jwks_uri": ENDPOINTS + "/certs",
    "check_session_iframe": ENDPOINTS + "/login-status-iframe.html",
    "registration_endpoint": ISSUER + "/clients-registrations/openid-connect",
    "revocation_endpoint": ENDPOINTS + "/revoke",
    "device_authorization_endpoint": ENDPOINTS + "/auth/device",
    "backchannel_authentication_endpoint": ENDPOINTS + "/ext/ciba/auth",
    "pushed_authorization_request_endpoint": ENDPOINTS + "/ext/par/request",
}
LISTS: dict[str, set[str]] = {
    "grant_types_supported": {
        "authorization_code",
        "implicit",
        "refresh_token",
        "password",
        "client_credentials",
        "urn:openid:params:grant-type:ciba",
        "urn:ietf:params:oauth:grant-type:device_code",
    },
    "response_types_supported": {
        "code",
        "none",
        "id_token",
        "token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    },
    "response_modes_supported": {
        "query",
        "fragment",
        "form_post",
        "query.jwt",
        "fragment.jwt",
        "form_post.jwt",
        "jwt",
    },
    "subject_types_supported": {"public", "pairwise"},
    "id_token_signing_alg_values_supported": SIGNING,
    "token_endpoint_auth_signing_alg_values_supported": SIGNING,
    "introspection_endpoint_auth_signing_alg_values_supported": SIGNING,
    "revocation_endpoint_auth_signing_alg_values_supported": SIGNING,
    "authorization_signing_alg_values_supported": SIGNING,
    "userinfo_signing_alg_values_supported": SIGNING | {"none"},
    "request_object_signing_alg_values_supported": SIGNING | {"none"},
    "id_token_encryption_alg_values_supported": KEY_ENCRYPTION,
    "userinfo_encryption_alg_values_supported": KEY_ENCRYPTION,
    "request_object_encryption_alg_values_supported": KEY_ENCRYPTION,
    "authorization_encryption_alg_values_supported": KEY_ENCRYPTION,
    "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    "request_object_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    "authorization_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    "token_endpoint_auth_methods_supported": AUTHENTICATION,
    "introspection_endpoint_auth_methods_supported": AUTHENTICATION,
    "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
    "claims_supported": {
        "aud",
        "sub",
        "iss",
        "auth_time",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "email",
        "acr",
    },
    "claim_types_supported": {"normal"},
    "scopes_supported": {
        "openid",
        "microprofile-jwt",
        "rpps",
        "referentiel",
        "web-origins",
        "basic",
        "identity",
        "acr",
        "offline_access",
        "eidas1",
        "profile",
        "roles",
        "email",
        "scope_all",
        "phone",
        "interop",
        "scope_1",
        "address",
        "scope_2",
        "eidas2",
    },
    "code_challenge_methods_supported": {"plain", "S256"},
    "backchannel_token_delivery_modes_supported": {"poll", "ping"},
    "backchannel_authentication_request_signing_alg_values_supported": ASYMMETRIC,
}
SWITCHES = {
    "claims_parameter_supported": True,
    "request_parameter_supported": True,
    "request_uri_parameter_supported": True,
    "require_request_uri_registration": True,
    "tls_client_certificate_bound_access_tokens": True,
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "require_pushed_authorization_requests": False,
    "authorization_response_iss_parameter_supported": True,
}
ALIASED = {
    "token_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",
    "registration_endpoint",
    "userinfo_endpoint",
    "pushed_authorization_request_endpoint",
    "backchannel_authentication_endpoint",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The discovery document as a portal reads it."""
    return dict(discovery(SETTINGS).pairs)


def test_it_has_these_keys_and_no_others(document: dict[str, Any]) -> None:
    """Nothing is missing and nothing is made up."""
    expected = {*ADDRESSES, *LISTS, *SWITCHES, "acr_values_supported", "mtls_endpoint_aliases"}

    assert expected == set(document)


@pytest.mark.parametrize(("key", "address"), ADDRESSES.items())
def test_every_address_stands_where_psc_has_it(document: dict[str, Any], key: str, address: str) -> None:
    """Keycloak's paths under the issuer; the authorization endpoint alone on the wallet host."""
    assert address == document[key]


@pytest.mark.parametrize(("key", "values"), LISTS.items())
def test_every_list_holds_what_psc_lists(document: dict[str, Any], key: str, values: set[str]) -> None:
    """The same values, each once."""
    assert sorted(values) == sorted(document[key])


@pytest.mark.parametrize(("key", "value"), SWITCHES.items())
def test_every_switch_is_as_psc_has_it(document: dict[str, Any], key: str, value: object) -> None:
    """Advertised is not the same as usable, but it is advertised."""
    assert value is document[key]


def test_the_quirk_of_the_levels_is_kept(document: dict[str, Any]) -> None:
    """``["0","0"]``: a portal that checks ``acr`` against it would refuse eidas1."""
    assert ["0", "0"] == document["acr_values_supported"]


def test_the_mtls_aliases_repeat_the_plain_addresses(document: dict[str, Any]) -> None:
    """Certificates are presented on the ordinary host."""
    assert {key: ADDRESSES[key] for key in ALIASED} == document["mtls_endpoint_aliases"]


def test_the_key_set_has_public_members_only(keys: SigningKeys) -> None:
    """RFC 7517 5, RFC 7518 6.3.1: modulus and exponent, and what names the key."""
    ((name, members),) = key_set(keys).pairs

    assert "keys" == name
    assert isinstance(members, list)
    assert [{"kty", "use", "alg", "kid", "n", "e"}] == [set(key) for key in members if isinstance(key, dict)]


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "https://auth.psc.example"])
def test_the_issuer_is_the_address_that_was_asked(base: str) -> None:
    """OIDC Discovery 4.3: what is before the well-known path, character for character."""
    settings = Settings(issuer_base=base)
    issuer = discovery(settings).get("issuer")

    assert settings.discovery_url == f"{issuer}/.well-known/wallet-openid-configuration"
    assert str(issuer).startswith(base)
