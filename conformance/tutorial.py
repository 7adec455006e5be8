"""The way of the e-CPS tutorial (Portail de santé PACA, steps 01 to 06), as far as a portal has a part in it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from conformance.browser import Browser
from conformance.hop import origin_host
from conformance.workstation import Phone, submit
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    from conformance.markup import Element
    from conformance.page import Page
    from conformance.portal import AuthorizationResponse
    from conformance.trial import Trial
    from conformance.visit import Visit

BUTTON: Final = "pro sante connect"
WAYS_IN: Final = ("connexion", "connecter", "identifier", "sign in", "log in", "login")
_CLICKED: Final = frozenset({"a", "button", "input"})
_FRAMES: Final = ("iframe", "frame", "object", "embed")


def plain(text: str) -> str:
    """Return a text without accents, in small letters, its blanks single."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(bare.lower().split())


def named(page: Page, *words: str) -> tuple[Element, ...]:
    """Return what a person can click on a page and that says one of these words, in its text or its picture's."""
    return tuple(one for one in page.elements() if one.tag in _CLICKED and any(word in _says(one) for word in words))


def _says(element: Element) -> str:
    said = [element.text, *(element.attributes.get(name, "") for name in ("aria-label", "title", "value", "alt"))]
    said += [inner.attributes.get("alt", "") for inner in element.walk() if inner.tag == "img"]
    return plain(" ".join(said))


def pages_on_the_way(trial: Trial, visit: Visit) -> tuple[Page, ...]:
    """Return the home page, and where its « Connexion » leads as long as that is still the portal."""
    home = visit.browser.open(trial.lab.described.home)
    link = next((one for one in named(home, *WAYS_IN) if one.tag == "a" and one.attributes.get("href")), None)
    if link is None:
        return (home,)
    provider = {origin_host(trial.lab.where.issuer), origin_host(trial.lab.where.wallet)}
    further = visit.browser.open(_address(home, link), stop_before=lambda url: origin_host(url) in provider)
    return (home,) if further.stopped_at is not None else (home, further)


def _address(page: Page, link: Element) -> str:
    return next(one.href for one in page.links if one.href.endswith(link.attributes["href"].lstrip(".")))


def frames(page: Page) -> tuple[str, ...]:
    """Return the addresses that a page shows inside itself."""
    shown = (
        one.attributes.get("src") or one.attributes.get("data") or "" for tag in _FRAMES for one in page.elements(tag)
    )
    return tuple(one for one in shown if one)


def activate(visit: Visit, page: Page, *, meanwhile: str) -> AuthorizationResponse | None:
    """Activate the e-CPS of a person in the middle of a login, then log in with it (steps 01 to 06).

    Args:
        visit: the login, begun; the person's phone is not activated.
        page: the login page.
        meanwhile: page of the portal that is opened in another tab during the activation.

    Returns:
        The provider's answer, or None when its pages have no card reader.

    Raises:
        WorkstationError: the provider shows something unexpected.
    """
    desk, wallet = visit.desk, visit.lab.where.wallet
    desk.phone = Phone(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet)
    demand = desk.identify(page, visit.person.idnat)
    challenged = submit(
        desk.computer, demand, "begin", ("appuyer sur « Commencer l'activation »", "press « Commencer l'activation »")
    )
    if all(form.name != "reader" for form in challenged.forms):
        return None
    visit.browser.step(meanwhile)
    qr = submit(
        desk.computer,
        challenged,
        "reader",
        ("saisir le code confidentiel", "type the code confidentiel"),
        {"pin": DEFAULT_PIN},
    )
    desk.phone.accept_terms()
    code = desk.phone.scan(desk.picture_of_qr(qr))
    typing = submit(desk.computer, qr, "continue", ("passer au code", "go on to the code"))
    linked = submit(desk.computer, typing, "code", ("saisir le code", "type the code"), {"code": code})
    desk.phone.choose_password()
    done = submit(desk.computer, linked, "continue", ("mener l'activation à son terme", "see the activation through"))
    login = submit(
        desk.computer, done, "login", ("appuyer sur « Se connecter avec e-CPS »", "press « Se connecter avec e-CPS »")
    )
    visit.response = desk.approve_here(desk.identify(login, visit.person.idnat))
    return visit.response
