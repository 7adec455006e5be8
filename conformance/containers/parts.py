"""What a site is made of: the vendor's portal, and the names under which everybody finds everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from mock_idp.settings import DISCOVERY_PATH, REALM_PATH
from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PORT: Final = 8080
AUTHORITY: Final = "/psc-authority.pem"
"""Where the portal and the suite find the authority of the provider's certificate."""
PSC_BAS: Final = ("auth.bas.psc.esante.gouv.fr", "wallet.bas.psc.esante.gouv.fr")
"""Host names of PSC's sandbox, as public connectors have them compiled in; see ``Names.of_psc``."""


class SiteError(Spoken):
    """The site cannot be set up or used; the message says which part, and where its log is, and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A vendor's portal as a container.

    Attributes:
        image: its image, on the engine already; or
        build: a folder with a Dockerfile.
        command: what it runs; empty for the image's own.
        entrypoint: what the command is given to; empty for the image's own.
        env: its environment; ``{issuer}``, ``{discovery}``, ``{wallet}``, ``{client_id}``, ``{client_secret}``,
            ``{base_url}``, ``{port}``, ``{callback}`` and ``{authority}`` (a PEM file, with https) are filled in.
        host: its name on the network, and so in the browser of the suite.
        port: where it listens.
        ready: path that answers, with anything but a server error, as soon as it is ready.
        ready_seconds: how long that may take.
        client_id: its registration.
        callback: path of its redirect URI.
        after_logout: paths to come back to after logout.
    """

    image: str = ""
    build: Path | None = None
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    host: str = "portail.test"
    port: int = 8081
    ready: str = "/"
    ready_seconds: float = 60.0
    client_id: str = "portail"
    callback: str = "/callback"
    after_logout: tuple[str, ...] = ("/logged-out",)

    @property
    def base_url(self) -> str:
        """Return the address of the portal on the network."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of the provider's two hosts on the network: one address for the browser and for the portal's calls.

    Attributes:
        issuer: of the host that the portal calls.
        wallet: of the host that the browser sees.
        https: on port 443, with a certificate of a throw-away authority; for portals that insist on it.
    """

    issuer: str = "psc.test"
    wallet: str = "wallet.psc.test"
    https: bool = False

    @classmethod
    def of_psc(cls) -> Self:
        """Return PSC's own names, for a portal that has them compiled in.

        In a closed network only; the provider says so when it starts.
        """
        return cls(issuer=PSC_BAS[0], wallet=PSC_BAS[1], https=True)

    @property
    def issuer_base(self) -> str:
        """Return scheme, host and port of the issuer host."""
        return self._base(self.issuer)

    @property
    def wallet_base(self) -> str:
        """Return scheme, host and port of the wallet host."""
        return self._base(self.wallet)

    def _base(self, host: str) -> str:
        return f"https://{host}" if self.https else f"http://{host}:{PORT}"

    @property
    def issuer_url(self) -> str:
        """Return the issuer identifier."""
        return self.issuer_base + REALM_PATH

    @property
    def discovery(self) -> str:
        """Return the address of the discovery document."""
        return self.issuer_url + DISCOVERY_PATH


def environment_of(portal: Portal, names: Names, secret: str) -> dict[str, str]:
    """Return the environment of a portal, its placeholders filled in.

    Raises:
        SiteError: a placeholder is unknown.
    """
    members = {
        "issuer": names.issuer_url,
        "discovery": names.discovery,
        "wallet": names.wallet_base,
        "client_id": portal.client_id,
        "client_secret": secret,
        "base_url": portal.base_url,
        "port": str(portal.port),
        "callback": portal.base_url + portal.callback,
        "authority": AUTHORITY,
    }
    found = {}
    for name, text in portal.env.items():
        try:
            found[name] = text.format_map(members)
        except (KeyError, ValueError, IndexError):
            known = ", ".join("{" + member + "}" for member in members)
            raise SiteError(
                f"portal env {name} : {text!r} contient un repère inconnu ; repères connus : {known}",
                f"portal env {name}: {text!r} holds an unknown placeholder; known are {known}",
            ) from None
    return found
