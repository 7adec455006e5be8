"""The strict reference portal: the correct miniature beside the portal under test, told the same lies.

What it refuses was worth refusing: it checks every point of OIDC-CORE 3.1.3.7 and 5.3.2 with joserfc.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.descriptor import read_descriptor
from conformance.hop import origin_host
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.refusals import Reason
from conformance.miniatures.server import LOOPBACK, free_port, portal_toml, run_portal
from conformance.portal import HttpPortal

if TYPE_CHECKING:
    from conformance.visit import Lab

CLIENT_ID: Final = "portail-de-reference"

MUST_REFUSE: Final = {
    "core": frozenset({Reason.ISS, Reason.AUD, Reason.NONCE, Reason.USERINFO_SUB}),
    "psc": frozenset(
        {
            *(Reason.ISS, Reason.AUD, Reason.NONCE, Reason.USERINFO_SUB, Reason.TIME, Reason.SUB, Reason.IDENTITY),
            *(Reason.SIGNATURE, Reason.ALG, Reason.KEY, Reason.TOKEN_SHAPE, Reason.PROVIDER_ANSWER),
        }
    ),
}
"""Refusals of the reference that a portal must share, by profile.  ``core`` leaves out what the code flow may skip over
TLS (OIDC-CORE 3.1.3.7(6)) and what is this portal's own choice; any other profile asks for all but the level."""


class Reference:
    """The reference portal, served in this process and known to the provider."""

    def __init__(self, lab: Lab) -> None:
        """Start it beside the portal of a lab.

        Raises:
            ControlFailed: the provider does not take it.
        """
        self._stack = ExitStack()
        port = free_port()
        config = PortalConfig(
            issuer=lab.where.issuer,
            discovery_url=lab.where.discovery,
            client_id=CLIENT_ID,
            client_secret=secrets.token_urlsafe(24),
            public_base_url=f"http://{LOOPBACK}:{port}",
            # two portals, one provider: what one has made it fetch must not keep the other from fetching
            jwks_cooldown_seconds=0.0,
        )
        lab.control.register(
            CLIENT_ID, config.client_secret, [config.callback_url], [config.logged_out_url], "Référence FICTIVE"
        )
        base = self._stack.enter_context(run_portal(config, None, port=port))
        described = read_descriptor(portal_toml(base, name="reference"))
        hosts = frozenset({origin_host(lab.where.issuer), origin_host(lab.where.wallet)})
        self.lab: Lab = replace(lab, portal=HttpPortal(described, hosts), identity_claim="SubjectNameID")

    def close(self) -> None:
        """Stop it."""
        self._stack.close()


def must_refuse(profile: str, reason: str) -> bool:
    """Tell whether a portal must refuse what the reference refused for this reason.

    Args:
        profile: name of the profile.
        reason: code of the reference's refusal, empty when it did not refuse.
    """
    return reason in MUST_REFUSE.get(profile, MUST_REFUSE["psc"])
