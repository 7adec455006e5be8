"""The practitioner's desk: a computer and a phone before the provider's pages, used the way a person uses them.

Only what stands on a screen is read: the number to match, the code, the QR code as an image.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import zxingcpp
from PIL import Image

from conformance.exit_codes import Ours
from conformance.form import FormError
from conformance.hop import absolute, origin_host
from conformance.portal import AuthorizationResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.agent import UserAgent
    from conformance.page import Page
    from conformance.portal import AuthorizationRequest
    from virtual_card import Proof

PASSWORD: Final = "2580"  # noqa: S105  # of made-up people's phones
PHONE_COOKIE: Final = "phone"
PHONE_PATH: Final = "/phone"

Texts = tuple[str, str]
"""The same thing in French and in English."""

_UNLOCK: Final = ("déverrouiller le téléphone", "unlock the phone")
_PICK: Final = ("choisir le nombre", "pick the number")
_REFUSE: Final = ("refuser la connexion", "refuse the login")
_TYPE: Final = ("saisir l'identifiant national", "type the identifiant national")
_BACK: Final = ("revenir au portail", "go back to the portal")
_GIVE_UP: Final = ("abandonner la connexion", "give the login up")


class WorkstationError(Ours):
    """The provider showed something else than the desk expected: a mistake of ours, or a refusal.

    Attributes:
        alert: stable code of the refusal on the page, or None.
    """

    def __init__(self, step: Texts, page: Page) -> None:
        """Say at which step, in French and English, and what the page shows; never what was typed."""
        shown = page.alert or page.title or f"HTTP {page.status}"
        super().__init__(
            f"{step[0]} : la page du fournisseur affiche « {shown} »", f"{step[1]}: the provider's page shows '{shown}'"
        )
        self.alert = page.alert


class CardDesk(Protocol):
    """A reader with a card in it, and the software in front of it; `virtual_card.Desk` is one."""

    def verify_pin(self, pin: str) -> None:
        """Present the PIN to the card."""
        ...

    def authenticate(self, challenge: bytes) -> Proof:
        """Have the card sign a challenge with its authentication key."""
        ...


@dataclass(kw_only=True)
class Phone:
    """A phone with the simulated e-CPS application."""

    browser: UserAgent
    wallet: str
    password: str = field(default=PASSWORD, repr=False)

    def activated(self, device: str) -> Phone:
        """Make this the phone that a control API call activated, and return it."""
        self.browser.set_cookie(origin_host(self.wallet), PHONE_COOKIE, device, PHONE_PATH)
        return self

    def open(self) -> Page:
        """Open the application."""
        return self.browser.open(f"{self.wallet}{PHONE_PATH}/")

    def accept_terms(self) -> Page:
        """« Cocher les conditions générales d'utilisation », then « Commencer l'activation »."""
        page = self.open()
        return self._submit(page, "terms", ("accepter les conditions", "accept the terms"), {"terms": True})

    def scan(self, picture: bytes) -> str:
        """Scan a QR code and return the code that the phone then shows.

        Raises:
            WorkstationError: the picture holds no QR code, or the phone refuses it.
        """
        found = zxingcpp.read_barcode(Image.open(io.BytesIO(picture)))
        page = self.browser.open(found.text) if found is not None else self.open()
        code = page.data("code")
        if code is None:
            raise WorkstationError(("scanner le QR code", "scan the QR code"), page)
        return code

    def choose_password(self) -> Page:
        """Choose the password and type it again."""
        page = self.browser.open(f"{self.wallet}{PHONE_PATH}/activation")
        return self._submit(
            page,
            "password",
            ("choisir un mot de passe", "choose a password"),
            {"password": self.password, "password_confirm": self.password},
        )

    def approve(self, number: str) -> None:
        """Answer the newest request: the password, then the number that the computer shows.

        Raises:
            WorkstationError: there is no request, or the phone refuses.
        """
        page = self._submit(self._request(), "unlock", _UNLOCK, {"password": self.password})
        page = self._submit(page, "pick", _PICK, click=number)
        if page.element("approved") is None:
            raise WorkstationError(_PICK, page)

    def refuse(self) -> None:
        """« Refuser » the newest request."""
        page = self._submit(self._request(), "refuse", _REFUSE)
        if page.element("refused") is None:
            raise WorkstationError(_REFUSE, page)

    def _request(self) -> Page:
        page = self.open()
        asked = page.elements("a", "data-request")
        if not asked:
            raise WorkstationError(("trouver la demande sur le téléphone", "find the request on the phone"), page)
        return self.browser.open(absolute(page.url, asked[-1].attributes["href"]))

    def _submit(
        self,
        page: Page,
        form: str,
        step: Texts,
        values: Mapping[str, str | bool] | None = None,
        *,
        click: str | None = None,
    ) -> Page:
        return submit(self.browser, page, form, step, values, click=click)


@dataclass(kw_only=True)
class Workstation:
    """Computer and phone of one person, before one provider."""

    computer: UserAgent
    phone: Phone
    wallet: str
    scenario_cookie: str = "psc_scenario"

    def carry(self, token: str) -> None:
        """Have the computer carry a scenario's token, so that its lies are told in the next login it begins."""
        self.computer.set_cookie(origin_host(self.wallet), self.scenario_cookie, token)

    def arrive(self, request: AuthorizationRequest) -> Page | AuthorizationResponse:
        """Follow the portal to the provider.

        Returns:
            The login page, or the provider's answer when it refuses the request at once.
        """
        form = request.pairs if request.method == "POST" else None
        page = self.computer.open(request.url, request.method, form, stop_before=self._leaves)
        return _answer(page) or page

    def identify(self, page: Page, idnat: str) -> Page:
        """Type the identifiant national and press « Se connecter avec e-CPS »."""
        return submit(self.computer, page, "ecps", _TYPE, {"identifiant": idnat})

    def approve(self, request: AuthorizationRequest, idnat: str) -> AuthorizationResponse:
        """Log in with the e-CPS, from the portal's request to the provider's answer.

        Raises:
            WorkstationError: the provider shows something unexpected.
        """
        page = self.arrive(request)
        if isinstance(page, AuthorizationResponse):
            return page
        return self.approve_here(self.identify(page, idnat))

    def approve_here(self, waiting: Page) -> AuthorizationResponse:
        """Match the number on the phone, and let the waiting computer go on."""
        number = waiting.data("number")
        if number is None:
            raise WorkstationError(("attendre le téléphone", "wait for the phone"), waiting)
        self.phone.approve(number)
        page = submit(self.computer, waiting, "continue", _BACK, leaves=self._leaves)
        answer = _answer(page)
        if answer is None:
            raise WorkstationError(_BACK, page)
        return answer

    def decline(self, request: AuthorizationRequest) -> AuthorizationResponse:
        """Give the login up on the login page: the portal is told ``access_denied``."""
        page = self.arrive(request)
        if isinstance(page, AuthorizationResponse):
            return page
        answer = _answer(submit(self.computer, page, "cancel", _GIVE_UP, leaves=self._leaves))
        if answer is None:
            raise WorkstationError(_GIVE_UP, page)
        return answer

    def prove(self, page: Page, desk: CardDesk, pin: str) -> Page:
        """Have the card answer the challenge on the page, after its PIN.

        Raises:
            virtual_card.DeskError: the card refuses.
        """
        challenge = page.data("challenge")
        if challenge is None:
            raise WorkstationError(("trouver le défi pour la carte", "find the challenge for the card"), page)
        desk.verify_pin(pin)
        proof = desk.authenticate(base64.b64decode(challenge))
        return submit(
            self.computer,
            page,
            "card",
            ("présenter la preuve de la carte", "show the card's proof"),
            {
                "certificate": base64.b64encode(proof.certificate_der).decode("ascii"),
                "signature": base64.b64encode(proof.signature).decode("ascii"),
            },
        )

    def picture_of_qr(self, page: Page) -> bytes:
        """Return the QR code as it stands on the computer's screen, an image."""
        element = page.element("qr")
        if element is None:
            raise WorkstationError(("trouver le QR code", "find the QR code"), page)
        answer = self.computer.step(absolute(page.url, element.attributes["src"]))
        if not (answer.header("Content-Type") or "").startswith("image/"):
            raise WorkstationError(("voir le QR code", "see the QR code"), answer)
        return answer.body

    def _leaves(self, url: str) -> bool:
        return origin_host(url) != origin_host(self.wallet)


def submit(
    browser: UserAgent,
    page: Page,
    form: str,
    step: Texts,
    values: Mapping[str, str | bool] | None = None,
    *,
    click: str | None = None,
    leaves: Callable[[str], bool] | None = None,
) -> Page:
    """Fill a form of a page in and send it.

    Args:
        browser: whose page it is.
        page: where the form stands.
        form: name of the form.
        step: what the person is doing, in French and English, for the error.
        values: fields to fill in.
        click: the button; by default the first.
        leaves: where to stop.

    Raises:
        WorkstationError: the page has no such form or button.
    """
    try:
        return browser.submit(page.form(form), values, click=click, stop_before=leaves)
    except FormError:
        raise WorkstationError(step, page) from None


def _answer(page: Page) -> AuthorizationResponse | None:
    if page.stopped_at is None:
        return None
    return AuthorizationResponse(url=page.stopped_at, method=page.stopped_method, form=page.stopped_form)
