"""A person with a browser and an activated phone, who logs in and out on the provider's own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.browser import Browser
from conformance.origins import origin_host
from mock_idp.web import journeys
from mock_idp.web.answers import Answer, answer
from tests.mock_idp.protocol.portal import IDNAT, QUESTION

if TYPE_CHECKING:
    from conformance.page import Page
    from mock_idp.web.services import Provider


class Visitor:
    """One browser, and the phone of its person."""

    def __init__(self, provider: Provider, *portals: str) -> None:
        """Have an activated phone, and a browser that reaches the provider and, if named, portals that are served."""
        bases = (provider.settings.issuer_base, provider.settings.wallet_base, *portals)
        self.provider = provider
        self.browser = Browser(frozenset(origin_host(base) for base in bases))
        journeys.enrol(provider, IDNAT, "1234")

    def log_in(self, url: str) -> Page:
        """Follow a portal's address to the provider, log in there with the e-CPS, and come back."""
        page = self.browser.open(url)
        self.browser.submit(page.form("ecps"), identifiant=IDNAT)
        answer(self.provider, IDNAT, Answer.APPROVE)
        waiting = self.browser.page
        assert waiting is not None
        return self.browser.submit(waiting.form("continue"))

    def follow(self, url: str) -> str:
        """Follow an address to the end, and return where the browser then is, or was to go to."""
        page = self.browser.open(url)
        return page.stopped_at or page.url

    def is_known(self, client_id: str, callback: str) -> bool:
        """Tell whether the provider knows the browser again: a portal that wants no question asked gets a code."""
        asked = QUESTION | {"client_id": client_id, "redirect_uri": callback, "prompt": "none"}
        back = self.browser.step(f"{self.provider.settings.wallet_base}/auth?{urlencode(asked)}")
        said = dict(parse_qsl(urlsplit(back.hops[-1].location or "").query))
        assert ("code" in said) is (said.get("error") != "login_required"), said
        return "code" in said
