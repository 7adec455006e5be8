"""Activation without a card: QR code by e-mail, code by SMS, the mailbox that shows both, and the mail catcher."""

from __future__ import annotations

import logging
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image

from mock_idp.ecps.settings import EcpsSettings
from mock_idp.settings import Settings
from mock_idp.web.serve import bind
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import PASSWORD, Desk, make_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.mock_idp.web.screen import Screen


def ask_for_mail(desk: Desk) -> Screen:
    """Ask for the e-mail, and return the browser with the mailbox."""
    desk.log_in()
    desk.identify()
    desk.computer.send("contact")
    mailbox = desk.another_browser()
    mailbox.open("/mailbox/")
    return mailbox


def scan_mail(desk: Desk, mailbox: Screen) -> None:
    """Open the newest e-mail and scan its QR code."""
    mailbox.open("/mailbox/")
    mailbox.follow('tr[data-kind="mail"] a')
    image = mailbox.client.get(mailbox.one("img#qr").attrs["src"] or "", base_url=mailbox.base).data
    read = zxingcpp.read_barcode(Image.open(BytesIO(image)))
    assert read is not None
    desk.phone.open(read.text)


def read_sms(mailbox: Screen) -> str:
    """Open the newest SMS and return its code."""
    mailbox.open("/mailbox/")
    mailbox.follow('tr[data-kind="sms"] a')
    return mailbox.data("code")


def test_the_whole_way_without_a_card(desk: Desk) -> None:
    """E-mail, scan, SMS, code on the computer, password on the phone, login."""
    mailbox = ask_for_mail(desk)

    assert "QR code envoyé par courriel" == desk.computer.title
    assert "À l'adresse enregistrée : c•••@exemple.invalid" in desk.computer.text

    desk.accept_terms()
    scan_mail(desk, mailbox)

    assert "Un code vous est envoyé par SMS" == desk.phone.title

    desk.computer.send("continue")

    assert "Code reçu par SMS au ••• 01" == desk.computer.one('label[for="code"]').to_text().strip()

    desk.computer.send("code", code=read_sms(mailbox))
    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    desk.computer.send("continue")

    assert "Votre carte e-CPS est activée" == desk.computer.title == desk.phone.title

    number = desk.to_choice()
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text


def test_neither_computer_nor_phone_shows_what_was_sent(desk: Desk) -> None:
    """The QR code stands only in the e-mail, the code only in the SMS, address and number only in part."""
    mailbox = ask_for_mail(desk)
    computer = desk.computer.html
    desk.accept_terms()
    scan_mail(desk, mailbox)
    code = read_sms(mailbox)
    desk.computer.send("continue")
    pages = computer + desk.computer.html + desk.phone.html

    assert [] == [secret for secret in (code, "camille.essai", "0639980001", "scan?t=") if secret in pages]


def test_the_screen_cannot_be_scanned_when_the_qr_code_is_in_an_e_mail(desk: Desk) -> None:
    """The button for phones without a camera is for screens."""
    ask_for_mail(desk)
    desk.accept_terms()

    assert "screen" not in desk.phone.forms


def test_the_mail_sent_again_makes_the_first_one_void(desk: Desk) -> None:
    """Only the newest QR code is taken."""
    mailbox = ask_for_mail(desk)
    mailbox.follow('tr[data-kind="mail"] a')
    first = mailbox.one("#scan-here").attrs["href"] or ""
    desk.computer.send("renew")
    desk.accept_terms()
    desk.phone.open(first)

    assert "qr-unknown" == desk.phone.error

    scan_mail(desk, mailbox)

    assert "Un code vous est envoyé par SMS" == desk.phone.title


@pytest.mark.parametrize(("after", "error"), [(3599, None), (3600, "qr-expired")])
def test_the_qr_code_in_the_mail_lives_an_hour(desk: Desk, after: int, error: str | None) -> None:
    """Longer than the login itself; the limit is a setting, because no source gives it."""
    mailbox = ask_for_mail(desk)
    desk.accept_terms()
    desk.clock.wait(after * SECOND)
    scan_mail(desk, mailbox)

    assert error == desk.phone.error


def test_without_the_route_the_button_is_not_there() -> None:
    """And its address refuses."""
    desk = make_desk(ecps=EcpsSettings(contact_route=False))
    desk.log_in()
    desk.identify()
    address = desk.computer.action("begin").replace("commencer", "sans-carte")

    assert "contact" not in desk.computer.forms

    desk.computer.open(address, {})

    assert "unexpected-event" == desk.computer.error


