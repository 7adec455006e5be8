"""Advice is looked up by the most specific pattern, and a table that cannot be used says where and why."""

from __future__ import annotations

import pytest

from conformance.advice import AdviceError, in_your_stack, lie_in_words, what_of, why_of
from conformance.advice.rows import Basis, most_specific, read_rows
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropClaim, ExtendClaim, Nth, SetClaim, SetField, ShiftTime, to_json


def table(row: str) -> str:
    """A table with one row."""
    return f"[[row]]\n{row}\n"


GOOD = 'scenarios = ["idt.*"]\nfr = "Un conseil"\nen = "Some advice"'


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("", "x.toml row 1 scenarios: write a list of ids"),
        ('scenarios = "idt.*"\nfr = "a"\nen = "b"', "x.toml row 1 scenarios: write a list of ids"),
        ("scenarios = []", "x.toml row 1 scenarios: write a list of ids"),
        ('scenarios = ["a.b"]\nen = "b"', "x.toml row 1 fr: missing; write a sentence"),
        ('scenarios = ["a.b"]\nfr = "a"\nen = " "', "x.toml row 1 en: missing; write a sentence"),
        ('scenarios = ["a.b"]\nfr = "the same"\nen = "the same"', "x.toml row 1: fr is en; translate it"),
        (f"{GOOD}\nlevel = 3", "x.toml row 1 level: unknown key; known are basis, en, fr, scenarios, source"),
        (f'{GOOD}\nbasis = "rumour"', "x.toml row 1 basis: write one of reported, seen"),
        (f'{GOOD}\nbasis = "reported"', "x.toml row 1 source: missing; say where it was read"),
        (f'{GOOD}\nbasis = "general"\nsource = "a/b"', "x.toml row 1 source: take it out; general has none"),
        (f'{GOOD}\nbasis = "seen"\nsource = "some notes"', "x.toml row 1 source: names of repositories alone are text"),
        (f'{GOOD}\nbasis = "seen"\nsource = {{ fr = "notes" }}', "x.toml row 1 source en: missing; write a sentence"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: str, complaint: str) -> None:
    """With the file, its number, the key, and what to write."""
    with pytest.raises(AdviceError) as raised:
        read_rows(table(row), source="x.toml")

    assert str(raised.value).startswith(complaint)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("row = 1", "x.toml: row: write each text as a [[row]] table"),
        ("row = [1]", "x.toml row 1: write it as a [[row]] table"),
        ("= 1", "x.toml: this is no TOML: "),
    ],
)
def test_a_table_that_cannot_be_read_is_named(text: str, complaint: str) -> None:
    """Before anything is looked up in it."""
    with pytest.raises(AdviceError) as raised:
        read_rows(text, source="x.toml")

    assert str(raised.value).startswith(complaint)


def test_a_source_is_a_name_or_two_texts() -> None:
    """Names are the same in both languages; anything else is translated."""
    names = read_rows(table(f'{GOOD}\nbasis = "seen"\nsource = "a/b (c.d); e/f"'), source="x")[1][0]
    texts = read_rows(table(f'{GOOD}\nbasis = "seen"\nsource = {{ fr = "ticket 1", en = "issue 1" }}'), source="x")[1][
        0
    ]

    assert ("a/b (c.d); e/f", "a/b (c.d); e/f") == (names.source_fr, names.source_en)
    assert ("ticket 1", "issue 1") == (texts.source_fr, texts.source_en)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [("idt.iss.wrong", 3), ("idt.iss.prefix", 2), ("idt.aud.wrong", 1), ("sig.none", None)],
)
def test_the_most_specific_row_wins(identifier: str, expected: int | None) -> None:
    """Whatever order the rows stand in."""
    rows = [
        table(f'scenarios = ["{one}"]\nfr = "{one} fr"\nen = "{one} en"') for one in ("idt.*", "idt.iss.*", "*.wrong")
    ]
    rows += [table('scenarios = ["idt.iss.wrong"]\nfr = "a"\nen = "b"')]
    read = read_rows("".join((rows[3], rows[0], rows[1])), source="x")[1]
    numbers = {"b": 3, "idt.iss.* en": 2, "idt.* en": 1}

    found = most_specific(read, identifier)

    assert expected == (None if found is None else numbers[found.en])


def test_the_advice_that_ships_is_found() -> None:
    """By the id of a scenario, with how it is known and where it was read."""
    why = why_of("idt.acr.higher")

    assert why is not None
    assert Basis.REPORTED == why.basis
    assert ("ticket 43", "issue 43") == tuple(why.source(one).split(", ")[1][:9].rstrip(" (") for one in ("fr", "en"))
    assert why.text("fr") != why.text("en")
    assert [("spring", True)] == [(one.stack, "acr_values" in one.text("en")) for one in in_your_stack("req.acr")][-1:]
    assert what_of("lgt.rp") is not None
    assert (None, (), None) == (why_of("zzz.x"), in_your_stack("zzz.x"), what_of("zzz.x"))


@pytest.mark.parametrize(
    ("lie", "french", "english"),
    [
        (
            SetClaim("iss", "https://autre.example"),
            'Le fournisseur écrit "https://autre.example" dans iss, dans le jeton d\'identité.',
            'The provider writes "https://autre.example" into iss, in the ID token.',
        ),
        (
            SetClaim("sub", ""),
            "Le fournisseur écrit un texte vide dans sub, dans le jeton d'identité.",
            "The provider writes an empty text into sub, in the ID token.",
        ),
        (
            ShiftTime("exp", -86_400),
            "Le fournisseur met exp 1 jour trop tôt, dans le jeton d'identité.",
            "The provider puts exp 1 day too early, in the ID token.",
        ),
        (
            ShiftTime("iat", 604_800),
            "Le fournisseur met iat 7 jours trop tard, dans le jeton d'identité.",
            "The provider puts iat 7 days too late, in the ID token.",
        ),
        (
            Nth(2, DropClaim("nonce")),
            "Le fournisseur laisse nonce de côté dans le jeton d'identité. Seulement la 2e fois.",
            "The provider leaves nonce out of the ID token. Only on occasion 2.",
        ),
    ],
)
def test_a_lie_is_said_in_words(lie: SetClaim, french: str, english: str) -> None:
    """One sentence, in both languages."""
    words = [lie_in_words(to_json(lie), language) for language in ("fr", "en")]

    assert [french, english] == words


def test_a_long_value_is_cut() -> None:
    """The JSON beside the sentence shows all of it."""
    said = lie_in_words(to_json(ExtendClaim("sub", "0" * 300)), "en")

    assert 'adds "' + "0" * 59 + "… to" in said


def test_a_value_that_is_drawn_is_named() -> None:
    """Also inside a list."""
    lie = to_json(SetField(Seam.USERINFO, "sub", ["{victim.sub}"]))

    assert """Le fournisseur écrit ["<le sub de l'autre personne>"] dans sub, dans userinfo.""" == lie_in_words(
        lie, "fr"
    )


def test_what_has_no_words_yet_keeps_its_name() -> None:
    """A value that is drawn, that is; a kind without words is a mistake of ours."""
    assert "canary.url" in lie_in_words(to_json(SetClaim("x", "{canary.url}")), "fr")
    with pytest.raises(AdviceError, match=r'\[lie\."dance"\] is missing; write fr and en'):
        lie_in_words({"kind": "dance"}, "fr")
