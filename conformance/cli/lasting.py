"""Where ``serve`` remembers: ``--store``."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance.cli.options import UsageError
from mock_idp.store import MemoryStore, StoreError
from mock_idp.web.records import record_codec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.options import Talk
    from mock_idp.store import Store

MEMORY: Final = "memory"
SQLITE: Final = "sqlite:"
REDIS: Final = ("redis", "rediss", "unix")


def add_store_option(parser: Any, talk: Talk) -> None:
    """Offer where to remember."""
    parser.add_argument(
        "--store",
        metavar="STORE",
        default=MEMORY,
        help=talk(
            "où retenir connexions, téléphones et clés : memory (par défaut), sqlite:FICHIER, ou redis://…",
            "where to keep logins, phones and keys: memory (default), sqlite:FILE, or redis://…",
        ),
    )


@contextmanager
def store_for(written: str) -> Iterator[Store]:
    """Open the store that was named for the length of a ``with`` block.

    Raises:
        UsageError: it is none, cannot be used, or went away while something was begun.
    """
    with open_store(written) as store:
        try:
            yield store
        except StoreError as error:
            raise UsageError(f"--store : {error.fr}", f"--store: {error.en}") from None


def open_store(written: str) -> Store:
    """Return the store that was named, to be closed by the caller.

    Raises:
        UsageError: it is none, or cannot be used.
    """
    try:
        if written == MEMORY:
            return MemoryStore()
        if written.startswith(SQLITE) and written != SQLITE:
            # only for those who ask, as below: the provider must be up at once
            from mock_idp.store.sqlite import SqliteStore  # noqa: PLC0415

            return SqliteStore(Path(written.removeprefix(SQLITE)), record_codec())
        if urlsplit(written).scheme in REDIS:
            return _redis(written)
    except StoreError as error:
        raise UsageError(f"--store : {error.fr}", f"--store: {error.en}") from None
    # it may hold a password all the same
    kind = written.partition(":")[0]
    raise UsageError(
        f"--store : {kind!r} n'est pas une mémoire ; écrivez memory, sqlite:FICHIER ou redis://HÔTE:PORT/0",
        f"--store: {kind!r} is no store; write memory, sqlite:FILE or redis://HOST:PORT/0",
    )


def _redis(url: str) -> Store:
    try:
        from mock_idp.store.redis import RedisStore  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UsageError(
            "--store : le paquet « redis » manque ; installez psc-conformance[redis], ou écrivez sqlite:FICHIER",
            "--store: the package 'redis' is not installed; install psc-conformance[redis], or write sqlite:FILE",
        ) from None
    return RedisStore(url, record_codec())
