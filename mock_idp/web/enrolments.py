"""Every e-CPS on the store: activated, its password tried, lost, found, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.ecps import approval, enrolment
from mock_idp.ecps.enrolment import Device, aged, enrolled
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.ecps.settings import LostPhone

if TYPE_CHECKING:
    from mock_idp.web.services import Provider

SALT_OCTETS = 16
ID_OCTETS = 24
DEVICE_NAME = "Téléphone (simulateur)"


class GoneError(Exception):
    """An activation, an e-CPS or a request for approval that is over and forgotten, or never was."""


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
            advance_device(provider, oldest.device_id, enrolment.Replaced())


def find_device(provider: Provider, device_id: str) -> Device | None:
    """Return the e-CPS on a phone as it stands now, or None."""
    now = provider.clock.now()
    found: Device | None = provider.store.get("devices", device_id, now=now)
    return None if found is None or found.phase in enrolment.OVER else aged(found, now=now)


def devices_of(provider: Provider, idnat: str | None = None) -> list[Device]:
    """Return every e-CPS of a person, or of everybody, as it stands now, usable or not, oldest first."""
    now = provider.clock.now()
    kept: list[Device] = provider.store.values("devices", now=now)
    return [aged(one, now=now) for one in kept if idnat in {None, one.idnat} and one.phase not in enrolment.OVER]


def askable(provider: Provider, idnat: str) -> bool:
    """Tell whether a login of this person asks a phone, rather than for an activation."""
    unseen = provider.ecps.lost_phone is LostPhone.WAIT
    phases = {enrolment.Phase.ACTIVE} | ({enrolment.Phase.LOST} if unseen else set())
    return any(device.phase in phases for device in devices_of(provider, idnat))


def advance_device(provider: Provider, device_id: str, event: enrolment.Event) -> enrolment.EnrolmentStep:
    """Take one event into the life of an e-CPS; a deleted one is forgotten.

    Raises:
        EcpsError: refused at no cost; nothing has changed.
        GoneError: there is no e-CPS on that phone.
    """
    while True:
        now = provider.clock.now()
        device: Device | None = provider.store.get("devices", device_id, now=now)
        if device is None or device.phase in enrolment.OVER:
            raise GoneError
        done = enrolment.step(device, event, now=now)
        until = now if done.state.phase in enrolment.OVER else None
        if provider.store.compare_and_set("devices", device_id, device, done.state, now=now, expires_at=until):
            return done


def try_password(provider: Provider, device_id: str, password: str) -> approval.PasswordTyped:
    """Count a try on the phone and say how it went.

    Raises:
        EcpsError: the e-CPS was locked, lost or expired before; the password was not looked at.
        GoneError: there is no e-CPS on that phone.
    """
    done = advance_device(provider, device_id, enrolment.PasswordTried(password))
    for tried in done.effects:
        return approval.PasswordTyped(device_id, correct=tried.correct, tries_left=tried.tries_left)
    raise EcpsError(done.refusal.code if done.refusal else Code.UNEXPECTED_EVENT)
