"""The two documents a portal reads before anybody logs in: discovery and key set."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mock_idp.artefacts import Fields, Json, Seam, pairs_of
from mock_idp.protocol.profiles import traits
from mock_idp.settings import PROTOCOL_PATH, REALM_PATH, STANDARD_DISCOVERY_PATH

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys
    from mock_idp.settings import Settings


@cache
def _generation() -> dict[str, Any]:
    return tomllib.loads(files("mock_idp.protocol").joinpath("discovery.toml").read_text(encoding="utf-8"))


def scopes_supported(settings: Settings) -> tuple[str, ...]:
    """Return the scopes that discovery lists."""
    listed = discovery(settings).get("scopes_supported")
    return tuple(str(name) for name in listed) if isinstance(listed, list) else ()


def discovery(settings: Settings) -> Fields:
    """Return the draft of the discovery document (OpenID Connect Discovery 1.0, 3), as PSC publishes it.

    The authorization endpoint stands on the wallet host, everything else under the issuer.

    Args:
        settings: where the provider is reached, and which date's PSC it is.
    """
    date = traits(settings.psc_profile)
    members = dict(_generation())
    paths: dict[str, str] = members.pop("paths")
    aliases: list[str] = members.pop("mtls")["aliases"]
    endpoints = {key: settings.issuer + path for key, path in paths.items()}
    mtls = settings.mtls_base + REALM_PATH if settings.mtls_base else settings.issuer
    document: dict[str, Json] = {
        "issuer": settings.issuer,
        "authorization_endpoint": settings.authorization_endpoint,
        **endpoints,
        **members,
        "mtls_endpoint_aliases": {key: mtls + paths[key] for key in aliases},
        **date.values,
    }
    held = {
        key: [one for one in value if one not in date.without] if isinstance(value, list) else value
        for key, value in document.items()
        if key not in date.absent
    }
    return Fields(seam=Seam.DISCOVERY, pairs=pairs_of(held))


_UNUSED = ("pushed_authorization_request_endpoint", "device_authorization_endpoint", "registration_endpoint")


def astray(path: str, settings: Settings) -> str | None:
    """Say what somebody looked for at an address where nothing is, and where it is, as far as portals are known to err.

    Args:
        path: of the address, on the issuer host.
        settings: where the provider is reached.
    """
    place = path.removeprefix(REALM_PATH)
    if place == STANDARD_DISCOVERY_PATH:
        return f"the discovery document is {settings.discovery_url}, as at PSC; 'standard_discovery' serves both names."
    if place == f"{PROTOCOL_PATH}/auth":
        return (
            f"the authorization endpoint is {settings.authorization_endpoint}, as discovery says, on the wallet host."
        )
    paths: dict[str, str] = _generation()["paths"]
    unused = next((name for name in _UNUSED if paths[name] == place), None)
    return f"{unused} is announced, as at PSC, and not offered: no public source shows it in use." if unused else None


def key_set(keys: SigningKeys) -> Fields:
    """Return the draft of the key set (RFC 7517 5): public keys only."""
    return Fields(seam=Seam.KEY_SET, pairs=pairs_of(keys.published))
