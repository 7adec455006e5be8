"""OpenID Connect Core 3.1.2 and what goes with it: the portal's request, and the provider's error response."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario

if TYPE_CHECKING:
    from conformance.portal import AuthorizationRequest
    from conformance.trial import Trial

LOGINS = 3
ENOUGH_BITS = 120
"""About 128, so that a random UUID, which leaves 122 of its bits free (RFC 9562 5.4), is enough."""


def bits(value: str) -> int:
    """Return how many bits a text can hold at most, by the signs that occur in it."""
    if re.fullmatch(r"[0-9]+", value):
        return int(len(value) * 3.32)
    signs = value.replace("-", "")
    return 4 * len(signs) if re.fullmatch(r"[0-9a-fA-F]+", signs) else 6 * len(value)


def look_for_fresh_values(trial: Trial, requests: tuple[AuthorizationRequest, ...], name: str) -> None:
    """Note whether a parameter is in every request, new each time, and long enough not to be guessed."""
    values = [request.get(name) or "" for request in requests]
    there = bool(values) and all(values)
    trial.finds(
        kept=there,
        fr=f"{name} présent dans chaque demande" if there else f"{name} absent de la demande",
        en=f"{name} in every request" if there else f"no {name} in the request",
    )
    if not there:
        return
    trial.finds(
        kept=len(set(values)) == len(values),
        fr=f"{len(values)} connexions, {len(set(values))} valeurs différentes de {name}",
        en=f"{len(values)} logins, {len(set(values))} different values of {name}",
    )
    least = min(bits(value) for value in values)
    trial.finds(
        kept=least >= ENOUGH_BITS,
        fr=f"{name} contient {least} bits au plus (environ 128 attendus)",
        en=f"{name} holds {least} bits at most (about 128 expected)",
    )


@Scenario(
    id="req.state",
    clause="RFC9700 4.7",
    title_fr="La demande porte un state neuf et impossible à deviner",
    title_en="The request carries a state that is new and cannot be guessed",
    mend_fr="Tirer au hasard environ 128 bits pour chaque connexion et les garder dans la session du navigateur.",
    mend_en="Draw about 128 random bits for every login and keep them in the browser's session.",
    expected=Expected.KEPT,
    caught_by=Defect.SENDS_SHORT_STATE,
)
def test_state(trial: Trial) -> None:
    """Begin a few logins and look at their state."""
    look_for_fresh_values(trial, trial.requests(LOGINS), "state")


@Scenario(
    id="req.nonce",
    clause="PSC request-nonce",
    title_fr="La demande porte un nonce neuf et impossible à deviner",
    title_en="The request carries a nonce that is new and cannot be guessed",
    mend_fr="Tirer au hasard environ 128 bits pour chaque connexion, indépendants du state.",
    mend_en="Draw about 128 random bits for every login, independent of the state.",
    expected=Expected.KEPT,
    caught_by=Defect.FORGETS_NONCE,
)
def test_nonce(trial: Trial) -> None:
    """Begin a few logins and look at their nonce."""
    look_for_fresh_values(trial, trial.requests(LOGINS), "nonce")


@Scenario(
    id="req.pkce",
    clause="RFC9700 2.1.1",
    title_fr="La demande porte un défi PKCE, méthode S256",
    title_en="The request carries a PKCE challenge, method S256",
    mend_fr="Activer PKCE (S256) dans la bibliothèque cliente.",
    mend_en="Switch PKCE (S256) on in the client library.",
    expected=Expected.KEPT,
    caught_by=Defect.FORGETS_PKCE,
)
def test_pkce(trial: Trial) -> None:
    """Begin a login and look for the challenge."""
    for request in trial.requests(1):
        method = request.get("code_challenge_method") or "—"
        challenged = bool(request.get("code_challenge"))
        trial.finds(
            kept=challenged and method == "S256",
            fr=f"code_challenge {'présent' if challenged else 'absent'}, méthode {method}",
            en=f"code_challenge {'present' if challenged else 'absent'}, method {method}",
        )


@Scenario(
    id="req.acr",
    clause="PSC request-acr",
    title_fr="La demande porte acr_values=eidas1",
    title_en="The request carries acr_values=eidas1",
    mend_fr="Ajouter acr_values=eidas1 à la demande d'autorisation ; acr n'est pas un paramètre de demande.",
    mend_en="Add acr_values=eidas1 to the authorization request; acr is not a request parameter.",
    expected=Expected.KEPT,
    caught_by=Defect.FORGETS_ACR_VALUES,
)
def test_acr_values(trial: Trial) -> None:
    """Begin a login and look at the level asked for."""
    for request in trial.requests(1):
        asked = request.get("acr_values")
        misnamed = "" if request.get("acr") is None else " (acr=…)"
        trial.finds(
            kept=asked == "eidas1",
            fr=f"acr_values={asked}" if asked else f"pas de acr_values{misnamed}",
            en=f"acr_values={asked}" if asked else f"no acr_values{misnamed}",
        )


@Scenario(
    id="req.scope",
    clause="PSC request-scope",
    title_fr="La demande porte les scopes openid et scope_all",
    title_en="The request carries the scopes openid and scope_all",
    mend_fr="Demander scope=openid scope_all, séparés par une espace.",
    mend_en="Ask for scope=openid scope_all, separated by a space.",
    expected=Expected.KEPT,
    caught_by=Defect.FORGETS_SCOPE_ALL,
)
def test_scope(trial: Trial) -> None:
    """Begin a login and look at the scopes asked for."""
    for request in trial.requests(1):
        asked = (request.get("scope") or "").split()
        trial.finds(
            kept={"openid", "scope_all"} <= set(asked),
            fr=f"scope={' '.join(asked) or '—'}",
            en=f"scope={' '.join(asked) or '—'}",
        )


@Scenario(
    id="rsp.error.access_denied",
    clause="OIDC-CORE 3.1.2.6",
    title_fr="La personne renonce : le fournisseur répond access_denied",
    title_en="The person gives up: the provider answers access_denied",
    mend_fr="Traiter error avant code, et afficher une page qui propose de recommencer.",
    mend_en="Look at error before code, and show a page that offers to start again.",
    expected=Expected.REFUSED,
    caught_by=Defect.CRASHES_ON_ERROR_RESPONSE,
)
def test_access_denied(trial: Trial) -> None:
    """Begin a login, give it up at the provider, and go back to the portal."""
    visit = trial.visit()
    visit.begin()
    visit.decline()
    visit.deliver()
    trial.conclude(visit)
