"""What is granted, and the token drafts made of it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mock_idp.artefacts import Json, Pairs, Seam, TokenDraft, encode_segment
from mock_idp.protocol.profiles import traits
from mock_idp.settings import CnfForm

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.keys import SigningKeys
    from mock_idp.settings import Settings


class Means(StrEnum):
    """How somebody proved who they are; ``authMode`` in tokens and userinfo."""

    MOBILE = "MOBILE"
    CARD = "CARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One person's consent for one portal: what a code, and every token that follows it, stands for.

    Attributes:
        login_id: the login it comes from; lies and journal entries are tied to it.
        session_id: PSC session, ``sid`` in the tokens.
        auth_time: when the person approved.
        means: how they proved who they are.
    """

    login_id: str
    session_id: str
    client_id: str
    idnat: str
    scope: str
    nonce: str | None
    auth_time: datetime
    means: Means = Means.MOBILE
    redirect_uri: str = ""
    code_challenge: str | None = None
    code_challenge_method: str | None = None

    def get_redirect_uri(self) -> str:
        """Return the address that the code was asked for (RFC 6749 4.1.3)."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return the granted scopes."""
        return self.scope

    def check_client(self, client: object) -> bool:
        """Tell whether the grant was made to this client."""
        return getattr(client, "client_id", None) == self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentCode:
    """An authorization code in the store: its grant, and whether it was presented already."""

    grant: Grant
    spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """An access or refresh token in the store, under its own text.

    Attributes:
        kind: ``Bearer`` or ``Refresh``, as Keycloak's ``typ`` says it.
        jti: unique name.
        spent: whether a refresh token that rotates was used already.
        bound_to: SHA-256 of the certificate that it is bound to, hexadecimal, or None.
    """

    grant: Grant
    kind: str
    jti: str
    issued_at: datetime
    expires_at: datetime
    spent: bool = False
    bound_to: str | None = None


def epoch(moment: datetime) -> int:
    """Return whole seconds since 1970 (RFC 7519 2, NumericDate)."""
    return int(moment.timestamp())


def half_hash(token: str) -> str:
    """Return ``at_hash`` for RS256: the left half of SHA-256, base64url (OIDC-CORE 3.1.3.6)."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")


def auth_mode(grant: Grant, settings: Settings) -> str:
    """Return ``authMode``: ``CARD`` is confirmed, what stands for the e-CPS is a setting."""
    return settings.auth_mode if grant.means is Means.MOBILE else grant.means.value


def levels(grant: Grant, settings: Settings) -> Pairs:
    """Return ``acr`` and ``auth_level`` as the date's PSC states them for a means, either or both of them absent."""
    date = traits(settings.psc_profile)
    stated = {"acr": date.acr.get(grant.means), "auth_level": date.auth_level.get(grant.means)}
    return tuple((name, value) for name, value in stated.items() if value is not None)


def confirmation(token: Bearer, settings: Settings) -> Pairs:
    """Return ``cnf`` of a token that is bound to a certificate, in the form of the settings; nothing for any other."""
    if token.bound_to is None:
        return ()
    if settings.cnf_form == CnfForm.ANS:
        thumbprint = base64.b64encode(token.bound_to.encode("ascii")).decode("ascii")
    else:
        thumbprint = encode_segment(bytes.fromhex(token.bound_to))
    named: dict[str, Json] = {"x5t#S256": thumbprint}
    return (("cnf", named),)


def _header(keys: SigningKeys) -> Pairs:
    return (("alg", "RS256"), ("typ", "JWT"), ("kid", keys.kid))


def access_token_draft(token: Bearer, *, settings: Settings, keys: SigningKeys) -> TokenDraft:
    """Return the draft of an access token: a JWT as Keycloak makes them, opaque to the portal.

    Args:
        token: what it stands for, from when until when, and its ``jti``: two tokens of one second must not be equal.
        settings: issuer and level.
        keys: the published key.
    """
    grant = token.grant
    claims: Pairs = (
        ("exp", epoch(token.expires_at)),
        ("iat", epoch(token.issued_at)),
        ("auth_time", epoch(grant.auth_time)),
        ("jti", token.jti),
        ("iss", settings.issuer),
        ("sub", settings.sub_prefix + grant.idnat),
        ("typ", token.kind),
        ("azp", grant.client_id),
        ("sid", grant.session_id),
        *levels(grant, settings),
        ("scope", grant.scope),
        ("preferred_username", grant.idnat),
        *confirmation(token, settings),
    )
    return TokenDraft(seam=Seam.TOKEN_RESPONSE, header=_header(keys), claims=claims)


def id_token_draft(
    grant: Grant, *, settings: Settings, keys: SigningKeys, now: datetime, jti: str, access_token: str
) -> TokenDraft:
    """Return the draft of an ID token with PSC's claims: few, the identity is in userinfo (OIDC-CORE 2).

    Args:
        grant: who logged in, where, when.
        settings: issuer, level, lifetimes.
        keys: the published key.
        now: time of issue.
        jti: unique name.
        access_token: what ``at_hash`` binds.
    """
    claims: Pairs = (
        ("exp", epoch(now + settings.id_token_lifetime)),
        ("iat", epoch(now)),
        ("auth_time", epoch(grant.auth_time)),
        ("jti", jti),
        ("iss", settings.issuer),
        ("aud", grant.client_id),
        ("sub", settings.sub_prefix + grant.idnat),
        ("typ", "ID"),
        ("azp", grant.client_id),
        *((("nonce", grant.nonce),) if grant.nonce is not None else ()),
        ("sid", grant.session_id),
        ("at_hash", half_hash(access_token)),
        *levels(grant, settings),
        *((("authMode", auth_mode(grant, settings)),) if traits(settings.psc_profile).auth_mode_in_id_token else ()),
        ("SubjectNameID", grant.idnat),
        ("preferred_username", grant.idnat),
    )
    return TokenDraft(seam=Seam.ID_TOKEN, header=_header(keys), claims=claims)
