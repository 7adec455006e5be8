"""The post: e-mails with a QR code and SMS with a code, for activations without a card.

Everything lands in the simulator's own mailbox; e-mails also go to a mail catcher when the settings name one.
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING

from flask_babel import gettext

from mock_idp.web.qr import drawn

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.web.services import Provider

LOG = logging.getLogger(__name__)

SCAN_PATH = "/phone/scan"
SENDER = "ne-pas-repondre@simulateur.invalid"
KEPT = timedelta(days=1)
CATCHER_SECONDS = 5
ID_OCTETS = 16
SHOWN_SIGNS = 1
SHOWN_DIGITS = 2
HIDDEN = "•••"


class Kind(StrEnum):
    """What was sent."""

    MAIL = "mail"
    SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One e-mail or SMS.

    Attributes:
        to: address or number.
        idnat: whose.
        scan_url: what the QR code in an e-mail says, else empty.
        code: the code in an SMS, else empty.
    """

    message_id: str
    kind: Kind
    at: datetime
    to: str
    idnat: str
    subject: str
    text: str = field(repr=False)
    scan_url: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Contact data as a page may show them to somebody who only typed an identifiant."""

    email: str
    mobile: str


def shown_contact(provider: Provider, idnat: str) -> Contact | None:
    """Return where messages to a person go, mostly hidden; None when address or number is not on record."""
    person = provider.directory.find(idnat)
    if person is None or not person.email or not person.mobile:
        return None
    name, _, domain = person.email.partition("@")
    return Contact(email=f"{name[:SHOWN_SIGNS]}{HIDDEN}@{domain}", mobile=f"{HIDDEN} {person.mobile[-SHOWN_DIGITS:]}")


def scan_url(provider: Provider, token: str) -> str:
    """Return what a QR code says: the phone's page that scans it."""
    return f"{provider.settings.wallet_base}{SCAN_PATH}?t={token}"


def mail_qr(provider: Provider, idnat: str, token: str) -> None:
    """Send a QR code to the e-mail address on record."""
    person = provider.directory.find(idnat)
    if person is None:
        return
    url = scan_url(provider, token)
    message = Message(
        message_id=provider.entropy.token(ID_OCTETS),
        kind=Kind.MAIL,
        at=provider.clock.now(),
        to=person.email,
        idnat=idnat,
        subject=gettext("SIMULATEUR : activez votre e-CPS"),
        text=gettext("Scannez le QR code de ce message avec l'application e-CPS de votre téléphone."),
        scan_url=url,
    )
    _keep(provider, message)
    if provider.settings.mail_catcher:
        _hand_over(provider.settings.mail_catcher, message)


def text_code(provider: Provider, idnat: str, code: str) -> None:
    """Send a code to the mobile number on record."""
    person = provider.directory.find(idnat)
    if person is None:
        return
    _keep(
        provider,
        Message(
            message_id=provider.entropy.token(ID_OCTETS),
            kind=Kind.SMS,
            at=provider.clock.now(),
            to=person.mobile,
            idnat=idnat,
            subject=gettext("SIMULATEUR : votre code"),
            text=gettext("SIMULATEUR : votre code d'activation e-CPS est %(code)s.", code=code),
            code=code,
        ),
    )


def messages(provider: Provider, idnat: str | None = None) -> list[Message]:
    """Return what was sent, to everybody or to one person, newest first."""
    sent: list[Message] = provider.store.values("messages", now=provider.clock.now())
    return [message for message in reversed(sent) if idnat in {None, message.idnat}]


def find_message(provider: Provider, message_id: str) -> Message | None:
    """Return one message, or None when it is forgotten or never was."""
    found: Message | None = provider.store.get("messages", message_id, now=provider.clock.now())
    return found


def _keep(provider: Provider, message: Message) -> None:
    provider.store.put("messages", message.message_id, message, expires_at=message.at + KEPT)


def _hand_over(catcher: str, message: Message) -> None:
    host, _, port = catcher.rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=CATCHER_SECONDS) as server:
            server.send_message(_as_email(message))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # the message is in the mailbox; what the catcher said may quote it, so only the kind of trouble is told
        LOG.warning("mail_catcher %s took no e-mail (%s); check the setting", catcher, type(error).__name__)


def _as_email(message: Message) -> EmailMessage:
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = SENDER, message.to, message.subject
    email["Date"] = message.at
    email.set_content(f"{message.text}\n\n{message.scan_url}\n")
    email.add_attachment(drawn(message.scan_url, "png"), maintype="image", subtype="png", filename="qr.png")
    return email
