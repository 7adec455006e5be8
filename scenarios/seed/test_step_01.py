"""Step 01 of the tutorial: « Se connecter au Portail de santé »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.hop import origin_host
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationResponse
from conformance.scenario import Need, Scenario
from conformance.tutorial import BUTTON, WAYS_IN, frames, named, pages_on_the_way

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="seed.connexion",
    clause="TUTORIEL 01(connexion)",
    title_fr="La page d'accueil mène à la connexion",
    title_en="The home page leads to the login",
    mend_fr="Mettre « Connexion » sur la page d'accueil, en lien ou en bouton avec son texte.",
    mend_en="Put « Connexion » on the home page, as a link or a button with its text.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOME, Need.HOPS}),
    caught_by=Defect.HIDES_LOGIN_FROM_HOME,
    why_fr="Première instruction du tutoriel distribué aux soignants de la région PACA.",
    why_en="First instruction of the tutorial given to practitioners of the PACA region.",
)
def test_way_in(trial: Trial) -> None:
    """Open the home page and look for « Connexion », or its like in English."""
    visit = trial.visit()
    home = visit.browser.open(trial.lab.described.home)
    there = bool(named(home, *WAYS_IN, BUTTON))
    trial.finds(
        kept=there,
        fr="« Connexion » est là" if there else "rien à cliquer ne parle de connexion",
        en="« Connexion » is there" if there else "nothing to click speaks of a login",
    )


@Scenario(
    id="seed.button",
    clause="TUTORIEL 01(bouton)",
    title_fr="Le bouton s'appelle PRO SANTÉ CONNECT et mène chez le fournisseur",
    title_en="The button is called PRO SANTÉ CONNECT and leads to the provider",
    mend_fr="Mettre le bouton officiel, avec son nom en texte ou en texte de remplacement (alt).",
    mend_en="Use the official button, with its name as text or as alternative text (alt).",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOME, Need.HOPS}),
    caught_by=Defect.NAMES_BUTTON_OTHERWISE,
    why_fr="Le tutoriel montre le nom à cliquer ; un autre nom fait appeler l'assistance.",
    why_en="The tutorial shows the name to click; another name makes people call support.",
)
def test_button(trial: Trial) -> None:
    """Look for the button on the home page and behind « Connexion »."""
    visit = trial.visit()
    pages = pages_on_the_way(trial, visit)
    there = any(named(page, BUTTON) for page in pages)
    if not there and len(pages) == 1 and not named(pages[0], *WAYS_IN):
        # another scenario says so
        return
    trial.finds(
        kept=there,
        fr="le bouton est là" if there else "aucun bouton ne s'appelle PRO SANTÉ CONNECT",
        en="the button is there" if there else "no button is called PRO SANTÉ CONNECT",
    )


@Scenario(
    id="seed.toplevel",
    clause="TUTORIEL 01(page)",
    title_fr="Pro Santé Connect s'ouvre dans sa propre page",
    title_en="Pro Santé Connect opens in a page of its own",
    mend_fr="Naviguer vers le fournisseur dans la fenêtre entière, jamais dans un cadre.",
    mend_en="Navigate to the provider in the whole window, never in a frame.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOME, Need.HOPS}),
    caught_by=Defect.OPENS_LOGIN_IN_FRAME,
    why_fr="Dans un cadre, la personne ne voit pas à qui elle donne son identifiant, et les cookies "
    "de PSC ne passent pas.",
    why_en="In a frame people do not see whom they give their identifier to, and PSC's cookies do not pass.",
)
def test_no_frame(trial: Trial) -> None:
    """Look for frames that show the login on the way to it."""
    visit = trial.visit()
    pages = pages_on_the_way(trial, visit)
    provider = {origin_host(trial.lab.where.issuer), origin_host(trial.lab.where.wallet)}
    way = trial.lab.described.login
    framed = [one for page in pages for one in frames(page) if origin_host(one) in provider or way.endswith(one)]
    trial.finds(
        kept=not framed,
        fr="la connexion s'ouvre dans un cadre" if framed else "aucun cadre ne montre la connexion",
        en="the login opens in a frame" if framed else "no frame shows the login",
    )


@Scenario(
    id="seed.identifier",
    clause="TUTORIEL 01(identifiant)",
    title_fr="L'identifiant garde ses caractères spéciaux et perd ses espaces",
    title_en="The identifier keeps its special characters and loses its spaces",
    mend_fr="Prendre SubjectNameID tel quel, signe par signe.",
    mend_en="Take SubjectNameID as it is, sign by sign.",
    expected=Expected.ACCEPTED,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.DROPS_STAR_OF_IDENTIFIER,
    why_fr="« Tous les caractères spéciaux doivent être saisis (;, /, *, etc.) sauf les espaces. »",
    why_en="« Tous les caractères spéciaux doivent être saisis (;, /, *, etc.) sauf les espaces. » "
    "The portal must not undo that.",
)
def test_special_signs(trial: Trial) -> None:
    """Log in somebody whose identifiant holds an asterisk, typed in groups."""
    person = trial.draw(trial.card.persona, idnat=f"89979*{trial.person.idnat[-6:]}")
    visit = trial.visit(person)
    request = visit.begin()
    page = visit.desk.arrive(request) if request is not None else None
    if page is not None and not isinstance(page, AuthorizationResponse):
        grouped = f"{person.idnat[:1]} {person.idnat[1:6]} {person.idnat[6:]}"
        visit.response = visit.desk.approve_here(visit.desk.identify(page, grouped))
    visit.deliver()
    trial.conclude(visit)
