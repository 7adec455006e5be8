"""CIBA 10.1.1: the tokens of a login without a redirect are checked like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import AlgNone, SetClaim, SetField, ShiftTime, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="cib.idt.sig",
    clause="CIBA 10.1.1",
    title_fr="CIBA : le jeton d'identité a une signature fausse",
    title_en="CIBA: the ID token has a false signature",
    mend_fr="Vérifier le jeton d'identité de ce flux comme les autres.",
    mend_en="Verify the ID token of this flow like any other.",
    expected=Expected.REFUSED,
    deviations=(SignWith(SigningKey.STRAY),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.IGNORES_SIGNATURE_IN_CIBA,
    why_fr="Le proxy e-Santé de référence lit le jeton d'identité sans le vérifier.",
    why_en="The reference e-Santé proxy reads the ID token without validating it.",
)
def test_signature(trial: Trial) -> None:
    """Sign the ID token with a key that nobody should trust."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.none",
    clause="CIBA 10.1.1",
    title_fr="CIBA : le jeton d'identité n'est pas signé",
    title_en="CIBA: the ID token is not signed",
    mend_fr="N'accepter que RS256.",
    mend_en="Take RS256 only.",
    expected=Expected.REFUSED,
    deviations=(AlgNone(),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ACCEPTS_ALG_NONE_IN_CIBA,
    why_fr="Le proxy e-Santé de référence lit le jeton d'identité sans le vérifier.",
    why_en="The reference e-Santé proxy reads the ID token without validating it.",
)
def test_unsigned(trial: Trial) -> None:
    """Send the ID token unsigned."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.iss",
    clause="CIBA 10.1.1",
    title_fr="CIBA : le jeton d'identité vient d'un autre émetteur",
    title_en="CIBA: the ID token comes from another issuer",
    mend_fr="Comparer iss à l'émetteur configuré.",
    mend_en="Compare iss with the configured issuer.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("iss", "https://autre-emetteur.example"),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.NEVER_COMPARES_ISS_IN_CIBA,
    why_fr="Le proxy e-Santé de référence lit le jeton d'identité sans le vérifier.",
    why_en="The reference e-Santé proxy reads the ID token without validating it.",
)
def test_issuer(trial: Trial) -> None:
    """State another issuer."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.aud",
    clause="CIBA 10.1.1",
    title_fr="CIBA : le jeton d'identité est destiné à un autre portail",
    title_en="CIBA: the ID token is meant for another portal",
    mend_fr="Comparer aud à son propre client_id.",
    mend_en="Compare aud with your own client_id.",
    expected=Expected.REFUSED,
    deviations=(
        SetClaim("aud", "un-autre-portail"),
        SetClaim("azp", "un-autre-portail"),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.NEVER_COMPARES_AUD_IN_CIBA,
    why_fr="Le proxy e-Santé de référence lit le jeton d'identité sans le vérifier.",
    why_en="The reference e-Santé proxy reads the ID token without validating it.",
)
def test_audience(trial: Trial) -> None:
    """State another audience."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.exp",
    clause="CIBA 10.1.1",
    title_fr="CIBA : le jeton d'identité est périmé",
    title_en="CIBA: the ID token has expired",
    mend_fr="Vérifier exp, comme dans le flux par code.",
    mend_en="Check exp, as in the code flow.",
    expected=Expected.REFUSED,
    deviations=(ShiftTime("exp", -3600),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.NEVER_CHECKS_EXP_IN_CIBA,
    why_fr="Le proxy e-Santé de référence lit le jeton d'identité sans le vérifier.",
    why_en="The reference e-Santé proxy reads the ID token without validating it.",
)
def test_expiry(trial: Trial) -> None:
    """Send an ID token that expired an hour ago."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.acr",
    clause="CIBA 10.1.1(acr)",
    title_fr="CIBA : le niveau est inférieur à eidas1",
    title_en="CIBA: the level is below eidas1",
    mend_fr="Comparer acr au niveau demandé.",
    mend_en="Compare acr with the level that was asked for.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("acr", "eidas0"),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.NEVER_CHECKS_ACR_IN_CIBA,
)
def test_level_below(trial: Trial) -> None:
    """State a level below the one asked for."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.uin.sub",
    clause="CIBA 10.1.1(userinfo)",
    title_fr="CIBA : userinfo parle d'une autre personne",
    title_en="CIBA: userinfo is about somebody else",
    mend_fr="Comparer le sub de userinfo à celui du jeton d'identité.",
    mend_en="Compare userinfo's sub with that of the ID token.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.USERINFO, "sub", "{victim.sub}"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.NEVER_COMPARES_USERINFO_SUB_IN_CIBA,
)
def test_userinfo_of_another(trial: Trial) -> None:
    """Answer userinfo about somebody else."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.idt.person",
    clause="PSC ciba-person",
    title_fr="CIBA : la réponse concerne une autre personne que celle demandée",
    title_en="CIBA: the answer is about another person than the one asked for",
    mend_fr="Comparer l'identité reçue à l'identifiant tapé, otherIds compris.",
    mend_en="Compare the identity received with the identifier typed, otherIds included.",
    expected=Expected.KEPT,
    deviations=(
        SetClaim("sub", "{victim.sub}"),
        SetClaim("SubjectNameID", "{victim.SubjectNameID}"),
        SetField(Seam.USERINFO, "sub", "{victim.sub}"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
        SetField(Seam.USERINFO, "otherIds", [{"identifiant": "{victim.SubjectNameID}", "origine": "RPPS"}]),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ACCEPTS_ANOTHER_PERSON_IN_CIBA,
)
def test_other_person(trial: Trial) -> None:
    """Answer a request about one person with the tokens of another."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    who = trial.conclude(visit).whoami
    if not trial.told:
        return
    other = isinstance(who, Identified) and who.identity != trial.person.identity
    trial.finds(
        kept=not other,
        fr="une autre personne que celle demandée est connectée" if other else "personne d'autre n'est connecté",
        en="another person than the one asked for is logged in" if other else "nobody else is logged in",
    )


@Scenario(
    id="cib.crossed",
    clause="CIBA 10.1(crossed)",
    title_fr="Deux personnes attendent en même temps",
    title_en="Two people wait at the same time",
    mend_fr="Garder auth_req_id dans la session de chaque navigateur, jamais dans une variable commune.",
    mend_en="Keep auth_req_id in the session of each browser, never in a shared variable.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.KEEPS_CIBA_LOGIN_IN_ONE_PLACE,
    why_fr="DRIMBOX gardait une valeur propre à chaque connexion dans un champ commun à toutes.",
    why_en="DRIMBOX kept a value of each login in a field that all of them share.",
)
def test_two_people_wait(trial: Trial) -> None:
    """Begin two logins, approve the second, and look at the first."""
    trial.ciba_control()
    visit, other = trial.ciba(), trial.ciba(trial.draw(trial.card.persona), honest=True)
    visit.ask()
    other.ask()
    other.answer()
    visit.refresh()
    inside = isinstance(visit.who(), Identified)
    trial.conclude(visit)
    other.finish()
    right = other.who()
    trial.conclude(other)
    trial.finds(
        kept=not inside,
        fr="celle qui n'a pas répondu est connectée" if inside else "celle qui n'a pas répondu attend",
        en="the one who did not answer is logged in" if inside else "the one who did not answer waits",
    )
    trial.finds(
        kept=isinstance(right, Identified) and right.identity == other.person.identity,
        fr="celle qui a répondu doit être connectée, sous son nom",
        en="the one who answered must be logged in, under their name",
    )


@Scenario(
    id="cib.foreign",
    clause="CIBA 10.1(browser)",
    title_fr="La page d'attente est ouverte dans un autre navigateur",
    title_en="The waiting page is opened in another browser",
    mend_fr="Retrouver la demande par la session du navigateur, pas par l'adresse.",
    mend_en="Find the request by the browser's session, not by the address.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.PUTS_CIBA_LOGIN_IN_ADDRESS,
)
def test_waiting_page_elsewhere(trial: Trial) -> None:
    """Approve a login, and open the address of its waiting page in another browser."""
    trial.ciba_control()
    visit = trial.ciba()
    page = visit.ask()
    if page is None:
        return
    visit.answer()
    thief = trial.visit(honest=True)
    for _ in range(2):
        thief.browser.open(page.url)
    inside = isinstance(thief.who(), Identified)
    visit.finish()
    trial.conclude(visit)
    trial.finds(
        kept=not inside,
        fr="l'autre navigateur est connecté" if inside else "l'autre navigateur n'est pas connecté",
        en="the other browser is logged in" if inside else "the other browser is not logged in",
    )
