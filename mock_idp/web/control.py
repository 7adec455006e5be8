"""The control API: arm lies, make people and portals known, read the journal, move the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from mock_idp.deviations import DeviationError, from_json, to_json
from mock_idp.ecps.idnat import IdnatError, normalise
from mock_idp.people import PeopleError
from mock_idp.protocol.client_reading import ClientError, client_from
from mock_idp.protocol.userinfo import userinfo
from mock_idp.web import control_habits, control_logout, control_phones, control_state, control_tokens
from mock_idp.web.control_door import ControlError, body_of_request, control, known_person, text
from mock_idp.web.control_phones import enrolled_phone
from mock_idp.web.http import provider
from mock_idp.web.odd_keys import odd_members
from mock_idp.web.oidc import SCENARIO_COOKIE

if TYPE_CHECKING:
    from mock_idp.web.voice import Plan

__all__ = [
    "ControlError",
    "control",
    "control_habits",
    "control_logout",
    "control_phones",
    "control_state",
    "control_tokens",
]

LONGEST_WAIT = 30.0


@control.get("/status")
def status() -> Response:
    """Say where everything is."""
    settings = provider().settings
    return jsonify(
        issuer=settings.issuer,
        discovery=settings.discovery_url,
        wallet=settings.wallet_base,
        scenario_cookie=SCENARIO_COOKIE,
        # whoever may arm lies may also write evidence with the same tags as the journal
        mask_salt=provider().journal.salt.hex(),
        now=provider().clock.now().isoformat(),
    )


@control.get("/stray-key")
def stray_key() -> Response:
    """Return the public half of the key that nobody should trust, where it stands, and other oddities of keys."""
    keys, settings = provider().server.keys, provider().settings
    return jsonify(
        keys=keys.stray_published["keys"],
        jwks_uri=settings.endpoint("/stray-certs"),
        x5u=settings.endpoint("/stray-certificate"),
        **odd_members(keys),
    )


@control.post("/plans")
def arm() -> tuple[Response, int]:
    """Arm lies: for the next login that brings the token in its scenario cookie, or for the issuer."""
    body = body_of_request("deviations", "scope", "login_hint")
    lies = body.get("deviations", [])
    if not isinstance(lies, list):
        raise ControlError("deviations: expected a list")
    try:
        deviations = tuple(from_json(item) for item in lies)
    except DeviationError as error:
        raise ControlError(f"deviations: {error}") from None
    token = provider().entropy.token(12)
    plans = provider().plans
    scope = body.get("scope", "login")
    if scope not in ("login", "issuer"):
        raise ControlError("scope: 'login' or 'issuer'")
    hint = text(body, "login_hint") if "login_hint" in body else None
    if hint is not None and scope == "issuer":
        raise ControlError("login_hint: lies for the issuer hold for everybody; leave it out")
    armed = plans.arm_issuer(token, deviations) if scope == "issuer" else plans.arm(token, deviations, login_hint=hint)
    return jsonify(_plan(armed)), 201


@control.delete("/plans/issuer")
def withdraw() -> tuple[str, int]:
    """Withdraw what is armed for the issuer."""
    provider().plans.withdraw_issuer()
    return "", 204


@control.get("/plans/<token>")
def plan(token: str) -> Response:
    """Say which login a plan was bound to, and which of its lies were told."""
    found = provider().plans.find(token)
    if found is None:
        raise ControlError("token: no such plan", 404)
    return jsonify(_plan(found))


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "token": plan.token,
        "login_id": plan.login_id,
        "deviations": [to_json(deviation) for deviation in plan.deviations],
        "told": [
            {"deviation": to_json(lie.deviation), "honest": lie.honest, "told": lie.told} for lie in tuple(plan.told)
        ],
    }


@control.get("/journal")
def journal() -> Response:
    """Return journal entries, waiting for the first if asked to."""
    try:
        after = int(request.args.get("after", "0"))
        seconds = float(request.args.get("wait", "0"))
    except ValueError:
        raise ControlError("after, wait: expected numbers") from None
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ControlError(f"wait: expected 0 to {LONGEST_WAIT:g} seconds")
    entries = provider().journal.wait(
        login_id=request.args.get("login"), endpoint=request.args.get("endpoint"), after=after, seconds=seconds
    )
    return jsonify(entries=[entry.to_json() for entry in entries])


@control.post("/people")
def people() -> tuple[Response, int]:
    """Make a fresh person after a persona, with an activated phone if a password is given."""
    body = body_of_request("template", "idnat", "formerly", "password")
    former = known_person(text(body, "formerly"), "formerly") if "formerly" in body else None
    template = text(body, "template", "medecin-liberal")
    try:
        person = provider().fresh_person(template, idnat=_wanted_idnat(body), formerly=former)
    except PeopleError as error:
        raise ControlError(str(error)) from None
    device = enrolled_phone(person.idnat, body) if "password" in body else None
    claims = dict(userinfo(person, provider().settings))
    return jsonify(idnat=person.idnat, sub=claims["sub"], device=device, claims=claims), 201


def _wanted_idnat(body: dict[str, Any]) -> str | None:
    """Return the idnat that a person is to have, exactly as people would type it, or None for one of our own."""
    if "idnat" not in body:
        return None
    written = text(body, "idnat")
    try:
        idnat = normalise(written)
    except IdnatError as error:
        raise ControlError(f"idnat: {error.code}") from None
    if idnat != written:
        raise ControlError("idnat: write it without spaces; they are no part of an identifiant national")
    return idnat


@control.post("/clients")
def clients() -> tuple[Response, int]:
    """Make a portal known, or known anew."""
    try:
        client = client_from(body_of_request(closed=False))
    except ClientError as error:
        raise ControlError(str(error)) from None
    provider().server.register_client(client)
    return jsonify(client_id=client.client_id), 201


@control.post("/release")
def release() -> tuple[str, int]:
    """Send every answer that is being held back, now."""
    if unknown := sorted(body_of_request()):
        raise ControlError(f"{unknown[0]}: unknown member; nothing needs to be said")
    provider().patience.release()
    return "", 204
