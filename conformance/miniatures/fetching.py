"""Asking the provider: bounded in time and size, and every way in which it can fail becomes a refusal."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from conformance.miniatures.answers import HttpAnswer
from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Crash
from conformance.miniatures.tls_slips import careless_pool, trust_at_sight

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.config import PortalConfig

MOST_OCTETS: Final = 4 << 20
_PIECE: Final = 1 << 16


class Fetcher:
    """The portal's way to the provider, whoever asks."""

    def __init__(self, session: Callable[[], Any], config: PortalConfig, defect: Defect | None) -> None:
        """Ask through sessions that ``session`` makes."""
        self._session = session
        self._seconds = config.provider_seconds
        self._defect = defect
        self._alone = threading.Lock()

    def get(self, url: str, *, seconds: float | None = None) -> HttpAnswer:
        """Return what stands at an address, within a number of seconds; the usual ones if not said.

        Raises:
            Refused: there is no answer.
        """

        def fetch() -> requests.Response:
            with self._session() as session:
                self.bound(session)
                response: requests.Response = session.request(
                    "GET", url, withhold_token=True, timeout=seconds or self._seconds
                )
                return response

        return self.answer(fetch)

    def bound(self, session: Any) -> None:
        """Have a session read no more than a portal can bear."""
        adapter = _Bounded(self._seconds, self._defect)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)

    def answer(self, request: Callable[[], requests.Response]) -> HttpAnswer:
        """Return what a request brings.

        Raises:
            Refused: nothing, or something that is no answer.
        """
        return HttpAnswer.of(self.ask(request))

    @staticmethod
    def good(answer: HttpAnswer) -> HttpAnswer:
        """Return an answer that is one.

        Raises:
            Refused: its status says otherwise.
        """
        if answer.status >= 500:  # noqa: PLR2004  # RFC 9110 15.6
            raise Refused(Reason.PROVIDER_DOWN)
        if answer.status != 200:  # noqa: PLR2004  # RFC 9110 15.3.1
            raise Refused(Reason.PROVIDER_ANSWER)
        return answer

    def ask(self, call: Callable[[], Any]) -> Any:
        """Turn every way in which a provider can fail into a refusal; Authlib lets most of them through.

        Raises:
            Refused: it failed.
        """
        if self._defect is Defect.ASKS_ONE_AFTER_ANOTHER:
            with self._alone:
                return self._asked(call)
        return self._asked(call)

    @staticmethod
    def _asked(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except OAuthError as error:
            raise Refused(Reason.CODE) from error
        except (requests.exceptions.JSONDecodeError, requests.TooManyRedirects, TooMuch) as error:
            raise Refused(Reason.PROVIDER_ANSWER) from error
        except requests.RequestException as error:
            raise Refused(Reason.PROVIDER_DOWN) from error
        except (AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Refused(Reason.PROVIDER_ANSWER) from error


class TooMuch(Exception):  # noqa: N818  # what it is
    """An answer that is longer, or takes longer, than a portal can bear."""


class _Bounded(HTTPAdapter):
    """Reads an answer piece by piece, unpacked, and stops when it is too long or takes too long."""

    def __init__(self, seconds: float, defect: Defect | None) -> None:
        self._seconds = seconds
        self._defect = defect
        self._pool = careless_pool(defect)
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:  # noqa: FBT001, FBT002  # as in the base class
        super().init_poolmanager(connections, maxsize, block, **more, **self._pool)

    def send(self, request: requests.PreparedRequest, **rest: Any) -> requests.Response:  # type: ignore[override]  # the base class names each argument
        if self._defect is Defect.ACCEPTS_ANY_AUTHORITY:
            trust_at_sight(request.url or "", self._pool)
        deadline = time.monotonic() + self._seconds
        response = super().send(request, **{**rest, "stream": True})
        body = bytearray()
        try:
            while piece := response.raw.read1(_PIECE, decode_content=True):
                body += piece
                if len(body) > MOST_OCTETS:
                    response.close()
                    if self._defect is Defect.UNPACKS_EVERYTHING:
                        raise Crash
                    raise TooMuch
                if time.monotonic() > deadline:
                    response.close()
                    raise TooMuch
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        response._content, response._content_consumed = bytes(body), True  # type: ignore[attr-defined]  # noqa: SLF001  # what requests does itself when it reads a body
        return response
