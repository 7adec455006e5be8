"""The control API's part on phones: activated, listed, lost and found, deleted; what waits on them, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request, url_for

from mock_idp.ecps import enrolment
from mock_idp.ecps.refusals import EcpsError
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.answers import Answer, answer, waiting_in_readers
from mock_idp.web.approvals import NoPhoneError, NothingWaitsError
from mock_idp.web.control_door import ControlError, body_of_request, control, known_person, text
from mock_idp.web.http import provider

if TYPE_CHECKING:
    from mock_idp.ecps.approval import Approval
    from mock_idp.ecps.enrolment import Device
    from mock_idp.protocol.ciba import CibaRequest


@control.post("/phones")
def phones() -> tuple[Response, int]:
    """Give a person of the directory an activated phone."""
    body = body_of_request("idnat", "password", "name")
    return jsonify(device=enrolled_phone(known_person(text(body, "idnat"), "idnat").idnat, body)), 201


def enrolled_phone(idnat: str, body: dict[str, Any]) -> str:
    """Activate a phone with the ``password`` and perhaps the ``name`` of a body, and return its id.

    Raises:
        ControlError: the password is not of four digits.
    """
    name = {"name": text(body, "name")} if "name" in body else {}
    try:
        return journeys.enrol(provider(), idnat, text(body, "password"), **name).device_id
    except EcpsError as refused:
        raise ControlError(f"password: {refused.code}") from None


@control.get("/phones")
def phones_listed() -> Response:
    """Say which phones are activated, for everybody or with ``idnat`` for one person, oldest first."""
    return jsonify(phones=[_phone(device) for device in journeys.devices_of(provider(), _asked_idnat())])


def _asked_idnat() -> str | None:
    typed = request.args.get("idnat")
    return None if typed is None else known_person(typed, "idnat").idnat


def _phone(device: Device) -> dict[str, Any]:
    return {
        "device": device.device_id,
        "idnat": device.idnat,
        "name": device.name,
        "state": device.phase.value,
        "tries_left": device.tries_left,
        "activated_at": device.activated_at.isoformat(),
        "expires_at": device.expires_at.isoformat(),
    }


@control.delete("/phones/<device>")
def phone_deleted(device: str) -> tuple[str, int]:
    """Delete the e-CPS on a phone, as « Supprimer ma e-CPS » does."""
    _advance(device, enrolment.Deleted())
    return "", 204


@control.post("/phones/<device>/lost")
def phone_lost(device: str) -> Response:
    """Lose a phone, or with ``"lost": false`` find it again; doing so twice is no mistake."""
    lost = body_of_request("lost").get("lost", True)
    if not isinstance(lost, bool):
        raise ControlError("lost: expected true or false")
    wanted = {enrolment.Phase.LOST} if lost else {enrolment.Phase.ACTIVE, enrolment.Phase.LOCKED}
    known = _known(device)
    if known.phase not in wanted:
        _advance(device, enrolment.Lost() if lost else enrolment.Found())
    return jsonify(_phone(_known(device)))


def _known(device_id: str) -> Device:
    device = journeys.find_device(provider(), device_id)
    if device is None:
        raise ControlError("device: no e-CPS is activated on this phone; GET /phones lists them", 404)
    return device


def _advance(device_id: str, event: enrolment.Event) -> None:
    phase = _known(device_id).phase
    try:
        journeys.advance_device(provider(), device_id, event)
    except journeys.GoneError:
        raise ControlError("device: no e-CPS is activated on this phone; GET /phones lists them", 404) from None
    except EcpsError:
        raise ControlError(f"device: its e-CPS is {phase}; only deleting it is possible", 409) from None


@control.get("/requests")
def requests_listed() -> Response:
    """Say what waits for an answer, on phones and in readers, oldest first."""
    idnat = _asked_idnat()
    found = [_on_phone(one) for one in journeys.requests_for(provider(), idnat)]
    found += [_in_reader(one) for one in waiting_in_readers(provider(), idnat)]
    return jsonify(requests=sorted(found, key=lambda one: str(one["requested_at"])))


def _on_phone(asked: Approval) -> dict[str, Any]:
    login = provider().store.get("logins", asked.login_id, now=provider().clock.now())
    return {
        "login_id": asked.login_id,
        "idnat": asked.idnat,
        "client_id": login.client_id if login else None,
        "channel": Means.MOBILE.value,
        "phase": asked.phase.value,
        "requested_at": asked.requested_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
    }


def _in_reader(asked: CibaRequest) -> dict[str, Any]:
    return {
        "login_id": asked.login_id,
        "idnat": asked.idnat,
        "client_id": asked.client_id,
        "channel": Means.CARD.value,
        "phase": asked.decision.value,
        "requested_at": asked.requested_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
    }


@control.post("/answers")
def answers() -> Response:
    """Answer what waits for a person, on their phone or in their reader; the latest, or that of one ``login_id``."""
    body = body_of_request("idnat", "answer", "login_id")
    said = text(body, "answer")
    if said not in set(Answer):
        raise ControlError("answer: 'approve', 'refuse' or 'wrong-number'")
    login_id = text(body, "login_id") if "login_id" in body else None
    idnat = known_person(text(body, "idnat"), "idnat").idnat
    try:
        answered = answer(provider(), idnat, Answer(said), login_id=login_id)
    except NoPhoneError:
        raise ControlError("idnat: no phone of this person can answer; GET /phones says why", 409) from None
    except NothingWaitsError:
        raise ControlError("idnat: nothing waits for this person", 404) from None
    except EcpsError as refused:
        raise ControlError(f"idnat: {refused.code}", 409) from None
    return jsonify(login_id=answered)


@control.post("/activations")
def activations() -> tuple[Response, int]:
    """Begin a demande d'activation without a portal, and say where its page on the computer is."""
    body = body_of_request("idnat")
    idnat = known_person(text(body, "idnat"), "idnat").idnat
    demand = journeys.demand_activation(provider(), idnat, "")
    path = url_for("activation.steps", activation_id=demand.activation.activation_id)
    return jsonify(url=f"{provider().settings.wallet_base}{path}"), 201
