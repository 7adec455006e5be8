"""What the provider goes by: its signing keys, and the portals that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mock_idp.store import FOR_GOOD

if TYPE_CHECKING:
    from mock_idp.keys import Rotation, SigningKeys
    from mock_idp.protocol.clients import Client
    from mock_idp.store import Store

CLIENTS: Final = "clients"
"""Table of the portals that were registered while the provider ran."""

PROVIDER: Final = "provider"
"""Table of what the provider is: whatever process serves it."""

SIGNING_KEYS: Final = "signing-keys"
"""Record of the keys, in that table."""


class Registry:
    """Keys and portals.  The keys are the store's, so that all who share it sign with the same."""

    store: Store
    _introduced: dict[str, Client]

    def start_registry(self, keys: SigningKeys) -> None:
        """Know no portal but those registered in the store, and sign with its keys, or with these if it has none."""
        self._introduced = {}
        self.store.compare_and_set(PROVIDER, SIGNING_KEYS, None, keys, now=FOR_GOOD)

    @property
    def keys(self) -> SigningKeys:
        """Return the keys that sign and are published now."""
        kept: Any = self.store.get(PROVIDER, SIGNING_KEYS, now=FOR_GOOD)
        keys: SigningKeys = kept
        return keys

    def rotate(self, step: Rotation) -> SigningKeys:
        """Take one step of a key rotation, and return the keys behind it.

        Raises:
            RotationError: the step is out of turn.
        """
        while True:
            before = self.keys
            after = before.rotated(step)
            if self.store.compare_and_set(PROVIDER, SIGNING_KEYS, before, after, now=FOR_GOOD):
                return after

    def introduce(self, client: Client) -> None:
        """Know a portal for as long as this server runs, in place of what was registered under its name."""
        self.store.delete(CLIENTS, client.client_id)
        self._introduced[client.client_id] = client

    def register_client(self, client: Client) -> None:
        """Know one more portal, or know it anew; the store remembers it."""
        self.store.put(CLIENTS, client.client_id, client)

    def query_client(self, client_id: str) -> Client | None:
        """Return the portal of that identifier."""
        registered: Client | None = self.store.get(CLIENTS, client_id, now=FOR_GOOD)
        return registered or self._introduced.get(client_id)

    def clients(self) -> tuple[Client, ...]:
        """Return every portal that is known, in the order in which they became known."""
        registered: list[Client] = self.store.values(CLIENTS, now=FOR_GOOD)
        return tuple({**self._introduced, **{client.client_id: client for client in registered}}.values())
