"""What ``psc-conformance phone`` does, action by action, and what it says when that cannot be done."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from conformance.cli.options import UsageError
from conformance.cli.phone_words import ACTIONS, BY, HABITS, NONE, PhoneStop
from conformance.handset import Desktop, Handset, messages, new_handset, text_of_qr
from conformance.workstation import WorkstationError
from mock_idp.ecps.idnat import normalise
from mock_idp.ecps.refusals import EcpsError

if TYPE_CHECKING:
    import argparse

    from conformance.cli.terminal import Terminal
    from conformance.control import Control


@dataclass(kw_only=True)
class Hand:
    """A script's hand on the phones of one provider."""

    control: Control
    terminal: Terminal
    options: argparse.Namespace
    password: str = field(repr=False)
    pin: str = field(repr=False)

    def do(self, name: str, words: list[str]) -> None:
        """Carry one action out.

        Raises:
            UsageError: it was not written as it must be.
            PhoneStop: it cannot be done; why, and what to do.
            ControlFailed: the provider does not answer, or knows no such person.
        """
        action = ACTIONS[name]
        if not action.least <= len(words) <= action.most:
            _misused(f"« phone {action.usage} » : {action.does[0]}", f"'phone {action.usage}': {action.does[1]}")
        getattr(self, f"_{name.replace('-', '_')}")(*words)

    # -- to read

    def _list(self, idnat: str | None = None) -> None:
        self._print(self.control.phones(idnat))

    def _requests(self, idnat: str | None = None) -> None:
        self._print(self.control.waiting(idnat))

    def _mailbox(self, idnat: str | None = None) -> None:
        phone = self._phone()
        found = self._on(phone, lambda: messages(phone.browser, phone.wallet))
        self._print([one for one in found if idnat is None or one["idnat"] == _written(idnat)])

    def _print(self, found: list[dict[str, Any]]) -> None:
        for one in found:
            self.terminal.console.out(json.dumps(one, ensure_ascii=False), highlight=False)

    # -- to activate

    def _activate(self, idnat: str) -> None:
        if self.options.by == BY[0]:
            self.terminal.console.out(self.control.phone(idnat, self.password, self.options.name), highlight=False)
            return
        if self.options.name is not None:
            _misused("--name : seulement avec --by now", "--name: only with --by now")
        phone = self._phone()
        desk = Desktop(self.control, phone, language=self.terminal.language)
        try:
            if self.options.by == "card":
                desk.activate_by_card(idnat, self.pin)
            else:
                desk.activate_by_contact(idnat)
        except WorkstationError as error:
            raise _refused(error, phone.told or desk.told) from None
        self.terminal.console.out(phone.device, highlight=False)

    def _install(self) -> None:
        phone = self._phone()
        self._on(phone, phone.accept_terms)
        self.terminal.console.out(phone.device, highlight=False)

    def _scan(self, device: str, qr: str) -> None:
        phone = self._phone(device)
        address = qr if "://" in qr else self._read(Path(qr))
        if not address.startswith(f"{phone.wallet}/phone/scan?"):
            _misused(
                f"QR : ce n'est pas un QR code de ce fournisseur ({phone.wallet})",
                f"QR: this is no QR code of this provider ({phone.wallet})",
            )
        code = self._on(phone, lambda: phone.go_to(address))
        if code:
            self.terminal.console.out(code, highlight=False)
        else:
            self.terminal.say("Code envoyé par SMS : « phone mailbox ».", "Code sent by SMS: 'phone mailbox'.")

    def _read(self, picture: Path) -> str:
        try:
            found = text_of_qr(picture.read_bytes())
        except OSError:
            found = None
        if found is None:
            _misused(
                f"QR : {picture} n'est pas une image lisible où se trouve un QR code",
                f"QR: {picture} is no readable picture with a QR code in it",
            )
        return found

    def _password(self, device: str) -> None:
        phone = self._phone(device)
        self._on(phone, phone.finish)
        self.terminal.say("e-CPS activée.", "e-CPS activated.")

    # -- to answer

    def _approve(self, who: str) -> None:
        phone = self._phone_of(who)
        if phone is None:
            self._answer(who, "approve")
        else:
            number = self._number()
            self._on(phone, lambda: phone.approve(number))
        self.terminal.say("Approuvé.", "Approved.")

    def _refuse(self, who: str) -> None:
        phone = self._phone_of(who)
        if phone is None:
            self._answer(who, "refuse")
        else:
            self._on(phone, phone.refuse)
        self.terminal.say("Refusé.", "Refused.")

    def _wrong_number(self, who: str) -> None:
        phone = self._phone_of(who)
        if phone is None:
            self._answer(who, "wrong-number")
        else:
            number = self._number()
            self._on(phone, lambda: phone.mistake(number))
        self.terminal.say("Mauvais nombre choisi.", "Wrong number picked.")

    def _phone_of(self, who: str) -> Handset | None:
        """Return the phone of that id, on which something waits; None when it is a person's identifiant."""
        owner = next((one["idnat"] for one in self.control.phones() if one["device"] == who), None)
        if owner is not None and self.options.login is not None:
            _misused(
                "--login : un téléphone répond à la demande la plus récente ; donnez l'identifiant national à sa place",
                "--login: a phone answers the latest request; give the identifiant national in its place",
            )
        idnat = who if owner is None else owner
        waiting = [one for one in self.control.waiting(idnat) if self.options.login in {None, one["login_id"]}]
        if not waiting:
            raise PhoneStop(
                "aucune demande n'attend cette personne ; commencez la connexion sur l'ordinateur",
                "no request waits for this person; begin the login on the computer",
            )
        return None if owner is None else self._phone(who)

    def _answer(self, idnat: str, said: str) -> None:
        channels = {one["channel"] for one in self.control.waiting(idnat)}
        usable = any(one["state"] == "active" for one in self.control.phones(idnat))
        if channels == {"MOBILE"} and not usable:
            raise PhoneStop(
                "aucun téléphone de cette personne ne peut répondre ; « phone list » dit pourquoi",
                "no phone of this person can answer; 'phone list' says why",
            )
        if channels == {"CARD"} and said == "wrong-number":
            raise PhoneStop(
                "une carte ne montre pas de nombres ; approuvez ou refusez",
                "a card shows no numbers; approve or refuse",
            )
        self.control.answer(idnat, said, self.options.login)

    def _number(self) -> str:
        if self.options.number is None:
            _misused(
                "--number : manque ; donnez le nombre affiché sur l'ordinateur",
                "--number: missing; give the number that the computer shows",
            )
        number: str = self.options.number
        return number

    # -- the phone itself

    def _delete(self, device: str) -> None:
        phone = self._phone(device, activated=True)
        self._on(phone, phone.delete)
        self.terminal.say("e-CPS supprimée.", "e-CPS deleted.")

    def _lose(self, device: str) -> None:
        self._lost(device, lost=True)
        self.terminal.say("Téléphone perdu.", "Phone lost.")

    def _find(self, device: str) -> None:
        self._lost(device, lost=False)
        self.terminal.say("Téléphone retrouvé.", "Phone found.")

    def _lost(self, device: str, *, lost: bool) -> None:
        if self._state(device) == "expired":
            raise PhoneStop(
                "l'e-CPS de ce téléphone est arrivée à expiration ; « phone delete », puis activez de nouveau",
                "the e-CPS on this phone has expired; 'phone delete', then activate again",
            )
        self.control.lose(device, lost=lost)

    def _habit(self, *words: str) -> None:
        *person, habit = words
        if habit not in HABITS:
            _misused(f"habit : écrivez {', '.join(HABITS)}", f"habit: write {', '.join(HABITS)}")
        whose = {"idnat": person[0]} if person else {}
        whose |= {"login_id": self.options.login} if self.options.login is not None else {}
        whose |= {"persona": self.options.persona} if self.options.persona is not None else {}
        if len(whose) != 1:
            _misused(
                "habit : donnez un identifiant national, --persona ou --login, et un seul",
                "habit: give an identifiant national, --persona or --login, and only one of them",
            )
        self.control.habit(None if habit == NONE else habit, after=self.options.after, **whose)
        self.terminal.say("Habitude notée.", "Habit noted.")

    # -- what they share

    def _phone(self, device: str | None = None, *, activated: bool = False) -> Handset:
        if activated and device is not None:
            self._state(device)
        wallet = self.control.whereabouts().wallet
        phone = new_handset(wallet, self.password, language=self.terminal.language)
        if device is not None:
            phone.activated(device)
        return phone

    def _state(self, device: str) -> str:
        for one in self.control.phones():
            if one["device"] == device:
                return str(one["state"])
        raise PhoneStop(
            "aucune e-CPS n'est activée sur ce téléphone ; « phone list » affiche ceux qui le sont",
            "no e-CPS is activated on this phone; 'phone list' shows those that are",
        )

    def _on(self, phone: Handset, act: Any) -> Any:
        try:
            return act()
        except WorkstationError as error:
            raise _refused(error, phone.told) from None


def _refused(error: WorkstationError, told: str) -> PhoneStop:
    """Return what the page refuses in its own words, which are in the terminal's language."""
    if told:
        return PhoneStop(told, told)
    return PhoneStop(f"la page n'est pas celle attendue ({error.fr})", f"the page is not the one expected ({error.en})")


def _misused(fr: str, en: str) -> NoReturn:
    raise UsageError(fr, en)


def _written(idnat: str) -> str:
    try:
        return normalise(idnat)
    except EcpsError:
        return idnat
