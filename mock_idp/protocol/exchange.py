"""One HTTP request and its answer, as values, with the time and the chance that belong to it."""

from __future__ import annotations

import base64
import string
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.requests import OAuth2Payload, OAuth2Request

from mock_idp.artefacts import CompactToken, Fields, HonestVoice, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FormPairs = tuple[tuple[str, str], ...]


class Entropy(Protocol):
    """Where unguessable values come from."""

    def token(self, octets: int = 32) -> str:
        """Return URL-safe text of that many random octets."""
        ...

    def uuid(self) -> str:
        """Return a random UUID (RFC 9562 5.4)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as the protocol sees it.

    Attributes:
        method: HTTP method in capitals.
        url: absolute URL without its query.
        query: parameters of the URL, decoded, in order, repeated ones kept.
        form: parameters of a form body, the same way.
        headers: request headers.
        now: aware UTC time of the request.
        entropy: where codes and tokens come from.
        voice: how drafts leave.
        certificate: TLS client certificate (DER) whose key the handshake proved, or None.
    """

    method: str
    url: str
    query: FormPairs = ()
    form: FormPairs = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    now: datetime
    entropy: Entropy
    voice: Voice = field(default_factory=HonestVoice)
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPost:
    """Parameters that a browser is to send on by itself, as a form."""

    action: str
    said: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the protocol answers: a JSON object, a token, a redirect or a form, not yet octets.

    A body that passed a seam stays a draft, because a lie may say one member twice.
    """

    status: int
    body: Fields | CompactToken | FormPost | Mapping[str, Any] | str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def location(self) -> str | None:
        """Return where the browser is sent, if it is."""
        return next((value for name, value in self.headers if name.lower() == "location"), None)


class PscPayload(OAuth2Payload):  # type: ignore[misc]  # Authlib ships no types
    """The parameters of an exchange in the shape that Authlib's grants read.

    Only one place counts for each endpoint: the query of a GET, the body of a POST.  Reading both would let a secret in
    a token endpoint's URL pass for one in its body (RFC 6749 2.3.1).
    """

    def __init__(self, pairs: FormPairs) -> None:
        """Hold the parameters; of a repeated one the first counts, and ``datalist`` shows the repetition.

        One sent without a value counts as not sent (RFC 6749 3.1, 3.2).
        """
        self._datalist: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            if value:
                self._datalist[name].append(value)
        self._data = {name: values[0] for name, values in self._datalist.items()}

    @property
    def data(self) -> dict[str, str]:
        """Return the parameters by name."""
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """Return every value by name."""
        return self._datalist

    def repeated(self) -> str | None:
        """Return the name of a parameter that stands more than once, or None (RFC 6749 3.1, 3.2 allow none)."""
        return next((name for name, values in self._datalist.items() if len(values) > 1), None)


class PscRequest(OAuth2Request):  # type: ignore[misc]  # Authlib ships no types
    """An exchange in the shape that Authlib's server reads."""

    def __init__(self, exchange: Exchange) -> None:
        """Wrap the exchange.

        Authlib's own constructor refuses any URL that is neither https nor loopback.  Here TLS may end in front of the
        provider, and a portal in a container reaches it by another name; the transport is the shell's business.
        """
        super().__init__(method=exchange.method, uri="https://transport.is.the.shell/", headers=exchange.headers)
        self.uri = exchange.url
        self.exchange = exchange
        self.payload = PscPayload(exchange.form if exchange.method == "POST" else exchange.query)

    @property
    def args(self) -> dict[str, str]:
        """Return the parameters of the URL."""
        return PscPayload(self.exchange.query).data

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters of the body."""
        return PscPayload(self.exchange.form).data


_QUOTABLE = frozenset(string.ascii_letters + string.digits + " !#$%&()*+,-./:;<=>?@[]^_`{|}~")


def quoted(text: str | None) -> str:
    """Return what a request said, fit for an ``error_description``: RFC 6749 5.2 allows only some of ASCII there."""
    if text is None:
        return "nothing"
    return f"'{text}'" if text and set(text) <= _QUOTABLE else "something unreadable"


def basic_credentials(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the client id and secret of a Basic header, each decoded as a form value (RFC 6749 2.3.1).

    ``portal%2Dsecret`` and ``portal-secret`` are the same secret; so are ``a+b`` and ``a b``.

    Returns:
        The pair, or None when there is no readable Basic header.
    """
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except ValueError:  # no base64, no ASCII or no UTF-8
        return None
    name, colon, secret = text.partition(":")
    return (unquote_plus(name), unquote_plus(secret)) if colon else None
