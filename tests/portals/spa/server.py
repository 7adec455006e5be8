"""What stands behind the single-page portal: its files, and the two calls that need the client's secret.

Pro Santé Connect knows confidential clients only and answers no browser's script, so a page can call neither the token
endpoint nor userinfo by itself: it calls its own server, which passes the call on.  The server checks nothing; all
checks are the library's, in the browser.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from flask import Flask, Response, request, send_file
from waitress.server import create_server

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

HERE = Path(__file__).parent
PATIENCE = 10.0

app = Flask("portal", static_folder=None)
metadata = requests.get(os.environ["DISCOVERY"], timeout=PATIENCE).json()
secret = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


@app.get("/")
@app.get("/callback")
def page() -> ResponseReturnValue:
    """Give the one page."""
    return send_file(HERE / "index.html")


@app.get("/portal.js")
def script() -> ResponseReturnValue:
    """Give the portal's own script."""
    return send_file(HERE / "portal.js")


@app.get("/oidc-client-ts.js")
def library() -> ResponseReturnValue:
    """Give the library as its authors built it."""
    return send_file(Path(os.environ["MODULES"]) / "oidc-client-ts/dist/browser/oidc-client-ts.min.js")


@app.get("/settings.json")
def settings() -> ResponseReturnValue:
    """Say where everything is; the two calls with a secret go through this server."""
    base = os.environ["BASE"]
    return {
        "authority": metadata["issuer"],
        "client_id": os.environ["CLIENT_ID"],
        "redirect_uri": f"{base}/callback",
        "post_logout_redirect_uri": f"{base}/",
        "metadata": {**metadata, "token_endpoint": f"{base}/token", "userinfo_endpoint": f"{base}/userinfo"},
    }


@app.post("/token")
def token() -> ResponseReturnValue:
    """Pass a token request on, with the secret."""
    form = {name: value for name, value in request.form.items() if name != "client_id"}
    return _passed(requests.post(metadata["token_endpoint"], data=form, auth=secret, timeout=PATIENCE))


@app.get("/userinfo")
def userinfo() -> ResponseReturnValue:
    """Pass a userinfo request on."""
    header = {"Authorization": request.headers.get("Authorization", "")}
    return _passed(requests.get(metadata["userinfo_endpoint"], headers=header, timeout=PATIENCE))


def _passed(answer: requests.Response) -> ResponseReturnValue:
    return Response(answer.content, answer.status_code, content_type=answer.headers.get("Content-Type"))


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
    server = create_server(app, sockets=[listener], threads=4)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()
