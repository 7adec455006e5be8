"""The provider's settings: where it stands, and every duration or habit that a source leaves open.

Each default says how sure it is: *confirmed* by a named public source, *inferred*, or *unknown*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

REALM_PATH = "/auth/realms/esante-wallet"
"""Realm path of the issuer (confirmed: public connectors of ANS, production and sandbox)."""

DISCOVERY_PATH = "/.well-known/wallet-openid-configuration"
"""Discovery document, under the issuer; not the standard name (confirmed: every public connector)."""

PROTOCOL_PATH = "/protocol/openid-connect"
"""Keycloak's paths for the other endpoints, under the issuer (confirmed: the ANS broker extension)."""

STANDARD_DISCOVERY_PATH = "/.well-known/openid-configuration"
"""The name of OpenID Connect Discovery 4; whether PSC's realm answers it too is unknown."""

WALLET_AUTHORIZATION_PATH = "/auth"
"""Authorization endpoint, on the wallet host (confirmed: sandbox and production wallets)."""


class Unlisted(StrEnum):
    """What becomes of an authorization request that asks for something PSC does not list."""

    REJECT = "reject"
    IGNORE = "ignore"


class CnfForm(StrEnum):
    """How a token names the certificate that it is bound to, in ``cnf.x5t#S256``."""

    RFC = "rfc"
    ANS = "ans"


class PscProfile(StrEnum):
    """Pro Santé Connect by date; ``mock_idp/protocol/profiles`` says what is particular to each."""

    YEAR_2021 = "2021"
    YEARS_2022_23 = "2022-23"
    LATE_2023 = "late-2023"
    YEAR_2026 = "2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the provider is reached and how long what it issues lasts.

    Attributes:
        issuer_base: scheme, host and port of the issuer host, without a path.
        wallet_base: the same for the wallet host; another host than the issuer's, as at PSC.
        sub_prefix: what stands before the idNat in ``sub``, ``f:<uuid>:`` (confirmed for the sandbox 2021-2023, the
            production uuid is unknown, so portals must not rely on it).
        code_lifetime: of an authorization code (unknown; Keycloak's default is 60 s).
        access_token_lifetime: (confirmed: 2 min, guide CI-SIS citing the PSC documentation).
        refresh_token_lifetime: (confirmed: 30 min, same source).
        id_token_lifetime: (inferred: as the access token).
        session_lifetime: of a PSC session (confirmed: at most 4 h, guide CI-SIS).
        session_idle_lifetime: of a PSC session without a login or a refresh (confirmed: 30 min, same source).
        single_sign_on: whether a browser with a PSC session is sent back without being asked (confirmed by the session
            cookie of the same source).
        login_lifetime: how long a started login may take before the portal must start again (unknown).
        ciba_lifetime: of a CIBA request (confirmed in a public ANS test resource: 120 s, Keycloak's default).
        ciba_interval: between two polls (unknown; Keycloak's default is 5 s, the same resource says 1).
        psc_profile: which date's PSC to be; decides ``acr``, the form of userinfo and discovery.
        auth_mode: ``authMode`` stated for the e-CPS (unknown; MOBILE by analogy with the CIBA channel).
        acr_values_policy: what becomes of a request whose ``acr_values`` is missing or not eidas1 (unknown):
            ``reject`` answers invalid_request, ``ignore`` goes on.
        scope_policy: the same for a scope that discovery does not list (inferred: Keycloak answers invalid_scope).
        rotate_refresh_tokens: whether a refresh spends the refresh token (unknown; a new one comes either way, as
            Keycloak does).
        standard_discovery: whether discovery also answers under its standard name (unknown; not found by default, so
            that a portal that looks there fails here first).
        mail_catcher: ``host:port`` of an SMTP server that also gets the e-mails of activations without a card (our own;
            nothing is sent when it is empty, the mailbox page shows them all the same).
        mtls_base: scheme, host and port where portals present TLS client certificates; empty for nowhere (our own: at
            PSC it is the ordinary host, which here speaks plain HTTP).
        api_token_lifetime: of a token of the sample API (4 h in the ANS reference proxy, 1 h in its guide).
        cnf_form: form of ``cnf.x5t#S256`` (unknown for PSC's own tokens): ``rfc`` is base64url of the SHA-256 (RFC 8705
            3.1), ``ans`` is base64 of its hexadecimal text, as ANS examples for API servers have it.
        card_base: scheme, host and port where a card logs in by TLS client authentication; empty for no such login (our
            own; at PSC the address is unknown).
        idp_name: what the pages call this provider.
    """

    issuer_base: str = "http://127.0.0.1:8080"
    wallet_base: str = "http://localhost:8080"
    sub_prefix: str = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:"
    code_lifetime: timedelta = timedelta(seconds=60)
    access_token_lifetime: timedelta = timedelta(seconds=120)
    refresh_token_lifetime: timedelta = timedelta(minutes=30)
    id_token_lifetime: timedelta = timedelta(seconds=120)
    session_lifetime: timedelta = timedelta(hours=4)
    session_idle_lifetime: timedelta = timedelta(minutes=30)
    single_sign_on: bool = True
    login_lifetime: timedelta = timedelta(minutes=10)
    ciba_lifetime: timedelta = timedelta(seconds=120)
    ciba_interval: timedelta = timedelta(seconds=5)
    psc_profile: PscProfile = PscProfile.YEAR_2026
    auth_mode: str = "MOBILE"
    acr_values_policy: Unlisted = Unlisted.REJECT
    scope_policy: Unlisted = Unlisted.REJECT
    rotate_refresh_tokens: bool = False
    standard_discovery: bool = False
    mail_catcher: str = ""
    card_base: str = ""
    mtls_base: str = ""
    api_token_lifetime: timedelta = timedelta(hours=4)
    cnf_form: CnfForm = CnfForm.RFC
    idp_name: str = "Simulateur Pro Santé Connect"

    @property
    def issuer(self) -> str:
        """Return the issuer identifier (OIDC-CORE 2, ``iss``)."""
        return self.issuer_base + REALM_PATH

    @property
    def discovery_url(self) -> str:
        """Return the URL of the discovery document."""
        return self.issuer + DISCOVERY_PATH

    @property
    def authorization_endpoint(self) -> str:
        """Return the URL of the authorization endpoint, on the wallet host."""
        return self.wallet_base + WALLET_AUTHORIZATION_PATH

    def endpoint(self, path: str) -> str:
        """Return the URL of an endpoint under Keycloak's protocol path.

        Args:
            path: for example ``/token``.
        """
        return self.issuer + PROTOCOL_PATH + path
