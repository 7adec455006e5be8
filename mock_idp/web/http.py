"""Between Flask and values: requests in, replies out, and the journal entry that goes with each."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

from flask import Response, current_app, g, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from mock_idp.artefacts import Answer, CompactToken, Fields, Json, Pairs, Seam, dump
from mock_idp.deviations import Told, to_json
from mock_idp.journal import Entry
from mock_idp.protocol.exchange import FormPost
from mock_idp.protocol.tokens import Means

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_idp.protocol import Exchange, Reply
    from mock_idp.protocol.exchange import FormPairs
    from mock_idp.web.services import Provider

SHOWN_REQUEST_HEADERS = ("Authorization", "Content-Type", "Accept", "User-Agent")
LONGEST_DELAY = 120.0
CLIENT_CERTIFICATE = "psc.card_certificate"
"""Where the TLS server leaves a client's certificate (DER) in a request's environment; no client can write there."""


def provider() -> Provider:
    """Return the provider that this application serves."""
    return cast("Provider", current_app.extensions["psc_provider"])


def pairs(values: Mapping[str, str]) -> FormPairs:
    """Return Flask's multi-dict as ordered pairs, repeated names kept."""
    return tuple(values.items(multi=True)) if isinstance(values, MultiDict) else tuple(values.items())


def heard(told: tuple[Told, ...]) -> None:
    """Note the lies told in the answer to this request."""
    g.setdefault("told", []).extend(told)


def tie(login_id: str | None) -> None:
    """Say which login this request belongs to."""
    g.login_id = login_id


def exchange(login_id: str | None = None) -> Exchange:
    """Return this request as the protocol sees it, and tie it to a login."""
    if login_id is not None:
        tie(login_id)
    return provider().exchange(
        login_id,
        heard,
        method=request.method,
        url=request.base_url,
        query=pairs(request.args),
        form=pairs(request.form),
        headers=dict(request.headers.items()),
        certificate=request.environ.get(CLIENT_CERTIFICATE),
    )


def respond(reply: Reply, *, seam: Seam | None = None, spoken: Exchange | None = None) -> Response:
    """Return a reply as a Flask response.

    Args:
        reply: what the protocol answered.
        seam: where the HTTP answer passes, if lies can be told there.
        spoken: the exchange whose voice says it.
    """
    body, said = _body(reply)
    g.said = said
    headers = [(name, value) for name, value in reply.headers if name.lower() != "content-type"]
    headers.append(("Content-Type", _kind(reply)))
    status, delay = reply.status, 0.0
    if seam is not None and spoken is not None:
        sent = spoken.voice.answer(Answer(seam=seam, status=status, headers=tuple(headers), body=body))
        status, body, delay, headers = sent.status, sent.body, sent.delay, list(sent.headers)
    if delay:
        provider().patience.hold(min(delay, LONGEST_DELAY))
    return Response(body, status=status, headers=headers)


def _kind(reply: Reply) -> str:
    if isinstance(reply.body, CompactToken):
        return "application/jwt"
    return "text/html; charset=utf-8" if isinstance(reply.body, str | FormPost) else "application/json"


def _body(reply: Reply) -> tuple[bytes, Pairs]:
    if isinstance(reply.body, CompactToken):
        return reply.body.value.encode(), ()
    if isinstance(reply.body, FormPost):
        form, pairs_said = reply.body, reply.body.said.pairs
        page = render_template("form_post.html", action=form.action, pairs=pairs_said)
        return page.encode("utf-8", "surrogatepass"), (("Location", form.action), *pairs_said)
    if isinstance(reply.body, Fields):
        return dump(reply.body.pairs).encode(), reply.body.pairs
    if isinstance(reply.body, str):
        location = reply.location
        said = tuple(parse_qsl(urlsplit(location).query, keep_blank_values=True)) if location else ()
        return reply.body.encode(), (*((("Location", location.partition("?")[0]),) if location else ()), *said)
    return json.dumps(reply.body).encode(), tuple(reply.body.items())


def finish(login_id: str, idnat: str, *, means: Means = Means.MOBILE) -> Response:
    """Answer the portal for a person who approved the login, and send the browser back to it.

    Raises:
        LoginGoneError: the portal has had its answer, or the login is over.
    """
    tie(login_id)
    return respond(provider().complete(login_id, idnat, heard, means=means))


def decline(login_id: str) -> Response:
    """Tell the portal ``access_denied``, and send the browser back to it.

    Raises:
        LoginGoneError: the portal has had its answer, or the login is over.
    """
    tie(login_id)
    return respond(provider().deny(login_id, heard))


def write_journal(response: Response) -> Response:
    """Enter this request into the journal; runs after every one, except those of the control API and static files."""
    endpoint = request.endpoint or "not-found"
    if request.blueprint == "control" or endpoint == "static":
        return response
    journal = provider().journal
    headers = [(name, request.headers[name]) for name in SHOWN_REQUEST_HEADERS if name in request.headers]
    asked: list[tuple[str, Json]] = [*pairs(request.args), *_form(), *headers]
    if (shown := request.environ.get(CLIENT_CERTIFICATE)) is not None:
        asked.append(("certificate", hashlib.sha256(shown).hexdigest()))
    told = tuple(
        {
            "deviation": cast("Json", to_json(lie.deviation)),
            "honest": journal.mask_fragment(lie.honest),
            "told": journal.mask_fragment(lie.told),
        }
        for lie in g.get("told", [])
    )
    journal.record(
        lambda seq: Entry(
            seq=seq,
            at=provider().clock.now(),
            login_id=g.get("login_id"),
            channel="back" if request.blueprint in {"api", "backchannel", "canary"} else "front",
            endpoint=endpoint.rpartition(".")[2],
            method=request.method,
            url=request.base_url,
            status=response.status_code,
            request=journal.mask(asked),
            response=journal.mask(g.get("said", ())),
            told=told,
        )
    )
    return response


def _form() -> FormPairs:
    try:
        return pairs(request.form)
    except HTTPException:
        # too long to be read: the answer says so, and there is nothing to enter
        return ()
