"""The e-CPS journeys on the store: draw, step, keep, and carry out what the machines ask for.

Here is the demande d'activation; phones, and logins that wait for them, have rooms of their own and are had from here.

Every change is a compare-and-set, so that of two requests that race exactly one moves the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mock_idp.ecps import activation
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import post
from mock_idp.web.approvals import (
    advance_approval,
    approval_of_login,
    ask_approval,
    find_approval,
    requests_for,
    withdraw_approval,
)
from mock_idp.web.enrolments import (
    ID_OCTETS,
    GoneError,
    advance_device,
    askable,
    devices_of,
    enrol,
    find_device,
    try_password,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.web.services import Provider

__all__ = [
    "ID_OCTETS", "Demand", "GoneError", "activation_of_qr", "advance_activation", "advance_approval", "advance_device",
    "approval_of_login", "ask_approval", "askable", "demand_activation", "devices_of", "enrol", "find_approval",
    "find_demand", "find_device", "qr_codes_on_screens", "requests_for", "try_password", "withdraw_approval",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A demande d'activation with the login that it interrupted, to go back to; empty when a script asked for it."""

    activation: activation.Activation
    login_id: str


def demand_activation(provider: Provider, idnat: str, login_id: str) -> Demand:
    """Begin a demande d'activation for somebody in the directory."""
    now = provider.clock.now()
    demand = Demand(
        activation=activation.request(
            activation_id=provider.entropy.token(ID_OCTETS), idnat=idnat, now=now, limits=provider.ecps
        ),
        login_id=login_id,
    )
    until = _remembered_until(provider, demand.activation)
    provider.store.put("activations", demand.activation.activation_id, demand, expires_at=until)
    return demand


def _remembered_until(provider: Provider, state: activation.Activation) -> datetime:
    # longer than it may be used, so that the person can still be told that its time is over
    return state.expires_at + provider.settings.login_lifetime


def find_demand(provider: Provider, activation_id: str) -> Demand:
    """Return a demande d'activation as it stands now, failed if its time is over.

    Raises:
        GoneError: it is forgotten, or it never was.
    """
    now = provider.clock.now()
    found = _kept_demand(provider, activation_id)
    if found.activation.phase in activation.OVER or now < found.activation.expires_at:
        return found
    # to a machine whose time is over, every event says so
    advance_activation(provider, activation_id, activation.Abandoned())
    return _kept_demand(provider, activation_id)


def _kept_demand(provider: Provider, activation_id: str) -> Demand:
    found: Demand | None = provider.store.get("activations", activation_id, now=provider.clock.now())
    if found is None:
        raise GoneError
    return found


def advance_activation(provider: Provider, activation_id: str, event: activation.Event) -> activation.ActivationStep:
    """Take one event into an activation, and enrol the phone if that made it active.

    Raises:
        EcpsError: refused at no cost; nothing has changed.
        GoneError: there is no such activation any more.
    """
    while True:
        demand = _kept_demand(provider, activation_id)
        now = provider.clock.now()
        done = activation.step(demand.activation, event, now=now)
        kept = replace(demand, activation=done.state)
        until = _remembered_until(provider, done.state)
        if provider.store.compare_and_set("activations", activation_id, demand, kept, now=now, expires_at=until):
            break
    if done.state.qr_token and done.state.qr_token != demand.activation.qr_token:
        provider.store.put("qr-codes", done.state.qr_token, activation_id, expires_at=until)
    for effect in done.effects:
        _carry_out(provider, effect)
    return done


def _carry_out(provider: Provider, effect: activation.Effect) -> None:
    if isinstance(effect, activation.Enrol):
        enrol(provider, effect.idnat, effect.password, device_id=effect.device_id)
    elif isinstance(effect, activation.MailQr):
        post.mail_qr(provider, effect.idnat, effect.token)
    else:
        post.text_code(provider, effect.idnat, effect.code)


def activation_of_qr(provider: Provider, token: str) -> str:
    """Return the activation that a QR code was shown for.

    Raises:
        EcpsError: ``qr-unknown``.
    """
    found: str | None = provider.store.get("qr-codes", token, now=provider.clock.now())
    if found is None:
        raise EcpsError(Code.QR_UNKNOWN)
    return found


def qr_codes_on_screens(provider: Provider) -> list[activation.Activation]:
    """Return the activations whose QR code stands on a computer's screen and can still be scanned, newest first."""
    now = provider.clock.now()
    shown = [demand.activation for demand in provider.store.values("activations", now=now)]
    return [state for state in reversed(shown) if _on_screen(state, now)]


def _on_screen(state: activation.Activation, now: datetime) -> bool:
    alive = state.qr_expires_at is not None and now < state.qr_expires_at and now < state.expires_at
    return state.phase is activation.Phase.PROVEN and alive
