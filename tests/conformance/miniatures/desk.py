"""A person at a miniature portal: clicks, comes back from the provider, looks who is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.miniatures.config import PortalConfig
from conformance.miniatures.portal import cookie_name, create_portal
from tests.conformance.miniatures.tiny_provider import CLIENT, SECRET, Lie, TinyProvider

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from conformance.miniatures.defects import Defect

BASE = "http://127.0.0.1:8081"
COOKIE = cookie_name(BASE)


def config_for(provider: TinyProvider, **changes: Any) -> PortalConfig:
    """Return the settings of a portal that uses this provider."""
    settings: dict[str, Any] = {
        "issuer": provider.base,
        "discovery_url": provider.discovery_url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "public_base_url": BASE,
    }
    return PortalConfig(**{**settings, **changes})


class Desk:
    """One browser at one portal, in the process."""

    def __init__(self, provider: TinyProvider, defect: Defect | None = None, **changes: Any) -> None:
        """Open a portal and a browser."""
        self.provider = provider
        self.ticks = 0.0
        app = create_portal(config_for(provider, **changes), defect, monotonic=lambda: self.ticks)
        self.client: FlaskClient = app.test_client()

    def begin(self) -> str:
        """Click through to the provider and return the authorization request."""
        answer = self.client.get("/login")
        return answer.headers.get("Location", "")

    def deliver(self, callback: str) -> TestResponse:
        """Come back from the provider."""
        parts = urlsplit(callback)
        return self.client.get(f"{parts.path}?{parts.query}")

    def log_in(self, lie: Lie | None = None) -> TestResponse:
        """Log in as a fresh person, with a lie or without."""
        self.provider.lie = lie or Lie()
        return self.deliver(self.provider.authorize(self.begin()))

    @property
    def who(self) -> str | None:
        """IdNat of the person the portal thinks is there."""
        answer = self.client.get("/me")
        return str(answer.get_json()["identifier"]) if answer.status_code == 200 else None

    @property
    def sid(self) -> str | None:
        """The session cookie."""
        cookie = self.client.get_cookie(COOKIE, domain="localhost")
        return cookie.value if cookie else None
