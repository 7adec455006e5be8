"""A phone for scripts: everything that a person does on the simulated e-CPS application, and whole activations."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import zxingcpp
from PIL import Image

from conformance.browser import Browser
from conformance.hop import absolute, origin_host
from conformance.workstation import PHONE_COOKIE, Phone, Workstation, WorkstationError, submit
from mock_idp.ecps.idnat import normalise

if TYPE_CHECKING:
    from conformance.agent import UserAgent
    from conformance.control import Control
    from conformance.page import Page
    from conformance.workstation import Texts

MAILBOX: Final = "/mailbox/messages.json"
_ALERT: Final = "error"


class Handset(Phone):
    """A phone that a script holds; it is known by its id, which a browser would keep in a cookie."""

    @property
    def device(self) -> str:
        """Return the id by which the provider knows this phone, empty before it opened the application once."""
        return next((one.value for one in self.browser.cookies() if one.name == PHONE_COOKIE), "")

    @property
    def told(self) -> str:
        """Return what the page on display refuses, and the remedy, in the browser's language; empty if nothing."""
        return told_by(self.browser)

    def go_to(self, address: str) -> str:
        """Open the address that a QR code holds, and return the code that the phone then shows, empty if sent by SMS.

        Raises:
            WorkstationError: the phone refuses, or the address is none of the provider's.
        """
        page = self.browser.open(address)
        code = page.data("code")
        if code is None and page.element("texted") is None:
            raise WorkstationError(("scanner le QR code", "scan the QR code"), page)
        return code or ""

    def finish(self) -> None:
        """Choose the password and type it again, which activates the e-CPS.

        Raises:
            WorkstationError: no code was typed on the computer yet, or the password is refused.
        """
        page = self.choose_password()
        if page.element("activated") is None:
            raise WorkstationError(("choisir un mot de passe", "choose a password"), page)

    def mistake(self, number: str) -> None:
        """Answer the newest request with the password, and with a number that is not the one given.

        Raises:
            WorkstationError: there is no request, or the phone refuses the password.
        """
        page = submit(
            self.browser,
            self._request(),
            "unlock",
            ("déverrouiller le téléphone", "unlock the phone"),
            {"password": self.password},
        )
        offered = [one.attributes.get("value", "") for one in page.elements("button", "value")]
        wrong = next((one for one in offered if one != number), None)
        if wrong is None:
            raise WorkstationError(("déverrouiller le téléphone", "unlock the phone"), page)
        page = submit(self.browser, page, "pick", ("choisir un nombre", "pick a number"), click=wrong)
        if page.alert != "number-wrong":
            raise WorkstationError(("choisir un mauvais nombre", "pick a wrong number"), page)

    def delete(self) -> None:
        """« Supprimer ma e-CPS »."""
        submit(self.browser, self.open(), "delete", ("supprimer l'e-CPS", "delete the e-CPS"))


def new_handset(wallet: str, password: str, *, language: str = "fr") -> Handset:
    """Return a phone on which nothing was opened yet.

    Args:
        wallet: scheme, host and port of the wallet.
        password: the e-CPS password to choose, or to unlock with.
        language: what its pages speak.
    """
    browser = Browser(frozenset({origin_host(wallet)}), language=language)
    return Handset(browser=browser, wallet=wallet, password=password)


def told_by(browser: UserAgent) -> str:
    """Return what a browser's page refuses, and the remedy; empty if nothing."""
    alert = browser.page.element(_ALERT) if browser.page is not None else None
    return " ".join(alert.text.split()) if alert is not None else ""


def text_of_qr(picture: bytes) -> str | None:
    """Return what the QR code in a picture says, None when there is none in it.

    Raises:
        OSError: it is no picture.
    """
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(picture)))
    return found.text if found is not None else None


def messages(browser: UserAgent, wallet: str) -> list[dict[str, Any]]:
    """Return what lies in the mailbox, newest first.

    Raises:
        WorkstationError: the mailbox does not open.
    """
    page = browser.open(f"{wallet}{MAILBOX}")
    try:
        found: list[dict[str, Any]] = page.json()["messages"]
    except (ValueError, KeyError, TypeError):
        raise WorkstationError(("ouvrir la boîte aux lettres", "open the mailbox"), page) from None
    return found


class Desktop:
    """A computer on which a demande d'activation is carried out, beside a phone.

    Attributes:
        browser: the computer's; its page says why something was refused.
    """

    def __init__(self, control: Control, phone: Handset, *, language: str = "fr") -> None:
        """Sit down before a computer that nobody used yet."""
        self.browser = Browser(frozenset({origin_host(phone.wallet)}), language=language)
        self._control = control
        self._phone = phone
        self._url = ""

    @property
    def told(self) -> str:
        """Return what the computer's page refuses, and the remedy; empty if nothing."""
        return told_by(self.browser)

    def activate_by_contact(self, idnat: str) -> None:
        """Activate the phone without a card: QR code from the e-mail, code from the SMS, password.

        Raises:
            ControlFailed: nobody has that idnat.
            WorkstationError: a page refuses, for instance because no address is on record.
        """
        page = self._begin(idnat)
        before = {one["id"] for one in self._post(idnat)}
        self._press(page, "contact", ("demander le QR code par courriel", "ask for the QR code by e-mail"), "mailed")
        self._phone.accept_terms()
        mail = self._new(idnat, "mail", before)
        picture = Browser(self.browser.allow_hosts).step(absolute(self._phone.wallet, mail["qr"])).body
        self._phone.go_to(text_of_qr(picture) or self._phone.wallet)
        self._finish(self._new(idnat, "sms", before)["code"])

    def activate_by_card(self, idnat: str, pin: str) -> None:
        """Activate the phone with the card in the simulated reader: code confidentiel, QR code, code, password.

        Raises:
            ControlFailed: nobody has that idnat.
            WorkstationError: a page refuses, for instance the code confidentiel.
        """
        page = self._press(
            self._begin(idnat), "begin", ("commencer l'activation", "begin the activation"), "challenged"
        )
        page = self._press(page, "reader", ("présenter la carte", "present the card"), "proven", {"pin": pin})
        station = Workstation(computer=self.browser, phone=self._phone, wallet=self._phone.wallet)
        self._phone.accept_terms()
        self._finish(self._phone.scan(station.picture_of_qr(page)))

    def _begin(self, idnat: str) -> Page:
        self._url = self._control.activation(idnat)
        return self.browser.open(self._url)

    def _press(
        self, page: Page, form: str, step: Texts, phase: str, values: dict[str, str | bool] | None = None
    ) -> Page:
        shown = submit(self.browser, page, form, step, values)
        if shown.data("phase") != phase:
            raise WorkstationError(step, shown)
        return shown

    def _finish(self, code: str) -> None:
        self._press(self.browser.open(self._url), "code", ("saisir le code", "type the code"), "linked", {"code": code})
        self._phone.finish()

    def _post(self, idnat: str) -> list[dict[str, Any]]:
        found = messages(Browser(self.browser.allow_hosts), self._phone.wallet)
        return [one for one in found if one["idnat"] == normalise(idnat)]

    def _new(self, idnat: str, kind: str, before: set[str]) -> dict[str, Any]:
        for one in self._post(idnat):
            if one["kind"] == kind and one["id"] not in before:
                return one
        step = (f"trouver le message ({kind}) dans la boîte aux lettres", f"find the {kind} in the mailbox")
        raise WorkstationError(step, self.browser.open(self._url))
