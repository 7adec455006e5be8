"""One request to the provider's control API: its address and token, and what is said when it fails."""

from __future__ import annotations

from typing import Any, Final

import requests

from conformance.exit_codes import OutOfReach
from conformance.hop import trusted

CONTROL_PATH: Final = "/_control/v1"
_PATIENCE: Final = (3.0, 40.0)
LONGEST_WAIT: Final = 30.0
"""Seconds for which the provider lets a caller wait for its journal."""
_TOO_MUCH: Final = 400


class ControlFailed(OutOfReach):
    """The provider could not be asked, or refused; the message says what to check, and holds no secret."""


class ProviderGone(ControlFailed):
    """Nothing answers at the provider's address any more: whatever is played now proves nothing."""


class Line:
    """The line to one provider."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Talk to the provider at ``url`` (scheme, host, port), with its control token if it wants one."""
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = trusted()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def ask(self, method: str, path: str, body: Any = None, params: dict[str, str] | None = None) -> Any:
        """Send one request and return what JSON answers it, an empty object when nothing does.

        Args:
            method: of HTTP.
            path: below ``/_control/v1``.
            body: JSON to send, or None.
            params: of the query.

        Raises:
            ProviderGone: nothing answers.
            ControlFailed: the provider refuses.
        """
        try:
            answer = self._session.request(
                method,
                f"{self.url}{CONTROL_PATH}{path}",
                json=body,
                params=params,
                timeout=_PATIENCE,
                # nobody is asked whom the user did not name
                allow_redirects=False,
            )
        except requests.RequestException as error:
            why = type(error).__name__
            raise ProviderGone(
                f"fournisseur : rien ne répond à {self.url} ({why}) ; démarrez-le avec « psc-conformance serve »",
                f"provider: nothing answers at {self.url} ({why}); start it with 'psc-conformance serve'",
            ) from None
        said = _json(answer)
        if answer.status_code >= _TOO_MUCH:
            reason = said.get("error") if isinstance(said, dict) else None
            what = path.split("/")[1]  # what follows may be a token
            status = answer.status_code
            raise ControlFailed(
                f"fournisseur : {what} refusé avec {status} : {reason or 'sans raison donnée'}",
                f"provider: {what} refused with {status}: {reason or 'no reason given'}",
            )
        return said


def _json(answer: requests.Response) -> Any:
    if not answer.content:
        return {}
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return {}
