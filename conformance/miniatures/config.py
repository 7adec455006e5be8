"""What a miniature portal is told: its provider, its registration, its own address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalConfig:
    """Settings of one miniature portal.

    Attributes:
        issuer: the provider's issuer, exactly as its discovery document and its tokens must state it.
        discovery_url: full address of the discovery document; PSC's is not at the standard name.
        client_id: given at registration.
        client_secret: given at registration; sent by HTTP Basic.
        public_base_url: address the portal is reached at, without a slash at the end.
        language: of the texts people read.
        accepted_acr: levels that are enough.  Public reports show ``eidas1``, ``eidas2`` with a card, and ``eidas3``
            in 2021.
        accept_absent_acr: whether an ID token without ``acr`` is enough; one was reported in April 2023.
        jwks_cooldown_seconds: least time between two fetches of the key set for the sake of an unknown key.
        metadata_seconds: how long a discovery document is believed.
        provider_seconds: how long the provider may be silent.
        leeway_seconds: how far the two clocks may be apart.
        secret_in_body: send the client secret in the form instead of by HTTP Basic (RFC 6749 2.3.1 allows both).
        userinfo_by_post: ask for userinfo with POST (OIDC-CORE 5.3.1 allows both).
        claims_first: look at the claims of an ID token before its signature; nothing is believed before both hold.
        hexadecimal: write state and nonce in hexadecimal.
        keys_every_time: fetch the provider's keys for every login.
        refusal_status: HTTP status of a refused login instead of the usual one; 0 for the usual one.
        authority_file: authorities trusted when the provider speaks TLS, PEM; the usual ones when empty.
        certificate_file: key and certificate that the portal shows when asked to, PEM; none when empty.
        asks_to_prompt: send ``prompt=login`` along (OIDC-CORE 3.1.2.1).
    """

    issuer: str
    discovery_url: str
    client_id: str
    client_secret: str = field(repr=False)
    public_base_url: str
    language: Literal["fr", "en"] = "fr"
    accepted_acr: frozenset[str] = frozenset({"eidas1", "eidas2", "eidas3"})
    accept_absent_acr: bool = False
    jwks_cooldown_seconds: float = 10.0
    metadata_seconds: float = 300.0
    provider_seconds: float = 5.0
    leeway_seconds: float = 10.0
    secret_in_body: bool = False
    userinfo_by_post: bool = False
    claims_first: bool = False
    hexadecimal: bool = False
    keys_every_time: bool = False
    refusal_status: int = 0
    asks_to_prompt: bool = False
    authority_file: str = ""
    certificate_file: str = ""

    @property
    def callback_url(self) -> str:
        """Registered redirect URI."""
        return self.public_base_url + "/callback"

    @property
    def logged_out_url(self) -> str:
        """Registered address to come back to after logout."""
        return self.public_base_url + "/logged-out"