# -- the mailbox


def test_an_empty_mailbox_says_so(desk: Desk) -> None:
    """A page, not an error."""
    desk.computer.open("/mailbox/")

    assert "Aucun message pour l'instant." == desk.computer.one("#empty").to_text()


def test_the_mailbox_is_readable_by_a_script(desk: Desk) -> None:
    """JSON, newest first, for everybody or for one person."""
    mailbox = ask_for_mail(desk)
    desk.accept_terms()
    scan_mail(desk, mailbox)

    def fetch(query: str = "") -> list[dict[str, str]]:
        answer = mailbox.client.get(f"/mailbox/messages.json{query}", base_url=mailbox.base)
        found: list[dict[str, str]] = answer.get_json()["messages"]
        return found

    sms, mail = fetch()

    assert [("sms", "0639980001"), ("mail", "camille.essai@exemple.invalid")] == [
        (m["kind"], m["to"]) for m in (sms, mail)
    ]
    assert read_sms(mailbox) == sms["code"]
    assert mail["scan_url"].startswith("http://localhost:8080/phone/scan?t=")
    assert "image/png" == mailbox.client.get(mail["qr"], base_url=mailbox.base).mimetype
    assert [sms, mail] == fetch(f"?idnat={IDNAT}")
    assert [] == fetch("?idnat=899799000023")


@pytest.mark.parametrize("path", ["/mailbox/none", "/mailbox/none/qr.png"])
def test_a_message_that_never_was(desk: Desk, path: str) -> None:
    """A page says that it is over."""
    assert (410, "gone") == (desk.computer.open(path), desk.computer.error)


def test_an_sms_has_no_qr_code(desk: Desk) -> None:
    """Its image does not exist."""
    mailbox = ask_for_mail(desk)
    desk.accept_terms()
    scan_mail(desk, mailbox)
    read_sms(mailbox)

    assert 410 == mailbox.open(mailbox.address + "/qr.png")


def test_messages_are_in_the_language_of_who_asked(desk: Desk) -> None:
    """English for somebody who reads English."""
    desk.speak("en")
    mailbox = ask_for_mail(desk)

    assert "SIMULATOR: activate your e-CPS" == mailbox.one('tr[data-kind="mail"] a').to_text()


# -- the mail catcher


class Catcher(socketserver.StreamRequestHandler):
    """As much of an SMTP server as takes one e-mail (RFC 5321)."""

    server: Letterbox

    def handle(self) -> None:
        """Agree to everything, and keep what comes after DATA."""
        self.wfile.write(b"220 catcher\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.caught.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 OK\r\n")


class Letterbox(socketserver.TCPServer):
    """Where the catcher keeps what it caught."""

    def __init__(self) -> None:
        """Listen on a free port of loopback."""
        super().__init__(("127.0.0.1", 0), Catcher)
        self.caught: list[bytes] = []


@contextmanager
def catching() -> Iterator[Letterbox]:
    """Run a catcher for the length of a block."""
    with Letterbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_mail_catcher_gets_the_e_mail() -> None:
    """The whole message: to whom, what, and the QR code as an attachment that reads like the link."""
    with catching() as server:
        desk = make_desk(settings=Settings(mail_catcher=f"127.0.0.1:{server.server_address[1]}"))
        ask_for_mail(desk)
    (raw,) = server.caught
    email: EmailMessage = message_from_bytes(raw, policy=policy.default)
    body, picture = email.get_body(), next(email.iter_attachments())
    assert body is not None
    read = zxingcpp.read_barcode(Image.open(BytesIO(picture.get_content())))

    assert ("camille.essai@exemple.invalid", "SIMULATEUR : activez votre e-CPS") == (email["To"], email["Subject"])
    assert read is not None
    assert read.text in body.get_content()


def test_a_mail_catcher_that_is_away_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The mailbox has the message, the log says which setting to look at, and no secret."""
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    desk = make_desk(settings=Settings(mail_catcher=f"127.0.0.1:{port}"))
    with caplog.at_level(logging.WARNING):
        mailbox = ask_for_mail(desk)

    assert 1 == len(mailbox.query('tr[data-kind="mail"]'))
    assert f"mail_catcher 127.0.0.1:{port} took no e-mail (ConnectionRefusedError); check the setting" in caplog.text
    assert "scan?t=" not in caplog.text
