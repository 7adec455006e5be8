"""A store in Redis or Valkey, for several processes, on one machine or many, that serve as one provider.

Each operation is one script that the server runs alone.  Ends are kept beside the records and compared with the time
that the caller gives, because the provider's clock is moved by hand and the server's is not.  One server, no cluster.

A server may go away and come back: whoever asks meanwhile is told so (:class:`StoreError`), and nothing is asked twice,
because an operation whose answer was lost may have been carried out.  The pool of connections drops those that died.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.retry import Retry

from mock_idp.store import StoreError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from redis.commands.core import Script

    from mock_idp.store.codec import Codec

PREFIX = "psc-conformance:"
"""What the names of all our keys begin with."""
PATIENCE_SECONDS = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# For a table T: `T:records` key -> text, `T:ends` key -> microseconds, `T:order` key by turn.  For all of them: `ends`
# holds "T<NUL>key" by microseconds, `tables` the names, `turn` the last turn that was given.
EMPTIED = "PSCEMPTIED"
"""What our scripts answer when the server holds nothing of ours any more: it came back without its memory."""

_OURS = f"""
if redis.call('EXISTS', ARGV[1] .. 'shape') == 0 then return redis.error_reply('{EMPTIED} no records of ours') end
"""
_COMMON = (
    _OURS
    + """
local prefix = ARGV[1]
local function names(place)
  return prefix .. place .. ':records', prefix .. place .. ':ends', prefix .. place .. ':order'
end
local function live(place, name, now)
  local records, ends = names(place)
  local until_ = redis.call('HGET', ends, name)
  if until_ and tonumber(until_) <= tonumber(now) then return false end
  return redis.call('HGET', records, name)
end
local function forget(place, name)
  local records, ends, order = names(place)
  redis.call('HDEL', ends, name)
  redis.call('ZREM', order, name)
  redis.call('ZREM', prefix .. 'ends', place .. '\\0' .. name)
  return redis.call('HDEL', records, name)
end
local function keep(place, name, record, until_)
  local records, ends, order = names(place)
  redis.call('SADD', prefix .. 'tables', place)
  redis.call('HSET', records, name, record)
  if not redis.call('ZSCORE', order, name) then
    redis.call('ZADD', order, redis.call('INCR', prefix .. 'turn'), name)
  end
  if until_ == '' then
    redis.call('HDEL', ends, name)
    redis.call('ZREM', prefix .. 'ends', place .. '\\0' .. name)
  else
    redis.call('HSET', ends, name, until_)
    redis.call('ZADD', prefix .. 'ends', until_, place .. '\\0' .. name)
  end
end
"""
)
_GET = _COMMON + "return live(ARGV[2], ARGV[3], ARGV[4])"
_PUT = _COMMON + "keep(ARGV[2], ARGV[3], ARGV[4], ARGV[5])"
_COMPARE_AND_SET = (
    _COMMON
    + """
local found = live(ARGV[2], ARGV[3], ARGV[6])
if (found or '') ~= ARGV[7] then return 0 end
keep(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
return 1
"""
)
_DELETE = _COMMON + "forget(ARGV[2], ARGV[3])"
_VALUES = (
    _COMMON
    + """
local _, _, order = names(ARGV[2])
local found = {}
for _, name in ipairs(redis.call('ZRANGE', order, 0, -1)) do
  local record = live(ARGV[2], name, ARGV[3])
  if record then found[#found + 1] = record end
end
return found
"""
)
_PURGE = (
    _COMMON
    + """
local dropped = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'ends', '-inf', ARGV[2])) do
  local nul = string.find(member, '\\0', 1, true)
  dropped = dropped + forget(string.sub(member, 1, nul - 1), string.sub(member, nul + 1))
end
return dropped
"""
)
_CLEAR = (
    _COMMON
    + """
local kept = {}
for place = 2, #ARGV do kept[ARGV[place]] = true end
for _, place in ipairs(redis.call('SMEMBERS', prefix .. 'tables')) do
  if not kept[place] then
    local records, ends, order = names(place)
    for _, name in ipairs(redis.call('HKEYS', ends)) do
      redis.call('ZREM', prefix .. 'ends', place .. '\\0' .. name)
    end
    redis.call('DEL', records, ends, order)
    redis.call('SREM', prefix .. 'tables', place)
  end
