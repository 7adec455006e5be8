"""Telling portals that a session is over: the logout token (Back-Channel Logout 1.0, 2.4) and the address of a frame.

Discovery announces both; whether PSC really sends them is unknown.  They go only where a portal registered an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from mock_idp.artefacts import Json, Pairs, Seam, TokenDraft
from mock_idp.protocol.tokens import epoch

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.keys import SigningKeys
    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.sessions import PscSession
    from mock_idp.settings import Settings

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_token_draft(
    session: PscSession, client_id: str, *, settings: Settings, keys: SigningKeys, now: datetime, jti: str
) -> TokenDraft:
    """Return the draft of a logout token: whose session is over, for whom; never a nonce.

    Args:
        session: what is over.
        client_id: the portal that is told.
        settings: issuer and lifetime.
        keys: the published key.
        now: time of issue.
        jti: unique name.
    """
    header: Pairs = (("alg", "RS256"), ("typ", "logout+jwt"), ("kid", keys.kid))
    events: dict[str, Json] = {EVENT: {}}
    claims: Pairs = (
        ("iat", epoch(now)),
        ("exp", epoch(now + settings.id_token_lifetime)),
        ("jti", jti),
        ("iss", settings.issuer),
        ("aud", client_id),
        ("sub", settings.sub_prefix + session.idnat),
        ("typ", "Logout"),
        ("sid", session.session_id),
        ("events", events),
    )
    return TokenDraft(seam=Seam.LOGOUT_TOKEN, header=header, claims=claims)


def frame_address(client: Client, session: PscSession, settings: Settings) -> str:
    """Return the address that a browser loads to log out of a portal (Front-Channel Logout 1.0, 3)."""
    address = client.frontchannel_logout_uri
    asked = urlencode({"iss": settings.issuer, "sid": session.session_id})
    return f"{address}{'&' if '?' in address else '?'}{asked}"
