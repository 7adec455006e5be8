"""The sample API over HTTP: its addresses, its hosts, and the journal."""

from __future__ import annotations

import json

from mock_idp.protocol.api_exchange import ACCESS_TOKEN_TYPE, API_SCOPE, EXCHANGE_GRANT
from tests.mock_idp.endpoints.site import Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, basic

REALM = "/auth/realms/api-exemple"


def test_from_psc_to_the_api(site: Site) -> None:
    """One exchange, one answer; the journal ties the exchange to the login and holds no token."""
    tokens = site.tokens()
    form = {
        "grant_type": EXCHANGE_GRANT,
        "subject_token": tokens["access_token"],
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "scope": API_SCOPE,
    }
    given = json_of(site.call("POST", REALM + "/protocol/openid-connect/token", data=form, headers=basic()))
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    said = json_of(site.call("GET", REALM + "/dossier", headers=headers))
    entries = site.provider.journal.entries()
    written = json.dumps([entry.to_json() for entry in entries])

    assert IDNAT == said["SubjectNameID"]
    assert ("token_exchange", "back", entries[0].login_id) == (
        entries[2].endpoint,
        entries[2].channel,
        entries[2].login_id,
    )
    assert [False, False] == [token in written for token in (tokens["access_token"], given["access_token"])]


def test_without_a_token_it_says_nothing(site: Site) -> None:
    """401, JSON, and a challenge."""
    answer = site.call("GET", REALM + "/dossier")

    assert (401, "invalid_token") == (answer.status_code, json_of(answer)["error"])
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_of_another_is_told_so(site: Site) -> None:
    """RFC 6750 3.1: with the error in the challenge."""
    answer = site.call("GET", REALM + "/dossier", headers={"Authorization": f"Bearer {site.tokens()['access_token']}"})

    assert (401, 'Bearer realm="api", error="invalid_token"') == (
        answer.status_code,
        answer.headers["WWW-Authenticate"],
    )


def test_the_wallet_host_does_not_answer_for_it(site: Site) -> None:
    """It stands beside the issuer."""
    assert 404 == site.call("GET", REALM + "/dossier", wallet=True).status_code
