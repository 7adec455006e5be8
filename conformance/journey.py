"""The journey of the tutorial, in its own order and words: from a portal's « Connexion » to a logged-in practitioner.

Source: the e-CPS tutorial of the Portail de santé PACA, steps 01 to 06, and the login that it ends in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.evidence import Identified
from conformance.exit_codes import Ours
from conformance.form import FormError
from conformance.hop import origin_host
from conformance.portal import AuthorizationRequest, AuthorizationResponse
from conformance.workstation import WorkstationError, submit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from conformance.page import Page
    from conformance.portal import PortalDriver
    from conformance.workstation import CardDesk, Texts, Workstation

ACTIVATED: Final = "Votre carte e-CPS est activée"
_BEGIN: Final = ("appuyer sur « Commencer l'activation »", "press « Commencer l'activation »")
_LOG_IN: Final = ("appuyer sur « Se connecter avec e-CPS »", "press « Se connecter avec e-CPS »")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that was taken.

    Attributes:
        number: as the tutorial counts, ``01`` to ``06``; ``07`` is the login that follows.
        fr: what was done, with the tutorial's own labels.
        en: the same in English; labels stay as they stand on the screen.
        seen: what the screen then shows, a title or a name; never a secret.
    """

    number: str
    fr: str
    en: str
    seen: str = ""


class JourneyError(Ours):
    """A step did not lead where the tutorial says."""


@dataclass(kw_only=True)
class Journey:
    """One person, a portal's home page, a desk with computer, phone and card.

    Attributes:
        home: address of the portal's home page.
        idnat: as printed on the card; spaces are typed too, to see them dropped.
        pin: code confidentiel of the card.
    """

    portal: PortalDriver
    station: Workstation
    desk: CardDesk
    home: str
    idnat: str
    pin: str = field(repr=False)

    def walk(self) -> Iterator[Step]:
        """Take the steps one by one.

        Raises:
            JourneyError: a page is not the one that the tutorial shows.
            WorkstationError: the provider refused something.
            virtual_card.DeskError: the card did.
        """
        login = self._login_page()
        yield Step(
            number="01",
            fr="Portail : « Connexion », puis « PRO SANTÉ CONNECT », puis « Application e-CPS »",
            en="Portal: « Connexion », then « PRO SANTÉ CONNECT », then « Application e-CPS »",
            seen=login.title,
        )
        demand = self.station.identify(login, _grouped(self.idnat))
        _expect(demand, "requested", ("arriver à la demande d'activation", "reach the demande d'activation"))
        yield Step(
            number="01",
            fr="Identifiant national saisi, « Se connecter avec e-CPS » : e-CPS pas encore activée",
            en="Identifiant national typed, « Se connecter avec e-CPS »: e-CPS not activated yet",
            seen=demand.title,
        )
        qr = yield from self._card_step(demand)
        yield from self._phone_steps(qr)
        yield from self._log_in()

    def _card_step(self, demand: Page) -> Generator[Step, None, Page]:
        challenged = submit(self.station.computer, demand, "begin", _BEGIN)
        qr = self.station.prove(challenged, self.desk, self.pin)
        _expect(qr, "proven", ("arriver au QR code", "reach the QR code"))
        yield Step(
            number="02",
            fr="Carte insérée, « Commencer l'activation », code confidentiel : la carte a signé le défi",
            en="Card inserted, « Commencer l'activation », code confidentiel: the card signed the challenge",
            seen=qr.title,
        )
        return qr

    def _phone_steps(self, qr: Page) -> Iterator[Step]:
        phone = self.station.phone
        ready = phone.accept_terms()
        yield Step(
            number="03",
            fr="Téléphone : conditions générales cochées, « Commencer l'activation »",
            en="Phone: terms ticked, « Commencer l'activation »",
            seen=ready.title,
        )
        code = phone.scan(self.station.picture_of_qr(qr))
        yield Step(
            number="04",
            fr="QR code de l'ordinateur scanné (image décodée)",
            en="QR code on the computer scanned (the image is decoded)",
            seen=qr.title,
        )
        typing = submit(self.station.computer, qr, "continue", ("passer au code", "go on to the code"))
        linked = submit(self.station.computer, typing, "code", ("saisir le code", "type the code"), {"code": code})
        _expect(linked, "linked", ("arriver au mot de passe", "reach the password step"))
        yield Step(
            number="05",
            fr="Code affiché sur le téléphone saisi sur l'ordinateur",
            en="Code shown on the phone typed on the computer",
            seen=linked.title,
        )
        phone.choose_password()
        done = submit(
            self.station.computer, linked, "continue", ("terminer l'activation", "see the activation through")
        )
        if not done.title.startswith(ACTIVATED):
            raise JourneyError(
                f"activation : l'ordinateur affiche « {done.title} », et non « {ACTIVATED} »",
                f"activation: the computer shows '{done.title}', not '{ACTIVATED}'",
            )
        yield Step(
            number="06",
            fr="Mot de passe à 4 chiffres choisi, puis confirmé",
            en="Four-digit password chosen, then confirmed",
            seen=ACTIVATED,
        )
        self._activated = done

    def _log_in(self) -> Iterator[Step]:
        computer = self.station.computer
        login = submit(computer, self._activated, "login", _LOG_IN)
        waiting = self.station.identify(login, self.idnat)
        response = self.station.approve_here(waiting)
        yield Step(
            number="07",
            fr="Connexion avec l'e-CPS : mot de passe, puis le bon nombre parmi trois sur le téléphone",
            en="Login with the e-CPS: password, then the right number among three on the phone",
            seen=waiting.title,
        )
        self.portal.deliver(computer, response)
        who = self.portal.whoami(computer)
        if not isinstance(who, Identified):
            raise JourneyError(
                "connexion : le portail n'affiche personne de connecté", "login: the portal shows nobody logged in"
            )
        yield Step(
            number="07",
            fr="Le portail affiche qui est connecté",
            en="The portal shows who is logged in",
            seen=who.identity,
        )

    def _login_page(self) -> Page:
        computer = self.station.computer
        page = computer.open(self.home)
        try:
            page = computer.follow("Connexion")
            page = computer.follow("PRO SANTÉ CONNECT", stop_before=self._at_provider)
            request = AuthorizationRequest(url=page.stopped_at or "", method=page.stopped_method)
            arrived = self.station.arrive(request)
            page = computer.follow("Application e-CPS")
        except FormError as error:
            raise JourneyError(f"connexion : {error.fr}", f"login: {error.en}") from None
        if isinstance(arrived, AuthorizationResponse):
            raise WorkstationError(("arriver à la page de connexion", "reach the login page"), page)
        return page

    def _at_provider(self, url: str) -> bool:
        return origin_host(url) == origin_host(self.station.wallet)


def _grouped(idnat: str) -> str:
    """Return an identifiant the way it is printed, in groups; the spaces are to be dropped by whoever reads it."""
    return f"{idnat[:1]} {idnat[1:6]} {idnat[6:]}".strip()  # our grouping


def _expect(page: Page, phase: str, step: Texts) -> None:
    if page.data("phase") != phase:
        raise WorkstationError(step, page)
