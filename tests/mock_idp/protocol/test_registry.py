"""Portals and keys that the provider goes by: those of the start, those registered since, and those kept in a store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mock_idp.directory import Directory
from mock_idp.keys import Rotation, SigningKeys
from mock_idp.protocol import PscServer
from mock_idp.settings import Settings
from mock_idp.store import MemoryStore
from tests.mock_idp.protocol.portal import NEIGHBOUR, PORTAL

if TYPE_CHECKING:
    from mock_idp.store import Store

RENAMED = replace(PORTAL, name="Autre nom")


def server(store: Store, keys: SigningKeys) -> PscServer:
    """Return a server that begins on a store."""
    return PscServer(settings=Settings(), store=store, keys=keys, directory=Directory((), store))


def test_a_portal_that_is_registered_goes_before_one_of_the_start(keys: SigningKeys) -> None:
    """In its place, for this server and whoever shares the store; what a start says holds again at the next."""
    store = MemoryStore()
    first, other = server(store, keys), server(store, keys)
    first.introduce(PORTAL)
    first.register_client(NEIGHBOUR)
    first.register_client(RENAMED)
    seen = first.query_client("portal"), other.query_client("portal"), other.query_client("neighbour")
    listed = first.clients()
    again = server(store, keys)
    again.introduce(PORTAL)

    assert (RENAMED, RENAMED, NEIGHBOUR) == seen
    assert (RENAMED, NEIGHBOUR) == listed
    assert (PORTAL, NEIGHBOUR, None) == tuple(again.query_client(name) for name in ("portal", "neighbour", "x"))


def test_the_keys_are_the_stores(keys: SigningKeys) -> None:
    """Whoever comes later signs with what is there; a rotation is seen by all."""
    store = MemoryStore()
    first = server(store, keys)
    other = server(store, SigningKeys(current=keys.stray))
    before = other.keys
    first.rotate(Rotation.PUBLISH)
    after = other.rotate(Rotation.SIGN)

    assert keys is before
    assert after is first.keys
    assert (keys.current,) == after.former


def test_keys_are_read_as_they_were_written(keys: SigningKeys) -> None:
    """Every part of a rotation, private members included; the same text gives the same keys, imported once."""
    published = replace(keys, following=keys.stray, former=(keys.current,))
    read = SigningKeys.read(published.written())

    assert published.published == read.published
    assert published.written() == read.written()
    assert read is SigningKeys.read(published.written())
    assert str(keys.current.as_dict(private=True)["d"]) not in repr(read)
