"""What of ours reads what others wrote, as functions of bytes: each comes to a value or to an error of ours.

Used by ``scripts/fuzz_parsers.py`` with atheris, and by plain tests with Hypothesis and with the files of ``corpus``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from joserfc.jwk import RSAKey

from conformance.descriptor import DescriptorError, read_descriptor
from conformance.form import FormError
from conformance.fuzzing.plan import PlanError, plan_from_json
from conformance.hop import Hop
from conformance.miniatures import id_token_rules, userinfo_rules
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.logout_tokens import read_logout_token
from conformance.miniatures.published import signing_keys
from conformance.miniatures.refusals import Refused
from conformance.miniatures.rules import enforce
from conformance.miniatures.signatures import Keyring, read_object, take_apart, verify
from conformance.page import Page
from mock_idp.configuration import ConfigurationError, read_settings
from mock_idp.deviations import DeviationError, from_json
from mock_idp.keys import SigningKeys
from mock_idp.people import PeopleError, read_people
from tests.mock_idp.endpoints.site import ENDPOINTS, REALM, Site
from tests.mock_idp.protocol.portal import basic

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS: Final = Path(__file__).with_name("corpus")
NOW: Final = 1_770_000_000.0
SERVER_ERROR: Final = 500
CONFIG: Final = PortalConfig(
    issuer="https://issuer.example",
    discovery_url="https://issuer.example/discovery",
    client_id="portal",
    client_secret="made-up",
    public_base_url="https://portal.example",
)

DOORS: Final = (
    ("POST", ENDPOINTS + "/token", False),
    ("GET", "/auth", True),
    ("POST", "/auth", True),
    ("GET", ENDPOINTS + "/logout", False),
    ("POST", ENDPOINTS + "/logout", False),
    ("POST", ENDPOINTS + "/token/introspect", False),
    ("POST", ENDPOINTS + "/revoke", False),
    ("POST", ENDPOINTS + "/ext/ciba/auth", False),
    ("POST", ENDPOINTS + "/userinfo", False),
    ("GET", REALM + "/.well-known/wallet-openid-configuration", False),
)
"""Where the provider reads forms and queries: method, path, and whether that is at the wallet."""


@cache
def keyring() -> Keyring:
    """Return a portal's keys, made once."""
    key = RSAKey.generate_key(2048, {"kid": "k"}, auto_kid=False)
    return Keyring(known=lambda: (key,), refetched=lambda: (key,), fetched_from=lambda _: (), client_secret="made-up")


@cache
def site() -> Site:
    """Return a provider with two portals, made once."""
    return Site(keys=SigningKeys.generate())


def read_page(octets: bytes) -> None:
    """Look at everything that the browser looks at on a page, and fill its forms in."""
    hop = Hop(method="GET", url="http://127.0.0.1:1/x", status=200, body=octets)
    page = Page(url=hop.url, hops=(hop,))
    _ = (page.title, page.alert, page.text, page.elements("meta", "http-equiv"))
    for form in page.forms:
        form.pairs()


def read_token(octets: bytes) -> None:
    """Take an ID token apart and verify who signed it."""
    verify(take_apart(octets.decode("latin-1"), None), keyring(), None)


def read_claims(octets: bytes) -> None:
    """Compare the claims of an ID token, whoever signed it, with what was asked."""
    claims, twice = read_object(octets.decode())
    facts = id_token_rules.TokenFacts(claims=claims, config=CONFIG, now=NOW, twice=twice, nonce="n", access_token="t")
    enforce(id_token_rules.RULES, facts, None)


def read_logout(octets: bytes) -> None:
    """Read a logout token."""
    read_logout_token(octets.decode("latin-1"), keyring(), config=CONFIG, now=NOW, seen=(), defect=None)


def read_userinfo(octets: bytes) -> None:
    """Read a userinfo answer about somebody."""
    claims, twice = read_object(octets.decode())
    facts = userinfo_rules.UserinfoFacts(claims=claims, id_token={"sub": claims.get("sub")}, twice=twice)
    enforce(userinfo_rules.RULES, facts, None)
    userinfo_rules.identifier(claims, None)


def read_keys(octets: bytes) -> None:
    """Read the members of a key set."""
    listed: Any = json.loads(octets)
    signing_keys(listed if isinstance(listed, list) else [listed], None)


def send_form(octets: bytes) -> None:
    """Send a form or a query to the provider: the first octet chooses where, the second how the portal says who it is.

    Raises:
        AssertionError: the provider broke down.
    """
    method, path, wallet = DOORS[octets[0] % len(DOORS)] if octets else DOORS[0]
    text = octets[2:].decode("latin-1")
    headers = basic() if octets[1:2] != b"-" else {}
    body: dict[str, Any] = {"query_string": text}
    if method == "POST":
        body = {"data": octets[2:], "content_type": "application/x-www-form-urlencoded"}
    answer = site().call(method, path, wallet=wallet, headers=headers, **body)

    assert answer.status_code < SERVER_ERROR, f"{method} {path}: {answer.status_code}"


def read_header(octets: bytes) -> None:
    """Send a header of any content with a token request, as the credentials or as a bearer token.

    Raises:
        AssertionError: the provider broke down.
    """
    text = octets.decode("latin-1").translate(dict.fromkeys((*range(32), 127)))
    for path in ("/token", "/userinfo"):
        answer = site().call("POST", ENDPOINTS + path, headers={"Authorization": text})

        assert answer.status_code < SERVER_ERROR, f"{path}: {answer.status_code}"


_NO_TEXT: Final = (UnicodeDecodeError, ValueError, RecursionError)
PARSERS: Final[dict[str, tuple[Callable[[bytes], object], tuple[type[Exception], ...]]]] = {
    "descriptor": (lambda octets: read_descriptor(octets.decode()), (DescriptorError, UnicodeDecodeError)),
    "people": (lambda octets: read_people(octets.decode()), (PeopleError, UnicodeDecodeError)),
    "settings": (lambda octets: read_settings(octets.decode()), (ConfigurationError, UnicodeDecodeError)),
    "page": (read_page, (FormError,)),
    # the commands turn JSON that is none into a sentence of their own
    "plan": (lambda octets: plan_from_json(json.loads(octets)), (PlanError, *_NO_TEXT)),
    "lie": (lambda octets: from_json(json.loads(octets)), (DeviationError, *_NO_TEXT)),
    "token": (read_token, (Refused,)),
    "logout-token": (read_logout, (Refused,)),
    "claims": (read_claims, (Refused, *_NO_TEXT)),
    "userinfo": (read_userinfo, (Refused, *_NO_TEXT)),
    "keys": (read_keys, _NO_TEXT),
    "form": (send_form, ()),
    "header": (read_header, ()),
}


def survives(parser: str, octets: bytes) -> bool:
    """Tell whether a parser comes to a value or to an error of ours; anything else comes out of here."""
    read, refusals = PARSERS[parser]
    try:
        read(octets)
    except refusals as refusal:
        return bool(str(refusal))
    return True
