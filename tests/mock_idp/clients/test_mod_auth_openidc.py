"""Apache's mod_auth_openidc: login, refresh and logout, as the provider's journal saw them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from tests.mock_idp.protocol.portal import IDNAT
from tests.portals.starting import CLIENT_ID, started

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

pytestmark = [pytest.mark.integration, pytest.mark.requires("apache2-openidc")]

PATIENCE = 30


def test_apache_s_module_is_content(keys: SigningKeys) -> None:
    """It logs in, refreshes when told that the token is old, and ends the session at the provider."""
    with (
        run_provider(make=lambda final: Provider(settings=final, keys=keys)) as running,
        started("mod_auth_openidc", running.provider, "/logged-out/") as described,
        requests.Session() as browser,
    ):
        provider = running.provider
        base = tomllib.loads(described.read_text(encoding="utf-8"))["portal"]["base_url"]
        browser.trust_env = False
        asked = browser.get(base + "/protected/", allow_redirects=False, timeout=PATIENCE).headers["Location"]
        client = provider.server.query_client(CLIENT_ID)
        assert client is not None
        login = provider.begin(client, tuple(parse_qsl(urlsplit(asked).query)), scenario=None)
        answer = str(provider.complete(login.login_id, IDNAT, lambda _: None).location)
        page = browser.get(answer, timeout=PATIENCE)
        info = browser.get(
            base + "/callback", params={"info": "json", "access_token_refresh_interval": "0"}, timeout=PATIENCE
        )
        leave = browser.get(base + "/callback", params={"logout": base + "/logged-out/"}, timeout=PATIENCE)
        tokens = provider.journal.entries(endpoint="token")
        logouts = provider.journal.entries(endpoint="logout")

    assert (200, base + "/protected/") == (page.status_code, page.url)
    assert IDNAT == info.json()["userinfo"]["SubjectNameID"]
    assert [("authorization_code", 200), ("refresh_token", 200)] == [
        (dict(entry.request)["grant_type"], entry.status) for entry in tokens
    ]
    assert [(302, login.login_id)] == [(entry.status, entry.login_id) for entry in logouts]
    assert base + "/logged-out/" == leave.url
