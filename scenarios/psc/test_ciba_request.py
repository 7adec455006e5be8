"""What is publicly known of CIBA at Pro Santé Connect: the request, and the number that the person compares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="psc.ciba.scope",
    clause="PSC ciba-request",
    title_fr="La demande CIBA demande scope_all",
    title_en="The CIBA request asks for scope_all",
    mend_fr="Envoyer scope=openid scope_all.",
    mend_en="Send scope=openid scope_all.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ASKS_CIBA_WITHOUT_SCOPE_ALL,
)
def test_scope_all(trial: Trial) -> None:
    """Look for scope_all in the request."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    scope = str(asked.asked("scope") or "")
    right = "scope_all" in scope.split()
    trial.finds(
        kept=right,
        fr=f"scope : {scope}",
        en=f"scope: {scope}",
    )


@Scenario(
    id="psc.ciba.acr",
    clause="PSC ciba-request",
    title_fr="La demande CIBA demande le niveau eidas1",
    title_en="The CIBA request asks for the level eidas1",
    mend_fr="Envoyer acr_values=eidas1, et non acr.",
    mend_en="Send acr_values=eidas1, and not acr.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ASKS_CIBA_WITHOUT_LEVEL,
)
def test_level(trial: Trial) -> None:
    """Look for acr_values in the request."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    level = asked.asked("acr_values")
    right = level == "eidas1"
    trial.finds(
        kept=right,
        fr=f"acr_values : {level or 'absent'}",
        en=f"acr_values: {level or 'absent'}",
    )


@Scenario(
    id="psc.ciba.channel",
    clause="PSC ciba-request",
    title_fr="Le canal demandé est MOBILE ou CARD",
    title_en="The channel asked for is MOBILE or CARD",
    mend_fr="Envoyer channel=MOBILE pour l'e-CPS, CARD pour la carte, ou rien.",
    mend_en="Send channel=MOBILE for the e-CPS, CARD for the card, or nothing.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.SENDS_UNKNOWN_CHANNEL,
)
def test_channel(trial: Trial) -> None:
    """Look at the channel in the request."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    channel = asked.asked("channel")
    right = channel in {None, "MOBILE", "CARD"}
    trial.finds(
        kept=right,
        fr=f"channel : {channel or 'absent'}",
        en=f"channel: {channel or 'absent'}",
    )


@Scenario(
    id="psc.ciba.hint",
    clause="PSC ciba-request",
    title_fr="L'identifiant tapé avec des espaces est envoyé sans",
    title_en="An identifier typed with spaces is sent without them",
    mend_fr="Ôter toutes les espaces de ce qui est tapé, et rien d'autre.",
    mend_en="Take every space out of what was typed, and nothing else.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.KEEPS_SPACES_IN_LOGIN_HINT,
    why_fr="Le tutoriel e-CPS le dit : tous les caractères spéciaux doivent être saisis, sauf les espaces.",
    why_en="The e-CPS tutorial says it: every special character has to be typed, except spaces.",
)
def test_spaces(trial: Trial) -> None:
    """Type the identifiant in groups, as it is printed on the card."""
    visit = trial.ciba()
    visit.ask(f"{trial.person.idnat[:1]} {trial.person.idnat[1:6]} {trial.person.idnat[6:]}")
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    hint = asked.asked("login_hint")
    right = hint == trial.person.idnat
    trial.finds(
        kept=right,
        fr="l'identifiant, sans espaces" if right else "ce n'est pas l'identifiant sans ses espaces",
        en="the identifiant, without spaces" if right else "not the identifiant without its spaces",
    )


