"""Userinfo: PSC's structure for every persona, and who may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.directory import Directory
from mock_idp.people import Activity, Person, builtin_people
from mock_idp.protocol.userinfo import answer_userinfo, userinfo
from mock_idp.settings import Settings
from tests.mock_idp.protocol.portal import IDNAT, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.protocol import Reply

TOP = [
    "sub",
    "preferred_username",
    "SubjectNameID",
    "given_name",
    "family_name",
    "codeCivilite",
    "codeGenreActivite",
    "authMode",
    "Secteur_Activite",
    "SubjectOrganization",
    "SubjectOrganizationID",
    "SubjectRole",
    "Palier_Authentification",
    "PSI_Locale",
    "UITVersion",
    "Mode_Acces_Raison",
    "Acces_Regulation_Medicale",
    "otherIds",
]
EXERCICE = {
    "codeProfession",
    "codeCategorieProfessionnelle",
    "codeCiviliteDexercice",
    "nomDexercice",
    "prenomDexercice",
    "codeTypeSavoirFaire",
    "codeSavoirFaire",
    "activities",
}
ACTIVITY = {
    "codeModeExercice",
    "codeSecteurDactivite",
    "codeSectionPharmacien",
    "codeRole",
    "codeGenreActivite",
    "numeroSiretSite",
    "numeroSirenSite",
    "numeroFinessSite",
    "numeroFinessetablissementJuridique",
    "identifiantTechniqueDeLaStructure",
    "raisonSocialeSite",
    "enseigneCommercialeSite",
    "complementDestinataire",
    "complementPointGeographique",
    "numeroVoie",
    "indiceRepetitionVoie",
    "codeTypeDeVoie",
    "libelleVoie",
    "mentionDistribution",
    "bureauCedex",
    "codePostal",
    "codeCommune",
    "codePays",
    "telephone",
    "telephone2",
    "telecopie",
    "adresseEMail",
    "codeDepartement",
    "ancienIdentifiantDeLaStructure",
    "autoriteDenregistrement",
}
EVERYBODY = pytest.mark.parametrize("person", builtin_people(), ids=lambda person: person.key)


def read(person: Person) -> dict[str, Any]:
    """Return the userinfo of a person."""
    return dict(userinfo(person, Settings()))


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return every leaf of a document with its path."""
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, f"{path}.{name}")]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner, path + "[]")]
    return [(path, value)]


@EVERYBODY
def test_everybody_has_the_same_members(person: Person) -> None:
    """In the order of the public samples; ``SubjectRefPro`` only with a practice."""
    assert [*TOP, *(["SubjectRefPro"] if person.practices() else [])] == list(read(person))


@EVERYBODY
def test_every_leaf_is_text_but_the_quality(person: Person) -> None:
    """Unknown is an empty text, never null and never left out."""
    document = read(person)
    odd = {path for path, value in leaves(document) if not isinstance(value, str)}

    assert {".otherIds[].qualite"} == odd
    assert [int] * len(document["otherIds"]) == [type(one["qualite"]) for one in document["otherIds"]]


@EVERYBODY
def test_every_practice_has_every_field(person: Person) -> None:
    """Seven fields and the activities, thirty fields each, spelt as PSC spells them."""
    exercices = read(person).get("SubjectRefPro", {"exercices": []})["exercices"]

    assert [EXERCICE] * len(exercices) == [set(exercice) for exercice in exercices]
    assert [[ACTIVITY] * len(practice.activity) for practice in person.practices()] == [
        [set(activity) for activity in exercice["activities"]] for exercice in exercices
    ]


@EVERYBODY
def test_the_identifier_stands_in_all_its_places(person: Person) -> None:
    """``sub``, ``preferred_username``, ``SubjectNameID`` and the first of ``otherIds`` agree."""
    document = read(person)

    assert (f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{person.idnat}", person.idnat, person.idnat, person.idnat) == (
        document["sub"],
        document["preferred_username"],
        document["SubjectNameID"],
        document["otherIds"][0]["identifiant"],
    )


def test_the_identifiers_of_merged_accounts_follow() -> None:
    """``otherIds`` names each with its origin, which its first character tells."""
    merged = next(person for person in builtin_people() if person.key == "kine-ancien-adeli")

    assert [
        {"identifiant": "899799000106", "origine": "RPPS", "qualite": 1},
        {"identifiant": "00B7099027", "origine": "ADELI", "qualite": 1},
    ] == read(merged)["otherIds"]


def test_codes_carry_their_nomenclature() -> None:
    """``code^OID``, and an unknown code is an empty text or an empty list."""
    person = Person(
        key="k",
        idnat="8",
        given_name="A",
        family_name="B",
        profession="10",
        activity=(Activity(secteur="SA07", structure="R1", raison_sociale="CABINET"), Activity(secteur="SA01")),
    )
    empty = read(Person(key="k", idnat="8", given_name="A", family_name="B"))

    assert ("SA07^1.2.250.1.71.4.2.4", ["10^1.2.250.1.213.1.1.5.5"], "CABINET", "R1") == (
        read(person)["Secteur_Activite"],
        read(person)["SubjectRole"],
        read(person)["SubjectOrganization"],
        read(person)["SubjectOrganizationID"],
    )
    assert ("", [], "", "") == (
        empty["Secteur_Activite"],
        empty["SubjectRole"],
        empty["SubjectOrganization"],
        empty["SubjectOrganizationID"],
    )


