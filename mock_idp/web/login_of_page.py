"""The login that a page of the wallet belongs to, and the person that was typed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from mock_idp.ecps.idnat import normalise
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.people import DEACTIVATED
from mock_idp.web.http import provider, tie

if TYPE_CHECKING:
    from mock_idp.web.services import Login


def open_login(login_id: str) -> Login:
    """Return the login that a page belongs to; its journal entry and its language follow from it.

    Raises:
        LoginGoneError: the login is over.
    """
    tie(login_id)
    login = provider().login(login_id)
    g.login_language = login.language
    return login


def portal_of(login: Login) -> str:
    """Return what the portal calls itself, or its client_id."""
    client = provider().server.query_client(login.client_id)
    return (client.name if client else "") or login.client_id


def known_idnat(typed: str) -> str:
    """Return the idnat of the account that a typed identifiant leads to.

    Raises:
        EcpsError: it cannot be one, nobody has it, or the account is deactivated.
    """
    idnat = normalise(typed)
    directory = provider().directory
    person = directory.resolve(idnat) if provider().ecps.former_idnats else directory.find(idnat)
    if person is None:
        raise EcpsError(Code.IDNAT_UNKNOWN)
    if person.status == DEACTIVATED:
        raise EcpsError(Code.ACCOUNT_DEACTIVATED)
    return person.idnat
