"""Common weaknesses: what a portal does with text that comes from the provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.evidence import Identified
from conformance.facts import FULL_WIDTH
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropClaim, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial

MARKUP: Final = '"><img src="x" alt="psc-injecte">'
SUM: Final = "50337"
"""Seven times 7191, which no page shows unless it executes what it is given."""
TEMPLATES: Final = "{{ 7191*7 }} ${7191*7} #{7191*7} <%= 7191*7 %>"


@Scenario(
    id="inj.html",
    clause="CWE 79",
    title_fr="Le nom contient du HTML",
    title_en="The name holds HTML",
    mend_fr="Laisser le moteur de gabarits échapper toutes les valeurs.",
    mend_en="Let the template engine escape every value.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "family_name", MARKUP),),
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.SHOWS_NAME_AS_MARKUP,
)
def test_name_in_html(trial: Trial) -> None:
    """Log in as somebody whose name is markup, and look for it in the pages."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if not trial.told:
        return
    shown = any("html" in hop.content_type and MARKUP in hop.text for hop in visit.own_hops())
    trial.finds(
        kept=not shown,
        fr="le nom est affiché comme du HTML" if shown else "aucune page ne contient le nom tel quel",
        en="the name is shown as HTML" if shown else "no page holds the name as it stands",
    )


@Scenario(
    id="inj.template",
    clause="CWE 1336",
    title_fr="Le nom contient un gabarit",
    title_en="The name holds a template",
    mend_fr="Ne jamais construire un gabarit à partir d'une valeur reçue.",
    mend_en="Never build a template out of a value that was received.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "family_name", TEMPLATES),),
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.TAKES_NAME_FOR_TEMPLATE,
)
def test_name_that_is_a_template(trial: Trial) -> None:
    """Log in as somebody whose name is a sum, and look for its result."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if not trial.told:
        return
    shown = any(SUM in hop.text for hop in visit.own_hops())
    trial.finds(
        kept=not shown,
        fr="le nom a été exécuté" if shown else "aucune page ne montre le résultat",
        en="the name was executed" if shown else "no page shows the result",
    )


@Scenario(
    id="inj.sql",
    clause="CWE 89",
    title_fr="Le nom contient une apostrophe",
    title_en="The name holds a quote",
    mend_fr="Utiliser des requêtes préparées.",
    mend_en="Use prepared statements.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "family_name", "D'ESSAI' OR '1'='1"),),
    caught_by=Defect.CRASHES_ON_QUOTE_IN_NAME,
)
def test_name_with_a_quote(trial: Trial) -> None:
    """Log in as somebody whose name ends a text in SQL."""
    trial.log_in()


@Scenario(
    id="inj.header",
    clause="CWE 113",
    title_fr="Le prénom contient un retour à la ligne",
    title_en="The given name holds a line break",
    mend_fr="Ne mettre dans un en-tête ni dans un journal aucune valeur reçue sans la coder.",
    mend_en="Put no value that was received into a header or a log without encoding it.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "given_name", "SIMONE\r\nX-Injecte: oui"),),
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.PUTS_NAME_IN_HEADER,
)
def test_name_with_a_line_break(trial: Trial) -> None:
    """Log in as somebody whose name splits a header."""
    visit = trial.visit()
    visit.log_in()
    attempt = trial.conclude(visit)
    if not trial.told or attempt.landing is None:
        return
    split = any(hop.header("X-Injecte") is not None for hop in visit.own_hops())
    broken = bool(attempt.landing.trouble) or attempt.landing.status >= 500
    trial.finds(
        kept=not split and not broken,
        fr="en-tête coupé ou panne" if split or broken else "aucun en-tête coupé, pas de panne",
        en="header split or crash" if split or broken else "no header split, no crash",
    )


@Scenario(
    id="inj.unicode.fold",
    clause="CWE 176",
    title_fr="L'identifiant est celui d'une autre personne, en chiffres pleine chasse",
    title_en="The identifier is another person's, in full-width digits",
    mend_fr="Comparer les identifiants sans les transformer, et refuser ce qui n'est pas ASCII.",
    mend_en="Compare identifiers without changing them, and refuse what is not ASCII.",
    expected=Expected.KEPT,
    deviations=(
        DropClaim("SubjectNameID"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.idnat.full_width}"),
    ),
    caught_by=Defect.FOLDS_IDENTIFIER,
)
def test_folded_identifier(trial: Trial) -> None:
    """Log in with an identifier that looks like somebody else's."""
    shown = str(trial.victim.idnat).translate(FULL_WIDTH)
    # a portal that shows the identifier as it came has confused nobody
    person = trial.person if trial.lab.identity_claim == "sub" else replace(trial.person, identity=shown)
    visit = trial.visit(person)
    visit.log_in()
    attempt = trial.conclude(visit)
    if not trial.told or attempt.landing is None:
        return
    who = attempt.whoami
    confused = isinstance(who, Identified) and who.identity == trial.victim.identity
    orderly = not attempt.landing.trouble and attempt.landing.status < 500
    trial.finds(
        kept=orderly and not confused,
        fr="confondu avec l'autre personne" if confused else f"pas de confusion, réponse {attempt.landing.status}",
        en="taken for the other person" if confused else f"no confusion, answer {attempt.landing.status}",
    )
