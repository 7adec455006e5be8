"""What the provider publishes, as a portal keeps it: discovery document and keys (OIDC Discovery 4, RFC 7517)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.miniatures.answers import DISCOVERY_WHIMS, KEY_SET_WHIMS
from conformance.miniatures.defects import Defect
from conformance.miniatures.key_reading import is_long_enough, key_members, shared_secrets, short_keys
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Crash, Rule, enforce, suffer
from conformance.miniatures.signatures import read_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.fetching import Fetcher

_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint")
_MOVING: Final = ("token_endpoint", "userinfo_endpoint", "jwks_uri")
_HASTY_SECONDS: Final = 0.7

DOCUMENT_RULES: Final[tuple[Rule[tuple[dict[str, Any], frozenset[str], str]], ...]] = (
    Rule(Reason.PROVIDER_ANSWER, lambda it: bool(it[1]), Defect.READS_FIRST_OF_TWO_ISSUERS),
    Rule(
        Reason.PROVIDER_ANSWER,
        lambda it: not it[1] and it[0].get("issuer") != it[2],
        Defect.BELIEVES_ANY_METADATA_ISSUER,
    ),
    Rule(Reason.PROVIDER_ANSWER, lambda it: any(not isinstance(it[0].get(key), str) for key in _NEEDED)),
)
"""A document, the names that it says twice, and the issuer that it must be about (OIDC Discovery 4.3)."""


class Published:
    """Discovery document and keys, fetched when first needed, so that the provider may start later."""

    def __init__(
        self, fetcher: Fetcher, config: PortalConfig, defect: Defect | None, *, monotonic: Callable[[], float]
    ) -> None:
        """Know nothing yet."""
        self._fetcher = fetcher
        self._config = config
        self._defect = defect
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_at = 0.0
        self._first: dict[str, Any] = {}
        self._failed = False
        self._no_keys = False
        self._keys: tuple[RSAKey, ...] = ()
        self._shared: Mapping[str, bytes] = {}
        self._short: Mapping[str, RSAPublicKey] = {}
        self._stale = False
        self._refetched_at: float | None = None

    def forget(self) -> None:
        """Forget everything that was fetched, as after a restart."""
        with self._lock:
            self._metadata, self._refetched_at, self._stale = {}, None, True

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document of the configured issuer and of no other (OIDC Discovery 4.3).

        Raises:
            Refused: it cannot be had, or is not the right one.
        """
        with self._lock:
            fresh = self._metadata and self._monotonic() - self._metadata_at < self._config.metadata_seconds
            if fresh:
                return self._metadata
            failed, self._failed = self._failed, False
        if failed and self._defect is Defect.REMEMBERS_OUTAGE:
            raise Refused(Reason.PROVIDER_DOWN)
        try:
            document = self._document()
        except Refused as refusal:
            self._failed = refusal.reason is Reason.PROVIDER_DOWN
            raise
        with self._lock:
            self._metadata, self._metadata_at = document, self._monotonic()
        return document

    def _document(self) -> dict[str, Any]:
        hasty = self._defect is Defect.HAS_NO_PATIENCE_FOR_DISCOVERY
        try:
            answer = self._fetcher.get(self._config.discovery_url, seconds=_HASTY_SECONDS if hasty else None)
        except Refused as refusal:
            if hasty and refusal.reason is Reason.PROVIDER_DOWN:
                raise Crash from None
            raise
        suffer(DISCOVERY_WHIMS, answer, self._defect)
        document: dict[str, Any]
        document, twice = self._fetcher.ask(lambda: read_object(self._fetcher.good(answer).body.decode()))
        enforce(DOCUMENT_RULES, (document, twice & {"issuer"}, self._config.issuer), self._defect)
        if self._defect is Defect.REMEMBERS_ENDPOINTS:
            self._first = self._first or document
            document = {**document, **{name: self._first[name] for name in _MOVING}}
        if self._defect is Defect.FETCHES_EVERY_ADDRESS and "op_policy_uri" in document:
            self._fetcher.get(str(document["op_policy_uri"]))
        return document

    def keys(self) -> Sequence[RSAKey]:
        """Return the provider's RS256 keys, fetched if there are none yet (RFC 7517 5)."""
        with self._lock:
            known = () if self._config.keys_every_time or self._stale else self._keys
        return known or self._fetch_keys()

    def refetched_keys(self) -> Sequence[RSAKey]:
        """Return the keys fetched anew, unless that was done a moment ago: random kids must not become a flood."""
        if self._defect in {Defect.REMEMBERS_KEYS_FOREVER, Defect.FETCHES_KEYS_BEFORE_LOGIN}:
            return self._keys
        with self._lock:
            now, last = self._monotonic(), self._refetched_at
            throttled = last is not None and now - last < self._config.jwks_cooldown_seconds
            if throttled and self._defect is not Defect.FETCHES_KEYS_FOR_EVERY_UNKNOWN_KID:
                return self._keys
            self._refetched_at = now
        return self._fetch_keys()

    def fetch_early(self) -> None:
        """Fetch the keys when a login begins, which a correct portal has no reason to do."""
        if self._defect is Defect.FETCHES_KEYS_BEFORE_LOGIN:
            self._fetch_keys()

    def shared_secrets(self) -> Mapping[str, bytes]:
        """Return symmetric keys of the key set by kid; a correct portal has no use for them."""
        return self._shared

    def short_keys(self) -> Mapping[str, RSAPublicKey]:
        """Return RSA keys of the key set that are too short, by kid; a correct portal has no use for them."""
        return self._short

    def keys_from(self, address: str) -> Sequence[RSAKey]:
        """Return the keys published at an address, whoever named it."""
        return signing_keys(self._listed(address), self._defect)

    def _listed(self, address: str) -> list[Any]:
        answer = self._fetcher.get(address)
        suffer(KEY_SET_WHIMS, answer, self._defect)
        document = self._fetcher.ask(lambda: self._fetcher.good(answer).document)
        listed = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise Refused(Reason.PROVIDER_ANSWER)
        return listed

    def _fetch_keys(self) -> Sequence[RSAKey]:
        if self._no_keys and self._defect is Defect.REMEMBERS_MISSING_KEYS:
            self._no_keys = False
            raise Refused(Reason.PROVIDER_DOWN)
        try:
            listed = self._listed(self.metadata()["jwks_uri"])
        except Refused as refusal:
            self._no_keys = refusal.reason is Reason.PROVIDER_DOWN
            raise
        keys = signing_keys(listed, self._defect)
        with self._lock:
            if self._defect is Defect.KEEPS_WITHDRAWN_KEYS:
                new = {key.kid for key in keys}
                keys = (*keys, *(key for key in self._keys if key.kid not in new))
            self._keys, self._stale = keys, False
            self._shared, self._short = shared_secrets(listed), short_keys(listed)
        return keys


def signing_keys(listed: list[Any], defect: Defect | None) -> tuple[RSAKey, ...]:
    """Return the keys of a key set that a portal may verify with (RFC 7517); what is no such key is passed over."""
    found = []
    for member in key_members(listed, defect):
        if not is_long_enough(member):
            continue
        try:
            found.append(RSAKey.import_key(member))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return tuple(found)
