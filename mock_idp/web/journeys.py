"""The e-CPS journeys on the store: draw, step, keep, and carry out what the machines ask for.

Every change is a compare-and-set, so that of two requests that race exactly one moves the machine.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mock_idp.ecps import activation, approval
from mock_idp.ecps.device import Device, enrolled
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import post

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.web.services import Provider

SALT_OCTETS = 16
ID_OCTETS = 24
DEVICE_NAME = "Téléphone (simulateur)"


class GoneError(Exception):
    """An activation or a request for approval that is over and forgotten, or never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A demande d'activation with the login that it interrupted, to go back to."""

    activation: activation.Activation
    login_id: str


# -- activation


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


# -- devices


def enrol(
    provider: Provider, idnat: str, password: str, *, device_id: str | None = None, name: str = DEVICE_NAME
) -> Device:
    """Give a person an activated phone.

    Args:
        provider: where it will be known.
        idnat: whose e-CPS it is.
        password: four digits.
        device_id: the phone that went through the activation; a new one for a script if not given.
        name: what to call it.

    Raises:
        EcpsError: ``password-not-four-digits``.
    """
    device = enrolled(
        device_id=device_id or provider.entropy.token(ID_OCTETS),
        idnat=idnat,
        name=name,
        password=password,
        salt=provider.entropy.octets(SALT_OCTETS),
        now=provider.clock.now(),
        limits=provider.ecps,
    )
    provider.store.put("devices", device.device_id, device)
    _keep_to_limit(provider, idnat)
    return device


def _keep_to_limit(provider: Provider, idnat: str) -> None:
    most = provider.ecps.devices_per_person
    if most:
        for oldest in devices_of(provider, idnat)[:-most]:
            provider.store.delete("devices", oldest.device_id)


def find_device(provider: Provider, device_id: str) -> Device | None:
    """Return the e-CPS on a phone, or None."""
    found: Device | None = provider.store.get("devices", device_id, now=provider.clock.now())
    return found


def devices_of(provider: Provider, idnat: str) -> list[Device]:
    """Return every e-CPS of a person, usable or not."""
    return [device for device in provider.store.values("devices", now=provider.clock.now()) if device.idnat == idnat]


def try_password(provider: Provider, device_id: str, password: str) -> approval.PasswordTyped:
    """Count a try on the phone and say how it went.

    Raises:
        EcpsError: the phone is locked or its e-CPS expired.
        GoneError: there is no e-CPS on that phone.
    """
    while True:
        device = find_device(provider, device_id)
        if device is None:
            raise GoneError
        now = provider.clock.now()
        after, correct = device.unlock(password, now=now)
        if provider.store.compare_and_set("devices", device_id, device, after, now=now):
            return approval.PasswordTyped(device_id, correct=correct, tries_left=after.tries_left)


# -- approval


def ask_approval(provider: Provider, login_id: str, idnat: str, *, number: str | None = None) -> approval.Approval:
    """Ask a person's phones to approve a login; an earlier request of the same login is withdrawn.

    ``number`` is what the person compares, if it was chosen elsewhere (the binding message of CIBA).
    """
    withdraw_approval(provider, login_id)
    now = provider.clock.now()
    limits = provider.ecps
    # a remainder of four octets is even enough for a choice among three
    place = int.from_bytes(provider.entropy.octets(4)) % limits.number_choices
    choices = provider.entropy.numbers(limits.number_choices, limits.number_digits)
    if number is not None:
        others = iter(drawn for drawn in choices if drawn != number)
        choices = tuple(number if index == place else next(others) for index in range(limits.number_choices))
    asked = approval.request(
        approval_id=provider.entropy.token(ID_OCTETS),
        login_id=login_id,
        idnat=idnat,
        choices=choices,
        place=place,
        now=now,
        limits=limits,
    )
    until = now + provider.settings.login_lifetime + limits.approval_lifetime
    provider.store.put("approvals", asked.approval_id, asked, expires_at=until)
    provider.store.put("approval-of-login", login_id, asked.approval_id, expires_at=until)
    return asked


def withdraw_approval(provider: Provider, login_id: str) -> None:
    """Take back what a login asked of a phone; what is over or was never asked stays as it is."""
    earlier = approval_of_login(provider, login_id)
    if earlier is not None:
        with suppress(EcpsError, GoneError):
            advance_approval(provider, earlier.approval_id, approval.Withdrawn())


def find_approval(provider: Provider, approval_id: str) -> approval.Approval:
    """Return a request for approval as it stands now, expired if its time is over.

    Raises:
        GoneError: it is forgotten, or never was.
    """
    now = provider.clock.now()
    found: approval.Approval | None = provider.store.get("approvals", approval_id, now=now)
    if found is None:
        raise GoneError
    if found.phase in approval.WAITING and now >= found.expires_at:
        try:
            return advance_approval(provider, approval_id, approval.TimePassed()).state
        except EcpsError:
            # somebody else was faster; no phase that follows a waiting one waits, so this ends
            return find_approval(provider, approval_id)
    return found


def approval_of_login(provider: Provider, login_id: str) -> approval.Approval | None:
    """Return the latest request that a login made, or None."""
    found: str | None = provider.store.get("approval-of-login", login_id, now=provider.clock.now())
    try:
        return None if found is None else find_approval(provider, found)
    except GoneError:
        return None


def requests_for(provider: Provider, idnat: str) -> list[approval.Approval]:
    """Return the requests that wait for a person's phone, oldest first."""
    now = provider.clock.now()
    return [
        asked
        for asked in provider.store.values("approvals", now=now)
        if asked.idnat == idnat and asked.phase in approval.WAITING and now < asked.expires_at
    ]


def advance_approval(provider: Provider, approval_id: str, event: approval.Event) -> approval.ApprovalStep:
    """Take one event into a request for approval.

    Raises:
        EcpsError: refused at no cost; nothing has changed.
        GoneError: there is no such request any more.
    """
    while True:
        now = provider.clock.now()
        before: approval.Approval | None = provider.store.get("approvals", approval_id, now=now)
        if before is None:
            raise GoneError
        done = approval.step(before, event, now=now)
        until = before.requested_at + provider.settings.login_lifetime + provider.ecps.approval_lifetime
        if provider.store.compare_and_set("approvals", approval_id, before, done.state, now=now, expires_at=until):
            return done
