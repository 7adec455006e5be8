"""A portal in a process of its own, as a vendor's would be: the correct miniature, or one that a refusal poisons.

Reads ISSUER, DISCOVERY, PORT, CLIENT_ID and CLIENT_SECRET from its environment.  With POISON=yes nobody can log in any
more after one refused login, until it is restarted or POST /__reset is called.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from waitress import serve

from conformance.miniatures.config import PortalConfig
from conformance.miniatures.portal import create_portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Poisonable:
    """Stops logging anybody in after a login was refused."""

    def __init__(self, app: Any) -> None:
        """Wrap the portal."""
        self.app = app
        self.poisoned = False

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        if path == "/__reset" and environ["REQUEST_METHOD"] == "POST":
            self.poisoned = False
            start("204 No Content", [])
            return []
        if path == "/login" and self.poisoned:
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"worker died"]

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            self.poisoned = self.poisoned or (path == "/callback" and status >= "400")
            return start(status, headers, exc_info)

        return self.app(environ, note)  # type: ignore[no-any-return]  # Flask's own WSGI answer


def main() -> None:
    """Serve until stopped."""
    env = os.environ
    base = f"http://127.0.0.1:{env['PORT']}"
    config = PortalConfig(
        issuer=env["ISSUER"],
        discovery_url=env["DISCOVERY"],
        client_id=env["CLIENT_ID"],
        client_secret=env["CLIENT_SECRET"],
        public_base_url=base,
    )
    app: Any = create_portal(config)
    serve(Poisonable(app) if env.get("POISON") == "yes" else app, host="127.0.0.1", port=int(env["PORT"]))


if __name__ == "__main__":
    main()
