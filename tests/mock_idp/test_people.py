"""The directory: who ships with the simulator, who is made to order, and what a bad file is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.directory import Directory
from mock_idp.ecps.idnat import IdnatKind, classify, luhn_ok
from mock_idp.identifiers import luhn_key, origin_of
from mock_idp.people import (
    FRESH_FIRST,
    FRESH_LAST,
    PeopleError,
    Person,
    builtin_people,
    fresh_person,
    read_people,
)

ONE = Person(key="one", idnat="899799000015", given_name="A", family_name="B", activity=())
RPPS = "9979912345" + luhn_key("9979912345")
MINIMAL = 'key = "k"\nidnat = "8"\ngiven_name = "A"\nfamily_name = "B"\n'


@pytest.mark.parametrize("person", builtin_people(), ids=lambda person: person.key)
def test_builtin_people_stand_in_test_blocks(person: Person) -> None:
    """RPPS in 997 99, FINESS in department 0B, SIRET with nine zeros, or a sandbox shape: never in a real range."""
    body = person.idnat[1:]
    blocks = {
        IdnatKind.RPPS: body.startswith("99799") and luhn_ok(body),
        IdnatKind.ADELI: body.startswith("0B"),
        IdnatKind.FINESS: body.startswith("0B"),
        IdnatKind.SIRET: body.startswith("000000000"),
        IdnatKind.CAB_RPPS: body.startswith("99799"),
        IdnatKind.EDIT: True,
        IdnatKind.PSI: True,
    }
    kind = classify(person.idnat)

    assert kind is not None
    assert blocks[kind]


def test_builtin_people_have_different_keys() -> None:
    """A scenario names its person by key."""
    keys = [person.key for person in builtin_people()]

    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize(("digits", "key"), [("9979900001", "5"), ("7992739871", "3"), ("0", "0"), ("1", "8")])
def test_the_luhn_key_is_known(digits: str, key: str) -> None:
    """Values computed elsewhere (ISO/IEC 7812-1 annex B)."""
    assert key == luhn_key(digits)


@given(st.integers(FRESH_FIRST, FRESH_LAST))
def test_a_fresh_person_has_a_valid_rpps_of_their_own(counter: int) -> None:
    """Twelve digits, type 8, key right, in the test block, and the counter readable in the name."""
    person = fresh_person(ONE, counter)

    assert ("8", "99799", True, 12) == (
        person.idnat[0],
        person.idnat[1:6],
        luhn_ok(person.idnat[1:]),
        len(person.idnat),
    )
    assert str(counter) in person.family_name


@pytest.mark.parametrize(
    ("key", "idnat", "card"),
    [
        ("medecin-liberal", "899799000015", "CPS"),
        ("medecin-deux-activites", "899799000023", "CPS"),
        ("pharmacien-titulaire", "899799000031", "CPS"),
        ("pharmacienne-adjointe", "899799000049", "CPS"),
        ("infirmiere-salariee", "899799000056", "CPS"),
        ("ipa-liberale", "899799000064", "CPS"),
        ("sage-femme-liberale", "899799000072", "CPS"),
        ("chirurgien-dentiste", "899799000080", "CPS"),
        ("interne-en-medecine", "899799000098", "CPF"),
        ("kine-ancien-adeli", "899799000106", "CPS"),
        ("psychologue-adeli", "00B9399011", "CPS"),
        ("agent-hospitalier", "30B0990016/CPET0001", "CPE"),
        ("directeur-etablissement", "30B0990032/DIR*01;A", "CDE"),
        ("agent-organisme", "500000000099036/CPAT0001", "CPA"),
        ("secretaire-de-cabinet", "699799000015007/00001", "CPE"),
        ("acteur-a-role", "899799000114", ""),
        ("sans-exercice", "899799000122", "CPS"),
    ],
)
def test_every_kind_of_identifier_has_a_persona(key: str, idnat: str, card: str) -> None:
    """Every type of nomenclature TRE_G08 that logs in, and every kind of card."""
    person = Directory(builtin_people()).template(key)

    assert (idnat, card) == (person.idnat, person.card)


@pytest.mark.parametrize(
    ("key", "idnat"),
    [
        ("medecin-liberal", "8" + RPPS),
        ("agent-hospitalier", "30B0990016/FICTIF12345"),
        ("agent-organisme", "500000000099036/FICTIF12345"),
        ("identite-edit", "ANS20990000012345"),
        ("identite-psi", "00000000-0000-4000-8000-000000012345"),
        ("psychologue-adeli", "00B9012345"),
        ("directeur-etablissement", "30B0990032/FICTIF12345*;"),
        ("compte-desactive", "8" + RPPS),
    ],
)
def test_a_fresh_person_has_an_identifier_of_the_template_s_kind(key: str, idnat: str) -> None:
    """Slash, UUID and EDIT shapes too; always active, always with a card to log in with."""
    person = fresh_person(Directory(builtin_people()).template(key), 12_345)

    assert (idnat, "active", True) == (person.idnat, person.status, bool(person.card))


def test_a_fresh_person_can_be_somebody_s_new_account() -> None:
    """Same names, and every identifier of before."""
    directory = Directory(builtin_people())
    before = directory.template("kine-ancien-adeli")
    after = fresh_person(directory.template("medecin-liberal"), 12_345, before)

    assert ("LOU", "ANCIEN") == (after.given_name, after.family_name)
    assert ["899799000106", "00B7099027"] == after.former_idnats.split()


@pytest.mark.parametrize(
    ("idnat", "origin"),
    [
        ("112345678901/00001", "CAB_ADELI"),
        ("4123456789/1", "SIREN"),
        ("ANS2021010716142", "RASS"),
        ("ANS2021010716142٢", "RASS"),
        ("00000000-0000-4000-8000-00000000001", "ADELI"),
        ("", "RASS"),
    ],
)
def test_origins_follow_shape_then_first_character(idnat: str, origin: str) -> None:
    """What only looks like an EDIT identity or a UUID is none."""
    assert origin == origin_of(idnat)


@pytest.mark.parametrize("counter", [FRESH_FIRST - 1, FRESH_LAST + 1])
def test_the_block_has_an_end(counter: int) -> None:
    """Beyond it nobody is made, and the remedy is named."""
    with pytest.raises(PeopleError, match=r"^counter: .* with an empty store$"):
        fresh_person(ONE, counter)


def test_a_directory_finds_exactly() -> None:
    """No idnat is found by a part of it."""
    directory = Directory((ONE,))

    assert (ONE, None, None) == (directory.find(ONE.idnat), directory.find(ONE.idnat[:-1]), directory.find(""))


def test_a_directory_refuses_a_second_owner() -> None:
    """One idnat, one person; adding the same value again changes nothing."""
    directory = Directory((ONE,))
    directory.add(ONE)

    with pytest.raises(PeopleError, match=r"^idnat: 899799000015 belongs to somebody already"):
        directory.add(Person(key="two", idnat=ONE.idnat, given_name="C", family_name="D"))
    assert (ONE,) == directory.everybody()


def test_a_merged_account_is_resolved_by_either_idnat() -> None:
    """Found exactly by the one of today, resolved by either; an idnat of today goes before one of the past."""
    merged = replace(ONE, former_idnats="00B7099027 00B7099035")
    reborn = replace(ONE, key="two", idnat="00B7099035")
    directory = Directory((merged, reborn))

    assert (merged, None) == (directory.find(ONE.idnat), directory.find("00B7099027"))
    assert [merged, merged, reborn, None] == [
        directory.resolve(idnat) for idnat in (ONE.idnat, "00B7099027", "00B7099035", "00B70990")
    ]


def test_an_unknown_template_lists_the_known() -> None:
    """A typing mistake is answered with what exists."""
    with pytest.raises(PeopleError, match=r"^template: no persona is called 'medcin'; known are one$"):
        Directory((ONE,)).template("medcin")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[person", r"^mine\.toml: "),
        ('person = "Camille"', r"^mine\.toml: person: expected \[\[person\]\] tables"),
        ("person = [1]", r"^mine\.toml: person: expected \[\[person\]\] tables"),
        ("[[people]]\n" + MINIMAL, r"^mine\.toml: people: unknown; write \[\[person\]\]"),
        ("[[person]]\n" + MINIMAL + 'nom = "x"', r"^mine\.toml: person 1\.nom: unknown member; known are "),
        ("[[person]]\n" + MINIMAL + "profession = 10", r"^mine\.toml: person 1\.profession: expected text"),
        ("[[person]]\n" + MINIMAL + 'status = "gone"', r"person 1\.status: 'gone' is not known; write 'active' or"),
        ('[[person]]\nkey = "k"', r"^mine\.toml: person 1\.idnat: missing"),
        ("[[person]]\n" + MINIMAL.replace('"8"', '""'), r"^mine\.toml: person 1\.idnat: missing"),
        ("[[person]]\n" + MINIMAL + "[[person]]\n" + MINIMAL, r"person k: idnat 8 stands twice"),
        (
            "[[person]]\n" + MINIMAL + "[[person]]\n" + MINIMAL.replace('"8"', '"9"'),
            r"^mine\.toml: person 2: key k stands twice",
        ),
        (
            "[[person]]\n" + MINIMAL + "activity = 1",
            r"^mine\.toml: person 1\.activity: expected \[\[person\.activity\]\]",
        ),
        (
            "[[person]]\n" + MINIMAL + '[[person.activity]]\nsecteur = ["SA01"]',
            r"person 1\.activity 1\.secteur: expected",
        ),
        ("[[person]]\n" + MINIMAL + '[[person.activity]]\nville = "x"', r"person 1\.activity 1\.ville: unknown member"),
        ("[[person]]\n" + MINIMAL + "status = []", r"person 1\.status: expected text"),
        (
            "[[person]]\n" + MINIMAL + "[[person.exercice]]\n[[person.exercice.activity]]\nmode = 1",
            r"person 1\.exercice 1\.activity 1\.mode: expected text",
        ),
    ],
)
def test_a_bad_file_is_told_what_and_where(text: str, said: str) -> None:
    """File, person and member are named, and what to write instead."""
    with pytest.raises(PeopleError, match=said):
        read_people(text, source="mine.toml")


def test_a_good_file_is_read() -> None:
    """Members not given are empty, activities come in order."""
    (person,) = read_people(
        "[[person]]\n" + MINIMAL + '[[person.activity]]\nsecteur = "SA01"\n[[person.activity]]\nsecteur = "SA07"\n'
    )

    assert ("k", "8", "", "CPS") == (person.key, person.idnat, person.profession, person.card)
    assert ["SA01", "SA07"] == [activity.secteur for activity in person.activity]


def test_no_people_is_a_directory_too() -> None:
    """An empty file is an empty directory."""
    assert () == read_people("")
