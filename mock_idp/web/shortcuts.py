"""What a script may do that no portal can: tokens for a person without a login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_idp.protocol.tokens import Grant, Means

if TYPE_CHECKING:
    from mock_idp.protocol import Client
    from mock_idp.web.services import Provider

ID_OCTETS = 16


def mint(
    provider: Provider, client: Client, idnat: str, *, scope: str, nonce: str | None, means: Means
) -> dict[str, Any]:
    """Return a token response for somebody who never logged in: a PSC session begins all the same.

    Args:
        provider: who gives the tokens.
        client: the portal that they are for.
        idnat: the person that they are about.
        scope: what to ask; scopes that discovery does not list are left out.
        nonce: to be repeated in the ID token.
        means: how the person is said to have proved who they are.
    """
    login_id = provider.entropy.token(ID_OCTETS)
    exchange = provider.exchange(login_id, lambda _: None, method="POST", url=provider.settings.endpoint("/token"))
    server = provider.server
    session = server.sessions.open(idnat=idnat, means=means, entropy=provider.entropy, now=exchange.now)
    server.sessions.join(session.session_id, client.client_id, login_id, now=exchange.now)
    grant = Grant(
        login_id=login_id,
        session_id=session.session_id,
        client_id=client.client_id,
        idnat=idnat,
        scope=server.granted_scope(scope),
        nonce=nonce,
        auth_time=exchange.now,
        means=means,
    )
    tokens = server.issue(grant, exchange, refresh=True)
    if "openid" in grant.scope.split():
        tokens["id_token"] = server.id_token(grant, exchange, tokens["access_token"])
    return tokens
