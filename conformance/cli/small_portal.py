"""A small portal beside a provider, for people who want to see something at once."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from conformance.miniatures.certificate import portal_papers
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.server import free_port, run_portal
from mock_idp.protocol import Client
from mock_idp.protocol.clients import AuthPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.miniatures.property_defects import AnyDefect
    from mock_idp.web import Provider

LOOPBACK: Final = "127.0.0.1"
CLIENT_ID: Final = "portail-de-demonstration"


@contextmanager
def demo_portal(
    provider: Provider,
    defect: AnyDefect | None = None,
    *,
    language: str = "fr",
    jwks_cooldown_seconds: float = 10.0,
    authority: str = "",
) -> Iterator[str]:
    """Serve a miniature portal connected to a provider, and give its base address.

    Args:
        provider: that it is registered with.
        defect: the one thing it forgets.
        language: of its pages.
        jwks_cooldown_seconds: least time between two fetches of the key set for the sake of an unknown key; fuzzing
            changes keys again and again, and wants none.
        authority: PEM of what the provider's own https port is under, if it has one.
    """
    port, stack = free_port(), ExitStack()
    papers = stack.enter_context(portal_papers(authority + _authority_of(provider)))
    base = f"http://{LOOPBACK}:{port}"
    config = PortalConfig(
        issuer=provider.settings.issuer,
        discovery_url=provider.settings.discovery_url,
        client_id=CLIENT_ID,
        client_secret=secrets.token_urlsafe(24),
        public_base_url=base,
        language="en" if language == "en" else "fr",
        jwks_cooldown_seconds=jwks_cooldown_seconds,
        authority_file=papers.authority_file,
        certificate_file=papers.certificate_file,
    )
    provider.server.register_client(
        Client(
            client_id=CLIENT_ID,
            client_secret=config.client_secret,
            redirect_uris=(config.callback_url,),
            post_logout_redirect_uris=(config.logged_out_url,),
            ciba=True,
            authentication=AuthPolicy.EITHER,
            certificate_sha256=papers.thumbprint,
            name="Portail FICTIF" if language != "en" else "Fictional portal",
        )
    )
    with stack, run_portal(config, defect, port=port) as address:
        yield address


def _authority_of(provider: Provider) -> str:
    """Return what the portal is to trust when the provider speaks TLS."""
    return provider.tls_doors.authority.pem if provider.tls_doors is not None else ""
