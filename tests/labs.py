"""A provider, and labs with miniature portals connected to it, for tests that play scenarios."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.descriptor import read_descriptor
from conformance.lab import open_lab, resets_of
from conformance.miniatures.certificate import portal_papers
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.server import free_port, portal_toml, run_portal
from conformance.profiles import builtin_profile
from mock_idp.protocol import Client
from mock_idp.protocol.clients import AuthPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.cli.seat import Seat
    from conformance.miniatures.defects import Defect
    from conformance.visit import Lab
    from mock_idp.web import Provider


@contextmanager
def suite_seat() -> Iterator[Seat]:
    """Serve a provider with the settings that the suite uses."""
    with running_seat(SUITE_SETTINGS) as seat:
        yield seat


@contextmanager
def lab_with(
    seat: Seat,
    defect: Defect | None = None,
    *,
    profile: str = "strict",
    toml: str = "",
    change: Callable[[PortalConfig], PortalConfig] = lambda config: config,
) -> Iterator[Lab]:
    """Serve a miniature portal under a registration of its own, and give the lab in which it is tested.

    Args:
        seat: the provider.
        defect: what the portal forgets, None for nothing.
        profile: what outcomes mean.
        change: makes another correct portal of it.
        toml: descriptor in place of the miniature's own; ``{base}`` stands for its address.
    """
    provider, port, stack = seat.provider, free_port(), ExitStack()
    papers = stack.enter_context(portal_papers(seat.doors.authority.pem))
    config = change(
        PortalConfig(
            issuer=provider.settings.issuer,
            discovery_url=provider.settings.discovery_url,
            client_id=f"portail-{secrets.token_hex(4)}",
            client_secret=secrets.token_urlsafe(24),
            public_base_url=f"http://127.0.0.1:{port}",
            # it believes no document for long, so that one scenario after another finds it as the first one did
            metadata_seconds=0.0,
            authority_file=papers.authority_file,
            certificate_file=papers.certificate_file,
        )
    )
    provider.server.register_client(
        Client(
            client_id=config.client_id,
            client_secret=config.client_secret,
            redirect_uris=(config.callback_url,),
            post_logout_redirect_uris=(config.logged_out_url,),
            ciba=True,
            authentication=AuthPolicy.EITHER,
            certificate_sha256=papers.thumbprint,
        )
    )
    with stack, run_portal(config, defect, port=port) as base:
        own = toml.replace("{base}", base) or portal_toml(base, jwks_cooldown_seconds=0.0)
        described = read_descriptor(own)
        lab = open_lab(described, seat.url, builtin_profile(profile))
        lab.resets = resets_of(described, None)
        try:
            yield lab
        finally:
            lab.close()


def _authority_of(provider: Provider) -> str:
    """Return what the portal is to trust when the provider speaks TLS."""
    return provider.tls_doors.authority.pem if provider.tls_doors is not None else ""
