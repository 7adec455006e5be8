"""Telling portals over HTTP that a session is over; only at the addresses that they registered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import requests

from mock_idp.deviations import Told, to_json
from mock_idp.journal import Entry
from mock_idp.protocol.logout_tokens import frame_address
from mock_idp.store import StoreError

if TYPE_CHECKING:
    from mock_idp.artefacts import Json, Pairs
    from mock_idp.protocol import Client
    from mock_idp.protocol.sessions import PscSession
    from mock_idp.web.services import Provider

PATIENCE = (3.0, 5.0)
"""Seconds to connect, and to wait for an answer."""


def tell_portals(provider: Provider, session: PscSession) -> None:
    """Send a logout token to every portal of a session that registered an address (Back-Channel Logout 1.0, 2.5).

    A thread does it: a portal that waits for its own logout to be answered could not answer.
    """
    told = [
        (client, login_id)
        for client_id, login_id in dict(session.logins).items()
        if (client := provider.server.query_client(client_id)) is not None and client.backchannel_logout_uri
    ]
    if told:
        threading.Thread(target=_tell, args=(provider, session, told), name="psc-logout", daemon=True).start()


def frames_of(provider: Provider, session: PscSession) -> list[str]:
    """Return what a browser loads to log out of every portal of a session that asked for it."""
    clients = (provider.server.query_client(client_id) for client_id in dict(session.logins))
    asked = (client for client in clients if client is not None and client.frontchannel_logout_uri)
    return [frame_address(client, session, provider.settings) for client in asked]


def _tell(provider: Provider, session: PscSession, told: list[tuple[Client, str]]) -> None:
    try:
        _tell_each(provider, session, told)
    except StoreError as error:
        # whoever asked for the logout has been answered: there is nobody else to tell
        provider.outage.begin(error)


def _tell_each(provider: Provider, session: PscSession, told: list[tuple[Client, str]]) -> None:
    for client, login_id in told:
        lies: list[Told] = []
        exchange = provider.exchange(login_id, lies.extend, method="POST", url=client.backchannel_logout_uri)
        token = provider.server.logout_token(session, client.client_id, exchange)
        status, said = _post(client.backchannel_logout_uri, token)
        _note(provider, client, login_id, token, status, said, lies)


def _post(address: str, token: str) -> tuple[int, str]:
    with requests.Session() as line:
        line.trust_env = False
        try:
            answer = line.post(address, data={"logout_token": token}, timeout=PATIENCE, allow_redirects=False)
        except requests.RequestException as error:
            return 0, type(error).__name__
        return answer.status_code, answer.headers.get("Cache-Control", "")


def _note(  # noqa: PLR0917  one entry, read from left to right
    provider: Provider, client: Client, login_id: str, token: str, status: int, said: str, lies: list[Told]
) -> None:
    noted(
        provider,
        login_id,
        endpoint="backchannel_logout",
        url=client.backchannel_logout_uri,
        status=status,
        lies=lies,
        request=(("client_id", client.client_id), ("logout_token", token)),
        response=(("failure" if status == 0 else "Cache-Control", said),),
    )


def noted(
    provider: Provider,
    login_id: str,
    *,
    endpoint: str,
    url: str,
    status: int,
    lies: list[Told],
    request: Pairs = (),
    response: Pairs = (),
) -> None:
    """Enter into the journal what went out to a portal, or was made for one, with the lies in it."""
    journal = provider.journal
    shown: tuple[dict[str, Json], ...] = tuple(
        {"deviation": cast("Json", to_json(lie.deviation)), "honest": lie.honest, "told": lie.told} for lie in lies
    )
    journal.record(
        lambda seq: Entry(
            seq=seq,
            at=provider.clock.now(),
            login_id=login_id,
            channel="out",
            endpoint=endpoint,
            method="POST",
            url=url,
            status=status,
            request=journal.mask(request),
            response=response,
            told=shown,
        )
    )
