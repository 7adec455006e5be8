"""What is said while the store is out of reach: to portals, scripts and browsers, and to whoever runs the provider.

Nothing is decided without the store: every request gets 503 until it answers again, and then all goes on.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from flask import jsonify, request

from mock_idp.spoken import Spoken
from mock_idp.web.http import provider
from mock_idp.web.language import language
from mock_idp.web.pages import page
from mock_idp.web.typesetting import typeset

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from mock_idp.store import StoreError

LOG = logging.getLogger(__name__)
UNAVAILABLE = 503


class Outage:
    """Tells once why the store is out of reach, and once that it is back, however many requests meet it."""

    def __init__(self) -> None:
        """Begin with a store that answers; what there is to tell goes to the log."""
        self.tell: Callable[[Spoken], None] = lambda news: LOG.error("%s", news)
        self._lock = threading.Lock()
        self._why = ""

    def begin(self, error: Spoken) -> None:
        """Note that the store could not be used, and why."""
        self._turn(error, str(error))

    def end(self) -> None:
        """Note that the store answered."""
        if self._why:
            self._turn(Spoken("--store : répond de nouveau", "--store: answers again"), "")

    def _turn(self, news: Spoken, why: str) -> None:
        with self._lock:
            new, self._why = self._why != why, why
        if new:
            self.tell(news)


def store_gone(error: StoreError, *, as_json: bool) -> Response:
    """Answer a request that the store was needed for: JSON where JSON is spoken, a page otherwise.

    Args:
        error: names the store and the remedy, and holds no secret.
        as_json: what is spoken here.
    """
    provider().outage.begin(error)
    if not as_json:
        message = typeset(error.fr) if language() == "fr" else error.en
        return page("store_gone.html", UNAVAILABLE, message=message)
    if request.blueprint == "control":
        answer = jsonify(error=str(error))
    else:
        # the code that RFC 6749 4.1.2.1 has for it; at the token endpoint it has none
        answer = jsonify(error="temporarily_unavailable", error_description=str(error))
    answer.status_code = UNAVAILABLE
    return answer
