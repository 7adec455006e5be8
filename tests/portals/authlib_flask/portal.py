"""A portal as Authlib's guide shows it: Flask, its OAuth client, and what that checks by itself.

Configuration comes by environment; "ready" on standard output says that it listens.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from typing import TYPE_CHECKING, Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session
from joserfc.errors import JoseError
from waitress.server import create_server

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

app = Flask("portal")
app.secret_key = os.environ["SESSION_SECRET"]
users: dict[str, dict[str, Any]] = {}
psc = OAuth(app).register(
    name="psc",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["DISCOVERY"],
    client_kwargs={"scope": "openid scope_all", "code_challenge_method": "S256"},
)


@app.get("/login")
def login() -> ResponseReturnValue:
    """Send the browser to the provider."""
    answer: ResponseReturnValue = psc.authorize_redirect(f"{os.environ['BASE']}/callback", acr_values="eidas1")
    return answer


@app.get("/callback")
def callback() -> ResponseReturnValue:
    """Take the provider's answer, and ask it who that is."""
    try:
        token = psc.authorize_access_token()
    except (OAuthError, JoseError) as error:
        return f"the login was refused: {error.error}", 400
    claims = dict(psc.userinfo(token=token))
    session.clear()
    session["user"] = key = secrets.token_urlsafe()
    users[key] = claims
    return redirect("/me")


@app.get("/me")
def me() -> ResponseReturnValue:
    """Say who is logged in."""
    claims = users.get(session.get("user", ""))
    if claims is None:
        return {"error": "nobody is logged in"}, 401
    return {"identifier": claims.get("SubjectNameID"), "claims": claims}


@app.post("/logout")
def logout() -> ResponseReturnValue:
    """Forget the user; the provider is not told."""
    users.pop(session.pop("user", ""), None)
    return "logged out"


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
    server = create_server(app, sockets=[listener], threads=4)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.run()
