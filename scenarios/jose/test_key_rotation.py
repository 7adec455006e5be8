"""OpenID Connect Core 10.1.1: the provider changes its keys, withdraws one, or cannot show them for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.control import LONGEST_WAIT
from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, SetAnswerHeader, SetBody, SetField, SetHeader

if TYPE_CHECKING:
    from conformance.trial import Trial

FORGETS = frozenset({Need.RESET})
FLOOD: Final = 8
"""Logins with a kid that nobody knows; few, and enough to see whether each of them makes the portal ask."""

OLD_KEYS_FR: Final = (
    "Des guides publics montrent des portails dont les clés de PSC ont été importées une fois pour toutes : le jour où "
    "PSC change de clé, plus personne ne se connecte."
)
OLD_KEYS_EN: Final = (
    "Public guides show portals into which PSC's keys were imported once and for all: the day PSC changes its key, "
    "nobody logs in any more."
)
OUTAGE_FR: Final = (
    "Un connecteur public lit les clés de PSC quand il est construit, et échoue si elles manquent à ce moment : il "
    "faut ensuite le redémarrer."
)
OUTAGE_EN: Final = (
    "A public connector reads PSC's keys when it is built, and fails when they are missing at that moment: afterwards "
    "it has to be restarted."
)


def reads(trial: Trial) -> int:
    """Return how often anybody has read the keys so far."""
    return len(trial.lab.control.calls("certs"))


def is_right(trial: Trial) -> bool:
    """Log somebody in honestly, take it into the evidence, and tell whether the portal named them."""
    visit = trial.visit(trial.draw("medecin-liberal"), honest=True)
    visit.log_in()
    attempt = trial.conclude(visit)
    return isinstance(attempt.whoami, Identified) and attempt.whoami.identity == attempt.person.identity


@Scenario(
    id="key.rotate",
    clause="OIDC-CORE 10.1.1",
    title_fr="Le fournisseur a changé de clé de signature",
    title_en="The provider has changed its signing key",
    mend_fr="Relire jwks_uri quand kid est inconnu, pas plus d'une fois par minute.",
    mend_en="Read jwks_uri again when kid is unknown, not more than once a minute.",
    expected=Expected.KEPT,
    needs=frozenset(),
    alone=True,
    caught_by=Defect.REMEMBERS_KEYS_FOREVER,
    why_fr=OLD_KEYS_FR,
    why_en=OLD_KEYS_EN,
)
def test_rotation(trial: Trial) -> None:
    """Change the key and log in; a portal that may not ask again yet gets the time that its descriptor says."""
    trial.forget()
    is_right(trial)
    trial.rotate()
    logged_in = is_right(trial)
    if not logged_in and trial.lab.cooldown > 0:
        # not a pause: the portal may well ask for the keys by itself meanwhile, and that ends the wait
        newest = max((seen.seq for seen in trial.lab.control.calls("certs")), default=0)
        trial.lab.control.calls("certs", after=newest, wait=min(trial.lab.cooldown, LONGEST_WAIT))
        logged_in = is_right(trial)
    trial.finds(
        kept=logged_in,
        fr="connexion réussie avec la nouvelle clé" if logged_in else "la nouvelle clé n'est pas acceptée",
        en="login succeeds with the new key" if logged_in else "the new key is not accepted",
    )


@Scenario(
    id="key.rotate.inflight",
    clause="OIDC-CORE 10.1.1(inflight)",
    title_fr="Le fournisseur change de clé pendant une connexion",
    title_en="The provider changes its key during a login",
    mend_fr="Relire les clés au moment de vérifier, si kid est inconnu, et non seulement au début de la connexion.",
    mend_en="Read the keys again when verifying, if kid is unknown, and not only when the login begins.",
    expected=Expected.ACCEPTED,
    alone=True,
    caught_by=Defect.FETCHES_KEYS_BEFORE_LOGIN,
    why_fr=OLD_KEYS_FR,
    why_en=OLD_KEYS_EN,
)
def test_rotation_during_a_login(trial: Trial) -> None:
    """Begin a login, approve it, change the key, and only then go back to the portal."""
    trial.forget()
    is_right(trial)
    visit = trial.visit()
    visit.begin()
    visit.approve()
    trial.rotate()
    visit.deliver()
    trial.conclude(visit)


@Scenario(
    id="key.rotate.revoked",
    clause="OIDC-CORE 10.1.1(revoked)",
    title_fr="Le jeton est signé avec une clé que le fournisseur a retirée",
    title_en="The token is signed with a key that the provider has withdrawn",
    mend_fr="Remplacer les clés gardées par celles qui viennent d'être lues ; ne pas les ajouter.",
    mend_en="Replace the keys that are kept by those just read; do not add to them.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.KEY_SET, "keys", ["{stray.jwk}"]),),
    needs=FORGETS,
    caught_by=Defect.KEEPS_WITHDRAWN_KEYS,
)
def test_withdrawn_key(trial: Trial) -> None:
    """Log in with a token of the key that was there a moment ago."""
    trial.log_in()


@Scenario(
    id="key.flood",
    clause="OIDC-CORE 10.1.1(flood)",
    title_fr="Une suite de connexions porte des kid inconnus",
    title_en="A series of logins carries unknown kids",
    mend_fr="Ne pas relire les clés plus d'une fois par minute, quel que soit le nombre de kid inconnus.",
    mend_en="Do not read the keys more than once a minute, however many unknown kids there are.",
    expected=Expected.KEPT,
    deviations=(SetHeader("kid", "{flood.kid}"),),
    alone=True,
    caught_by=Defect.FETCHES_KEYS_FOR_EVERY_UNKNOWN_KID,
)
def test_flood_of_unknown_kids(trial: Trial) -> None:
    """Count how often the portal asks for the keys, beyond what an honest login makes it ask."""
    trial.forget()
    is_right(trial)
    before = reads(trial)
    is_right(trial)
    usual = reads(trial) - before
    before = reads(trial)
    for number in range(FLOOD):
        visit = trial.visit(trial.draw("medecin-liberal"), facts={"flood.kid": f"inconnue-{number}"})
        visit.log_in()
        trial.conclude(visit)
    asked = reads(trial) - before - usual * FLOOD
    trial.finds(
        kept=asked <= FLOOD // 2,
        fr=f"{FLOOD} kid inconnus, {max(asked, 0)} lectures des clés de plus",
        en=f"{FLOOD} unknown kids, {max(asked, 0)} further reads of the keys",
    )


@Scenario(
    id="key.down",
    clause="PSC outage",
    title_fr="Les clés ne sont pas lisibles un moment (503)",
    title_en="The keys cannot be read for a while (503)",
    mend_fr="Afficher une page qui propose de réessayer, et relire les clés à la connexion suivante.",
    mend_en="Show a page that offers to try again, and read the keys at the next login.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.KEY_SET_ANSWER, 503),),
    needs=FORGETS,
    caught_by=Defect.REMEMBERS_MISSING_KEYS,
    why_fr=OUTAGE_FR,
    why_en=OUTAGE_EN,
)
def test_keys_that_are_out_of_reach(trial: Trial) -> None:
    """Log in while there are no keys, and again once there are."""
    trial.withstand()
    trial.recovers()


@Scenario(
    id="key.html",
    clause="PSC outage",
    title_fr="Une page est donnée à la place des clés",
    title_en="A page stands in place of the keys",
    mend_fr="Traiter un jeu de clés illisible comme une panne du fournisseur.",
    mend_en="Treat a key set that cannot be read as an outage of the provider.",
    expected=Expected.KEPT,
    deviations=(
        SetBody(Seam.KEY_SET_ANSWER, "<!doctype html><title>Maintenance</title>"),
        SetAnswerHeader(Seam.KEY_SET_ANSWER, "Content-Type", "text/html"),
    ),
    needs=FORGETS,
    caught_by=Defect.CRASHES_ON_PAGE_FOR_KEYS,
    why_fr=OUTAGE_FR,
    why_en=OUTAGE_EN,
)
def test_page_in_place_of_keys(trial: Trial) -> None:
    """Log in while the keys are a maintenance page, and again once they are keys."""
    trial.withstand()
    trial.recovers()