@Scenario(
    id="psc.ciba.hint.slash",
    clause="PSC ciba-request",
    title_fr="Un identifiant à barre oblique est envoyé entier",
    title_en="An identifier with a slash is sent whole",
    mend_fr="Encoder la valeur dans le formulaire ; ne rien couper ni remplacer.",
    mend_en="Encode the value in the form; cut and replace nothing.",
    expected=Expected.KEPT,
    persona="agent-hospitalier",
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CUTS_LOGIN_HINT_AT_SLASH,
    why_fr="Les tests du proxy e-Santé de référence portent sur un identifiant à barre oblique (5…/…).",
    why_en="The tests of the reference e-Santé proxy use an identifier with a slash (5…/…).",
)
def test_slash(trial: Trial) -> None:
    """Type an identifiant of the staff of a structure."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    hint = asked.asked("login_hint")
    right = hint == trial.person.idnat
    trial.finds(
        kept=right,
        fr=f"login_hint : {hint}",
        en=f"login_hint: {hint}",
    )


@Scenario(
    id="psc.ciba.number",
    clause="PSC ciba-number",
    title_fr="Le message à comparer est un nombre de deux chiffres",
    title_en="The message to compare is a two-digit number",
    mend_fr="Tirer binding_message au hasard entre 00 et 99.",
    mend_en="Draw binding_message at random from 00 to 99.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.SENDS_WORDS_AS_BINDING_MESSAGE,
)
def test_two_digits(trial: Trial) -> None:
    """Look at binding_message in the request."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    number = str(asked.asked("binding_message") or "")
    right = len(number) == 2 and number.isascii() and number.isdecimal()
    trial.finds(
        kept=right,
        fr=f"binding_message : {number or 'absent'}",
        en=f"binding_message: {number or 'absent'}",
    )


@Scenario(
    id="psc.ciba.number.shown",
    clause="PSC ciba-number",
    title_fr="La personne voit le nombre à comparer",
    title_en="The person sees the number to compare",
    mend_fr="Afficher sur la page d'attente le nombre envoyé en binding_message.",
    mend_en="Show the number that was sent as binding_message on the waiting page.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.HIDES_BINDING_MESSAGE,
    why_fr="Sans nombre à comparer, la personne approuve sur son téléphone la demande de n'importe qui.",
    why_en="Without a number to compare, the person approves anybody's request on their phone.",
)
def test_number_on_the_page(trial: Trial) -> None:
    """Look for the number on the page that waits for the phone."""
    visit = trial.ciba()
    page = visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None or page is None or asked.status != 200:
        # another scenario says so
        return
    number = str(asked.asked("binding_message") or "")
    right = bool(number) and re.search(rf"(?<!\w){re.escape(number)}(?!\w)", page.text) is not None
    trial.finds(
        kept=right,
        fr="le nombre est sur la page" if right else "le nombre n'est pas sur la page",
        en="the number is on the page" if right else "the number is not on the page",
    )


@Scenario(
    id="psc.ciba.number.random",
    clause="PSC ciba-number",
    title_fr="Le nombre à comparer change d'une connexion à l'autre",
    title_en="The number to compare changes from one login to the next",
    mend_fr="Tirer le nombre au hasard à chaque demande.",
    mend_en="Draw the number at random for each request.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ALWAYS_SENDS_SAME_NUMBER,
)
def test_number_is_drawn(trial: Trial) -> None:
    """Ask six times, and compare the numbers."""
    numbers = []
    visits = [trial.ciba(trial.draw(trial.card.persona)) for _ in range(6)]
    for visit in visits:
        visit.ask()
        asked = visit.question()
        if asked is None:
            return
        numbers.append(str(asked.asked("binding_message") or ""))
    trial.conclude(visits[0])
    different = len(set(numbers))
    trial.finds(
        kept=different > 1,
        fr=f"{different} nombres différents sur {len(numbers)}",
        en=f"{different} different numbers out of {len(numbers)}",
    )


@Scenario(
    id="psc.ciba.logout",
    clause="PSC ciba-logout",
    title_fr="La déconnexion d'une session CIBA ferme la session PSC",
    title_en="Logging out of a CIBA session ends the PSC session",
    mend_fr="Appeler end_session_endpoint avec id_token_hint : de serveur à serveur s'il n'y a pas de navigateur.",
    mend_en="Call end_session_endpoint with id_token_hint: from server to server when there is no browser.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS, Need.LOGOUT}),
    caught_by=Defect.FORGETS_PSC_SESSION_OF_CIBA,
)
def test_logout(trial: Trial) -> None:
    """Log in by CIBA, log out, and see whether the provider is told."""
    visit = trial.ciba()
    visit.log_in()
    if not isinstance(trial.conclude(visit).whoami, Identified):
        # another scenario says so
        return
    asked = visit.log_out()
    if asked is not None:
        visit.finish_log_out(asked)
    told = any(seen.endpoint == "logout" and seen.asked("id_token_hint") for seen in visit.journal())
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=told,
        fr="le fournisseur est prévenu" if told else "le fournisseur n'est pas prévenu",
        en="the provider is told" if told else "the provider is not told",
    )
    trial.finds(
        kept=not inside,
        fr="la session est encore ouverte" if inside else "la session est fermée",
        en="the session is still open" if inside else "the session is closed",
    )