end
"""
)


class RedisStore:
    """A store in a Redis or Valkey server."""

    def __init__(self, url: str, codec: Codec) -> None:
        """Connect.

        Args:
            url: ``redis://``, ``rediss://`` or ``unix://``, as Redis clients write it; it may hold a password.
            codec: how records are written.

        Raises:
            StoreError: nothing answers there, or another version keeps other records there.
        """
        self._codec = codec
        self._shown = shown = _without_secret(url)
        try:
            self._server = Redis.from_url(
                url,
                socket_timeout=PATIENCE_SECONDS,
                socket_connect_timeout=PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            raise StoreError(
                f"{shown} : ce n'est pas une adresse ; écrivez par exemple redis://127.0.0.1:6379/0",
                f"{shown}: is no address; write for instance redis://127.0.0.1:6379/0",
            ) from None
        register = self._server.register_script
        self._get, self._put, self._delete = register(_GET), register(_PUT), register(_DELETE)
        self._compare_and_set, self._values = register(_COMPARE_AND_SET), register(_VALUES)
        self._purge, self._clear = register(_PURGE), register(_CLEAR)
        try:
            self._server.set(PREFIX + "shape", codec.shape, nx=True)
            found = self._server.get(PREFIX + "shape")
        except RedisError as error:
            self._server.close()
            why = type(error).__name__
            raise StoreError(
                f"{shown} : aucun Redis n'y répond ({why}) ; démarrez-en un, ou corrigez l'adresse",
                f"{shown}: no Redis answers there ({why}); start one, or correct the address",
            ) from None
        if found != codec.shape.encode():
            self._server.close()
            raise StoreError(
                f"{shown} : utilisé par une autre version de ce programme ; nommez une autre base, comme …/1",
                f"{shown}: is in use by another version of this program; name another database, as in …/1",
            )

    def get(self, table: str, key: str, *, now: datetime) -> Any | None:
        """Return the record, or None when it is absent or expired at ``now``."""
        found = self._ask(self._get, table, _octets(key), _number(now))
        return None if found is None else self._codec.record(found)

    def put(self, table: str, key: str, value: Any, *, expires_at: datetime | None = None) -> None:
        """Keep a record until ``expires_at``, or for good."""
        self._ask(self._put, table, _octets(key), self._codec.text(value), _end(expires_at))

    def compare_and_set(
        self,
        table: str,
        key: str,
        expected: Any | None,
        value: Any,
        *,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> bool:
        """Replace the record only if it still equals ``expected`` (None: if there is none); tell whether it was."""
        wanted = "" if expected is None else self._codec.text(expected)
        change = [self._codec.text(value), _end(expires_at), _number(now), wanted]
        return bool(self._ask(self._compare_and_set, table, _octets(key), *change))

    def delete(self, table: str, key: str) -> None:
        """Forget a record; forgetting twice is no error."""
        self._ask(self._delete, table, _octets(key))

    def values(self, table: str, *, now: datetime) -> list[Any]:
        """Return the records of a table that are not expired at ``now``, oldest first."""
        found = self._ask(self._values, table, _number(now))
        return [self._codec.record(record) for record in found]

    def purge(self, *, now: datetime) -> int:
        """Drop what has expired at ``now`` and return how many records that were."""
        return int(self._ask(self._purge, _number(now)))

    def clear(self, *, keep: frozenset[str]) -> None:
        """Forget every table but those named."""
        self._ask(self._clear, *sorted(keep))

    def _ask(self, script: Script, *arguments: str | int | bytes) -> Any:
        """Run one of our scripts at the server, once.

        Raises:
            StoreError: nothing answers, or the server refuses; whether the script was run is not known then.
        """
        try:
            return script(args=[PREFIX, *arguments])
        except RedisError as error:
            raise self._out_of_reach(error) from None

    def _out_of_reach(self, error: RedisError) -> StoreError:
        shown, why = self._shown, type(error).__name__
        refused = isinstance(error, AuthenticationError | AuthorizationError)  # by a server that answers
        if isinstance(error, NoConnectionError | NoAnswerError) and not refused:
            return StoreError(
                f"{shown} : Redis n'y répond plus ({why}) ; redémarrez-le, le fournisseur continuera de lui-même",
                f"{shown}: Redis answers there no more ({why}); start it again, the provider goes on by itself",
            )
        if str(error).startswith(EMPTIED):
            return StoreError(
                f"{shown} : ce Redis a été vidé, ou remplacé par un autre ; redémarrez « serve », et donnez à Redis de "
                "quoi retenir ses données",
                f"{shown}: this Redis was emptied, or replaced by another; start 'serve' anew, and let Redis keep its "
                "data",
            )
        return StoreError(
            f"{shown} : Redis refuse ({why}) ; son journal dit pourquoi (mémoire pleine, réplique, mot de passe…)",
            f"{shown}: Redis refuses ({why}); its log says why (memory full, replica, password...)",
        )

    def close(self) -> None:
        """Let go of the connections; closing twice is no error."""
        self._server.close()

    def __enter__(self) -> Self:
        """Return the store, to be closed at the end of the ``with`` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def _octets(key: str) -> bytes:
    # a key may come from a request, and hold what no UTF-8 does
    return key.encode("utf-8", "surrogatepass")


def _number(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _end(until: datetime | None) -> int | str:
    return "" if until is None else _number(until)


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
