"""Consent: a portal beyond this machine is fuzzed only when it says itself that it wants to be."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from conformance.browser import Browser
from conformance.exit_codes import Mistaken
from conformance.hop import origin_host

if TYPE_CHECKING:
    from conformance.descriptor import Descriptor

CONSENT_PATH: Final = "/.well-known/psc-conformance"
_OK: Final = 200


class ConsentError(Mistaken):
    """A portal that did not agree to be fuzzed; the message says what it must publish."""


def is_loopback(url: str) -> bool:
    """Tell whether an address stays on this machine."""
    name = urlsplit(url).hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_consent(described: Descriptor, *, probed: bool) -> None:
    """Make sure that a portal can and may be fuzzed: it says who is there, and is on this machine or agrees.

    Args:
        described: the portal.
        probed: whether it can be asked who is there, by whatever driver.

    Raises:
        ConsentError: it has no who-am-I page, or is elsewhere and does not agree.
    """
    if not probed:
        raise ConsentError(
            "[whoami] : manque ; le fuzzing juge d'après la personne nommée : décrivez la page « qui suis-je »",
            "[whoami]: missing; fuzzing judges by whom the portal names, so describe its who-am-I page",
        )
    if all(is_loopback(f"http://{host}") for host in (origin_host(described.base_url), *described.allow_hosts)):
        return
    url = urljoin(described.base_url, CONSENT_PATH)
    page = Browser(frozenset({origin_host(url)})).step(url)
    try:
        said = json.loads(page.body) if page.status == _OK else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or said.get("fuzzing") is not True:
        raise ConsentError(
            f"[portal] base_url : {described.base_url} n'est pas sur cette machine ; "
            f'faites-lui répondre {{"fuzzing": true}} à {url} si le fuzzing est permis',
            f"[portal] base_url: {described.base_url} is not on this machine; "
            f'have it answer {url} with {{"fuzzing": true}} if it may be fuzzed',
        )
