"""What reports and the command line say, in French and English; the codes they hang on are stable."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.advice import Basis
from conformance.judge import Reason
from conformance.outcome import Expected, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("fr", "en")

Texts = tuple[str, str]


def said(text: Texts, language: str, facts: Mapping[str, str] | None = None) -> str:
    """Return a text in ``fr`` or ``en``, with its facts filled in; without facts, braces are braces."""
    chosen = text[language == "en"]
    return chosen if facts is None else chosen.format_map(facts)


EXPECTED: Final[Mapping[Expected, Texts]] = MappingProxyType(
    {
        Expected.REFUSED: (
            "Le portail remarque l'anomalie : pas de session, une page d'erreur sans panne.",
            "The portal notices: no session, and an orderly error page.",
        ),
        Expected.ACCEPTED: (
            "Le portail connecte la bonne personne.",
            "The portal logs the right person in.",
        ),
        Expected.KEPT: ("Le portail le fait de lui-même.", "The portal does it by itself."),
        Expected.EITHER: (
            "Le texte laisse le choix : ce qui est vu est noté, sans compter.",
            "The text leaves it open: what is seen is noted and does not count.",
        ),
    }
)

OUTCOMES: Final[Mapping[Outcome, Texts]] = MappingProxyType(
    {
        Outcome.FOOLED: ("trompé", "fooled"),
        Outcome.LEAKED: ("fuite", "leaked"),
        Outcome.CONTINUED: ("a poursuivi", "went on"),
        Outcome.ACCEPTED_HARMLESS: ("connecté, bonne personne", "logged in, right person"),
        Outcome.REFUSED: ("refusé", "refused"),
        Outcome.BROKE: ("en panne", "broke"),
        Outcome.POISONED: ("ne connecte plus", "no longer logs in"),
        Outcome.KEPT: ("fait", "done"),
        Outcome.MISSED: ("pas fait", "not done"),
        Outcome.INCONCLUSIVE: ("sans conclusion", "inconclusive"),
    }
)

VERDICTS: Final[Mapping[Verdict, Texts]] = MappingProxyType(
    {
        Verdict.PASSED: ("réussi", "passed"),
        Verdict.FAILED: ("échec", "failed"),
        Verdict.WARNING: ("avertissement", "warning"),
        Verdict.REVIEW: ("à relire", "to review"),
        Verdict.SKIPPED: ("non compté", "not counted"),
        Verdict.INCONCLUSIVE: ("sans conclusion", "inconclusive"),
    }
)

BASES: Final[Mapping[Basis, Texts]] = MappingProxyType(
    {
        Basis.REPORTED: ("Signalé publiquement par un intégrateur", "Reported in public by an integrator"),
        Basis.SEEN: ("Lu dans du code public", "Read in public code"),
        Basis.DOCUMENTED: ("Dit par un document ou un exemple publics", "Said by a public document or sample"),
        Basis.INFERRED: ("Déduit, pas observé chez PSC", "Inferred, not observed at PSC"),
        Basis.GENERAL: ("Aucun problème propre à PSC n'est connu", "No problem that is PSC's own is known"),
    }
)

REASONS: Final[Mapping[Reason, Texts]] = MappingProxyType(
    {
        Reason.CONTROL_FAILED: (
            "La connexion honnête faite juste avant n'a pas abouti ({why}) : rien ne peut être conclu.",
            "The honest login just before did not succeed ({why}): nothing can be concluded.",
        ),
        Reason.NO_CONTROL: (
            "L'une des deux connexions honnêtes autour du cas manque : rien ne peut être conclu.",
            "One of the two honest logins around the case is missing: nothing can be concluded.",
        ),
        Reason.NOT_TOLD: (
            "{told} mensonge(s) dit(s) sur {armed} : le portail n'a pas demandé ce qui devait le porter.",
            "{told} of {armed} lies told: the portal did not ask for what was to carry them.",
        ),
        Reason.NOTHING_TRIED: ("Rien n'a été essayé.", "Nothing was tried."),
        Reason.NO_PROBE: (
            "Le portail n'a pas de page « qui suis-je » : on ne sait pas qui il croit connecté.",
            "The portal has no who-am-I page: whom it thinks is logged in is not known.",
        ),
        Reason.PROBE_FAILED: (
            "La page « qui suis-je » n'a pas pu être lue ({why}).",
            "The who-am-I page could not be read ({why}).",
        ),
        Reason.VICTIM_NAMED: (
            "Le portail croit que l'autre personne est connectée ({identity}).",
            "The portal thinks that the other person is logged in ({identity}).",
        ),
        Reason.STRANGER_NAMED: (
            "Le portail croit connectée une personne qui n'a rien approuvé ({identity}).",
            "The portal thinks that somebody is logged in who approved nothing ({identity}).",
        ),
        Reason.VICTIM_SHOWN: (
            "Le portail montre une donnée de l'autre personne ({claim}).",
            "The portal shows data of the other person ({claim}).",
        ),
        Reason.RIGHT_PERSON: (
            "Le portail a ouvert une session pour la personne qui s'est connectée.",
            "The portal opened a session for the person who logged in.",
        ),
        Reason.UNNOTICED: (
            "Le portail n'a rien remarqué : il a ouvert une session.",
            "The portal noticed nothing: it opened a session.",
        ),
        Reason.WENT_ON: (
            "Pas de session, mais le portail a encore appelé le point « {endpoint} » avec ce qu'il devait refuser.",
            "No session, but the portal still called the '{endpoint}' endpoint with what it should have refused.",
        ),
        Reason.STAYED_ANONYMOUS: (
            "Le portail n'a ouvert aucune session, et a répondu par une page ordinaire.",
            "The portal opened no session, and answered with an ordinary page.",
        ),
        Reason.WENT_NO_FURTHER: (
            "Le portail s'est arrêté : pas d'appel au point « {endpoint} », qu'il appelle quand tout est honnête.",
            "The portal stopped: it did not call the '{endpoint}' endpoint, which it calls when all is honest.",
        ),
        Reason.SERVER_ERROR: (
            "Le portail a répondu par une erreur de serveur (5xx).",
            "The portal answered with a server error (5xx).",
        ),
        Reason.NO_ANSWER: ("Le portail n'a pas répondu.", "The portal did not answer."),
        Reason.LOOP: ("Le portail renvoie le navigateur sans fin.", "The portal sends the browser round without end."),
        Reason.NOT_STARTED: (
            "Le portail n'a pas envoyé le navigateur chez le fournisseur d'identité.",
            "The portal did not send the browser to the identity provider.",
        ),
        Reason.NO_LONGER_LOGS_IN: (
            "La connexion honnête faite juste après n'aboutit plus ({why}).",
            "The honest login just after no longer succeeds ({why}).",
        ),
        Reason.ALL_KEPT: ("Le portail a fait ce que la clause demande.", "The portal did what the clause asks."),
        Reason.NOT_KEPT: (
            "Le portail n'a pas fait ce que la clause demande.",
            "The portal did not do what the clause asks.",
        ),
    }
)
