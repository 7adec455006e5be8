"""The table of clauses: where each can be read, what it demands in two languages, and mistakes by their key."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from conformance.clauses import (
    Clause,
    ClauseError,
    Level,
    Uncovered,
    clauses,
    find_clause,
    read_clauses,
    read_uncovered,
    uncovered,
)

DOCUMENT = """
[document.RFC]
title = "A document"
url = "https://doc.example/text#{anchor}"
"""
CLAUSE = """
[[clause]]
key = "RFC 1.2"
anchor = "part-1.2"
level = "must"
fr = "Il faut."
en = "One must."
"""


def test_a_clause_is_read() -> None:
    """With its document's title, and its own address."""
    expected = Clause(
        key="RFC 1.2",
        document="RFC",
        section="1.2",
        title="A document",
        title_fr="A document",
        url="https://doc.example/text#part-1.2",
        level=Level.MUST,
        gist_fr="Il faut.",
        gist_en="One must.",
    )

    assert {"RFC 1.2": expected} == dict(read_clauses(DOCUMENT + CLAUSE))
    assert ("Il faut.", "One must.") == (expected.gist("fr"), expected.gist("en"))


def test_a_document_may_have_a_french_name() -> None:
    """Those that are ours do; standards keep their own name."""
    named = DOCUMENT.replace('title = "A document"', 'title = "A document"\ntitle_fr = "Un document"') + CLAUSE
    found = read_clauses(named)["RFC 1.2"]

    assert ("Un document", "A document") == (found.title_fr, found.title)


@pytest.mark.parametrize(
    ("text", "said_so"),
    [
        (CLAUSE, "clause 'RFC 1.2': start with a document (), a space, and a section"),
        (DOCUMENT + CLAUSE.replace("RFC 1.2", "OTHER 1.2"), "clause 'OTHER 1.2': start with a document (RFC)"),
        (DOCUMENT + CLAUSE.replace("RFC 1.2", "RFC"), "clause 'RFC': start with a document (RFC), a space"),
        (DOCUMENT + CLAUSE.replace("key", "no"), "clause '': start with a document"),
        (DOCUMENT + CLAUSE.replace('"must"', '"perhaps"'), "clause RFC 1.2: level is one of must, should, may, fact"),
        (DOCUMENT + CLAUSE.replace("level", "no"), "clause RFC 1.2: level is missing"),
        (DOCUMENT + CLAUSE.replace("fr =", "no ="), "clause RFC 1.2: fr is missing"),
        (DOCUMENT + CLAUSE.replace("en =", "no ="), "clause RFC 1.2: en is missing"),
        (DOCUMENT + CLAUSE + CLAUSE, "clause RFC 1.2: stands twice"),
    ],
)
def test_a_mistake_in_the_table_is_told_by_its_key(text: str, said_so: str) -> None:
    """With what to write instead."""
    with pytest.raises(ClauseError, match=re.escape(said_so)):
        read_clauses(text)


UNCOVERED = """
[[uncovered]]
key = "RFC 1.2"
fr = "Parce que."
en = "Because."
"""


def test_a_clause_that_nobody_looks_for_says_why() -> None:
    """In both languages."""
    expected = Uncovered(key="RFC 1.2", reason_fr="Parce que.", reason_en="Because.")

    assert {"RFC 1.2": expected} == dict(read_uncovered(UNCOVERED, known={"RFC 1.2"}))
    assert ("Parce que.", "Because.") == (expected.reason("fr"), expected.reason("en"))
    assert set(uncovered()) <= set(clauses())


@pytest.mark.parametrize(
    ("text", "said_so"),
    [
        (UNCOVERED.replace("1.2", "9.9"), "uncovered 'RFC 9.9': there is no such clause"),
        (UNCOVERED + UNCOVERED, "uncovered RFC 1.2: stands twice"),
        (UNCOVERED.replace("fr =", "no ="), "uncovered RFC 1.2: say why in fr and en"),
        (UNCOVERED.replace("Because.", " "), "uncovered RFC 1.2: say why in fr and en"),
    ],
)
def test_a_mistake_in_a_reason_is_told_by_its_key(text: str, said_so: str) -> None:
    """A reason for nothing, twice, or none."""
    with pytest.raises(ClauseError, match=re.escape(said_so)):
        read_uncovered(text, known={"RFC 1.2"})


def test_a_clause_that_is_not_there_says_where_to_add_it() -> None:
    """The one who writes a scenario sees it."""
    with pytest.raises(ClauseError, match=re.escape("'RFC 0' is not in conformance/clauses.toml; add it there")):
        find_clause("RFC 0")


def test_the_table_cannot_be_changed() -> None:
    """It is shared by everybody."""
    with pytest.raises(TypeError):
        clauses()["x"] = find_clause("OIDC-CORE 2")  # type: ignore[index]  # that is the point


def test_every_clause_has_a_sentence_in_both_languages() -> None:
    """Of our own, and not the same text twice."""
    bare = [
        one.key
        for one in clauses().values()
        if not one.gist_fr.strip() or not one.gist_en.strip() or one.gist_fr == one.gist_en
    ]

    assert [] == bare
    assert len(clauses()) >= 20


def test_every_clause_of_a_published_document_has_an_address_with_its_place() -> None:
    """What publicly known habits of PSC rest on has no official address, and claims none."""
    without = {one.document for one in clauses().values() if not one.url}
    blind = [
        one for one in clauses().values() if one.url and not re.fullmatch(r"https://\S+(#\S+|/\d+\.html)", one.url)
    ]

    assert {"PSC"} == without
    # a guided tour, which has pages but no places in them
    assert {"TUTORIEL"} == {one.document for one in blind}


def test_no_document_stands_there_for_nothing() -> None:
    """A document without a clause is a leftover."""
    text = files("conformance").joinpath("clauses.toml").read_text(encoding="utf-8")
    documents = set(re.findall(r"^\[document\.([^\]]+)\]", text, flags=re.MULTILINE))

    assert documents == {one.document for one in clauses().values()}