@pytest.mark.parametrize(
    ("idnat", "origin"),
    [
        ("899799000015", "RPPS"),
        ("00B9399011", "ADELI"),
        ("30B0990016/CPET0001", "FINESS"),
        ("500000000099036/CPAT0001", "SIRET"),
        ("699799000015007/00001", "CAB_RPPS"),
        ("XYZ", "RASS"),
    ],
)
def test_the_origin_follows_the_first_character(idnat: str, origin: str) -> None:
    """As PSC's back office classifies, RASS for the rest."""
    document = read(Person(key="k", idnat=idnat, given_name="A", family_name="B"))

    assert [{"identifiant": idnat, "origine": origin, "qualite": 1}] == document["otherIds"]


def persona(key: str) -> dict[str, Any]:
    """Return the userinfo of a persona."""
    return read(Directory(builtin_people()).template(key))


@pytest.mark.parametrize(("key", "origin", "quality"), [("identite-psi", "PSI", 2), ("identite-edit", "EDIT", 1)])
def test_identities_outside_the_directories_say_so(key: str, origin: str, quality: int) -> None:
    """Origin and quality, and no practice."""
    document = persona(key)

    assert [(origin, quality)] == [(one["origine"], one["qualite"]) for one in document["otherIds"]]
    assert "SubjectRefPro" not in document


def test_two_practices_are_two_exercices() -> None:
    """PSC chooses none: the portal has to."""
    document = persona("deux-exercices")

    assert [("40", ["SA07"]), ("10", ["SA01"])] == [
        (one["codeProfession"], [activity["codeSecteurDactivite"] for activity in one["activities"]])
        for one in document["SubjectRefPro"]["exercices"]
    ]
    assert ["40^1.2.250.1.213.1.1.5.5"] == document["SubjectRole"]


def test_a_practice_may_have_no_activity() -> None:
    """An empty list, with the profession still told."""
    document = persona("exercice-sans-activite")

    assert [[]] == [one["activities"] for one in document["SubjectRefPro"]["exercices"]]
    assert (["10^1.2.250.1.213.1.1.5.5"], "") == (document["SubjectRole"], document["SubjectOrganization"])


# -- the endpoint


def ask(world: World, token: str | None = None, **members: Any) -> Reply:
    """Ask for userinfo."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return answer_userinfo(world.server, world.exchange(headers=headers, **members))


def test_an_access_token_reads_userinfo(world: World) -> None:
    """OIDC Core 5.3.2: JSON, and ``sub`` as in the ID token."""
    tokens = world.tokens()
    reply = ask(world, tokens["access_token"])

    assert (200, IDNAT) == (reply.status, body_of(reply)["SubjectNameID"])
    assert world.claims(tokens["id_token"])["sub"] == body_of(reply)["sub"]


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "Bearer  {} "])
def test_the_scheme_has_no_case(world: World, header: str) -> None:
    """RFC 9110 11.1."""
    headers = {"Authorization": header.format(world.tokens()["access_token"])}

    assert 200 == answer_userinfo(world.server, world.exchange(headers=headers)).status


def test_a_post_may_carry_it_in_its_body(world: World) -> None:
    """RFC 6750 2.2; at least one public portal does so."""
    form = (("access_token", world.tokens()["access_token"]),)

    assert 200 == ask(world, method="POST", form=form).status


def test_the_url_may_not_carry_it(world: World) -> None:
    """RFC 6750 2.3 calls it a bad idea; a token in a URL ends in logs."""
    asked = (("access_token", world.tokens()["access_token"]),)

    assert [401, 401] == [ask(world, query=asked).status, ask(world, method="POST", query=asked).status]


def test_without_a_token_the_challenge_names_no_error(world: World) -> None:
    """RFC 6750 3.1."""
    reply = ask(world)

    assert (401, (("WWW-Authenticate", 'Bearer realm="psc"'),)) == (reply.status, reply.headers)
    assert "invalid_request" == body_of(reply)["error"]


@pytest.mark.parametrize("token", ["garbage", "é", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_bad_token_is_refused(world: World, token: str) -> None:
    """RFC 6750 3.1: 401, ``invalid_token`` in body and challenge."""
    reply = ask(world, token)

    assert (401, "invalid_token") == (reply.status, body_of(reply)["error"])
    assert 'error="invalid_token"' in dict(reply.headers)["WWW-Authenticate"]


@pytest.mark.parametrize("name", ["id_token", "refresh_token"])
def test_another_token_is_no_access_token(world: World, name: str) -> None:
    """Even a signed one."""
    assert 401 == ask(world, world.tokens()[name]).status


@pytest.mark.parametrize(("seconds", "status"), [(119, 200), (120, 401)])
def test_an_access_token_lives_two_minutes(world: World, seconds: int, status: int) -> None:
    """CI-SIS guide, citing the PSC documentation."""
    token = world.tokens()["access_token"]
    world.later(seconds=seconds)

    assert status == ask(world, token).status


def test_an_ended_session_reads_nothing(world: World) -> None:
    """After logout the access token is refused, though its time is not over; a neighbour's session is untouched."""
    ended, other = world.tokens(), world.tokens()
    world.server.end_session("session-1", now=world.now)

    assert [401, 200] == [ask(world, tokens["access_token"]).status for tokens in (ended, other)]


def test_a_code_used_twice_closes_userinfo_too(world: World) -> None:
    """RFC 6749 4.1.2."""
    code = world.code()
    token = body_of(world.redeem(code))["access_token"]
    world.redeem(code, basic())

    assert 401 == ask(world, token).status
