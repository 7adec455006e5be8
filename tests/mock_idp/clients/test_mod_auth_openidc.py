"""Apache's mod_auth_openidc: login, refresh and logout, as the provider's journal saw them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from tests.mock_idp.clients.visitor import Visitor
from tests.mock_idp.protocol.portal import IDNAT
from tests.portals.starting import CLIENT_ID, started

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

pytestmark = [pytest.mark.integration, pytest.mark.requires("apache2-openidc")]


def test_apache_s_module_is_content(keys: SigningKeys) -> None:
    """It logs in, refreshes when told that the token is old, and a logout ends both sessions: nobody is known again."""
    with (
        run_provider(make=lambda final: Provider(settings=final, keys=keys)) as running,
        started("mod_auth_openidc", running.provider, "/logged-out/") as described,
    ):
        provider = running.provider
        base = tomllib.loads(described.read_text(encoding="utf-8"))["portal"]["base_url"]
        visitor = Visitor(provider, base)
        page = visitor.log_in(base + "/protected/")
        info = visitor.browser.open(base + "/callback?info=json&access_token_refresh_interval=0").json()
        known = visitor.is_known(CLIENT_ID, base + "/callback")
        gone_to = visitor.follow(base + "/callback?" + urlencode({"logout": base + "/logged-out/"}))
        asked_anew = visitor.browser.open(base + "/protected/")
        tokens = provider.journal.entries(endpoint="token")
        logouts = provider.journal.entries(endpoint="logout")
        known_after = visitor.is_known(CLIENT_ID, base + "/callback")

    assert (200, base + "/protected/") == (page.status, page.url)
    assert IDNAT == info["userinfo"]["SubjectNameID"]
    assert [("authorization_code", 200), ("refresh_token", 200)] == [
        (dict(entry.request)["grant_type"], entry.status) for entry in tokens
    ]
    assert [(302, True)] == [(entry.status, entry.login_id is not None) for entry in logouts]
    assert base + "/logged-out/" == gone_to
    # Apache's session and the provider's are over: the same page now leads to the login form
    assert asked_anew.url.startswith(provider.settings.wallet_base + "/login-page?")
    assert (True, False) == (known, known_after)
