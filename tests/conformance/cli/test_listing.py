"""``list`` picks scenarios by family, clause and level; ``explain`` says why they matter, and how to mend."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from conformance.advice import in_your_stack, stacks, why_of
from conformance.catalogue import catalogue
from conformance.cli import main
from conformance.cli.command import parser
from conformance.cli.listing import chosen, on_clause
from conformance.cli.options import UsageError
from conformance.profiles import builtin_profile
from conformance.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CARDS = {case.card.id: case.card for case in catalogue()}

Command = tuple[int, str]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Command]:
    """Run the command in this process; give its exit code and what it printed."""

    def run(*arguments: str) -> Command:
        code = main(arguments)
        return code, capsys.readouterr().out

    return run


def picked(*arguments: str) -> list[str]:
    """Return the ids of the scenarios that the options pick."""
    options = parser("en", ["list"]).parse_args(["list", *arguments])
    return [card.id for card in chosen(options)[0]]


def ids(said: str) -> list[str]:
    """Return the first word of every line."""
    return [line.split()[0] for line in said.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("arguments", "fits"),
    [
        (("--family", "idt"), lambda card: card.family == "idt"),
        (("--family", "psc.ui", "--family", "key"), lambda card: card.id.startswith(("psc.ui.", "key."))),
        (("--clause", "OIDC-CORE 3.1.3.7(2)"), lambda card: card.clause == "OIDC-CORE 3.1.3.7(2)"),
        (("--clause", "oidc-core 3.1.3.7"), lambda card: card.clause.startswith("OIDC-CORE 3.1.3.7")),
        (
            ("--clause", "RFC9*", "--clause", "CWE 79"),
            lambda card: card.clause.startswith("RFC9") or card.clause == "CWE 79",
        ),
        (("--level", "may"), lambda card: card.demand.level == "may"),
        (
            ("--family", "idt", "--level", "must", "--level", "should", "--clause", "RFC7519"),
            lambda card: card.family == "idt" and card.clause.startswith("RFC7519"),
        ),
        (
            ("--select", "*.wrong", "--family", "rsp"),
            lambda card: card.id.endswith(".wrong") and card.family == "rsp",
        ),
    ],
)
def test_scenarios_are_picked(arguments: tuple[str, ...], fits: Callable[..., bool]) -> None:
    """Values of one option stand side by side, options narrow each other."""
    expected = [card.id for card in CARDS.values() if fits(card)]

    assert 0 < len(expected) < len(CARDS)
    assert expected == picked(*arguments)


def test_what_is_picked_is_printed(command: Callable[..., Command]) -> None:
    """One line each."""
    code, said = command("list", "--family", "idt.iss", "--lang", "en")

    assert 0 == code
    assert picked("--family", "idt.iss") == ids(said)


def test_a_level_is_as_the_profile_sees_it(command: Callable[..., Command]) -> None:
    """A row of the profile may raise or lower it."""
    profile = builtin_profile("psc")
    changed = [one for one in CARDS.values() if profile.level(one.id, one.demand) is not one.demand.level]
    assert changed, "no row of the profile psc changes a level: this test would prove nothing"
    first = changed[0]
    theirs, ours = profile.level(first.id, first.demand), first.demand.level

    seen = command("list", "--level", theirs, "--profile", "psc", "--lang", "en")[1]

    assert first.id in picked("--level", ours)
    assert first.id in ids(seen)
    assert first.id not in picked("--level", ours, "--profile", "psc")
    line = next(line for line in seen.splitlines() if line.startswith(f"{first.id} "))
    assert f" {theirs.value} " in line


def test_a_profile_of_ones_own_counts(command: Callable[..., Command], tmp_path: Path) -> None:
    """By the path of its file, as for a run."""
    path = tmp_path / "ours.toml"
    row = {
        "scenario": "idt.iss.wrong",
        "clause": "OIDC-CORE 3.1.3.7(2)",
        "reason_fr": "a",
        "reason_en": "b",
        "level": "may",
    }
    lines = "\n".join(f'{key} = "{value}"' for key, value in row.items())
    builtin = builtin_text("strict").replace('name = "strict"', 'name = "ours"', 1)
    path.write_text(f"{builtin}\n[[row]]\n{lines}\n", encoding="utf-8")

    code, said = command("list", "--family", "idt.iss", "--level", "may", "--profile", str(path), "--json")

    records: list[dict[str, Any]] = json.loads(said)
    assert 0 == code
    assert [("idt.iss.wrong", "may", "ours")] == [(one["id"], one["level"], one["profile"]) for one in records]
    assert {"fr": "a", "en": "b", "clause": "OIDC-CORE 3.1.3.7(2)"} == records[0]["exception"]


def builtin_text(name: str) -> str:
    """Return the text of a profile that ships with the suite."""
    return files("conformance.profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def test_a_program_gets_json(command: Callable[..., Command]) -> None:
    """All of it, in both languages, as one array."""
    code, said = command("list", "--json")

    records: list[dict[str, Any]] = json.loads(said)
    assert 0 == code
    assert list(CARDS) == [one["id"] for one in records]
    first, card = records[0], next(iter(CARDS.values()))
    assert {
        "id": card.id,
        "family": card.family,
        "clause": card.clause,
        "level": card.demand.level.value,
        "profile": None,
        "exception": None,
        "expected": card.expected.value,
        "needs": sorted(card.needs),
        "title_fr": card.title_fr,
        "title_en": card.title_en,
    } == first


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (
            ("--select", "*.iss.*", "--family", "zzz"),
            "--family : aucun scénario pour 'zzz' ; connus : idt, rsp",
            "--family: no scenario for 'zzz'; known are: idt, rsp",
        ),
        (
            ("--select", "idt.iss.*", "--clause", "RFC1"),
            "--clause : aucun scénario pour 'RFC1' ; connus : OIDC-CORE 3.1.3.7(2)",
            "--clause: no scenario for 'RFC1'; known are: OIDC-CORE 3.1.3.7(2)",
        ),
        (
            ("--level", "high"),
            "--level : aucun scénario pour 'high' ; connus : fact, may, must, should",
            "--level: no scenario for 'high'; known are: fact, may, must, should",
        ),
        (
            ("--family", "lgt", "--clause", "RFC9207"),
            "--family, --clause : aucun scénario ne satisfait toutes ces options",
            "--family, --clause: no scenario fits all of these options",
        ),
        (
            ("--select", "idt.iss.*", "--level", "may"),
            "--level : aucun scénario pour 'may' ; connus : must",
            "--level: no scenario for 'may'; known are: must",
        ),
    ],
)
def test_what_fits_nothing_is_named(arguments: tuple[str, ...], french: str, english: str) -> None:
    """With the option and what there is, in both languages."""
    with pytest.raises(UsageError) as raised:
        picked(*arguments)

    assert raised.value.fr.startswith(french)
    assert raised.value.en.startswith(english)


def test_an_option_that_cannot_be_used_ends_with_its_own_exit_code(command: Callable[..., Command]) -> None:
    """And a sentence."""
    code, said = command("list", "--family", "zzz", "--lang", "fr")

    assert 2 == code
    assert "--family : aucun scénario pour 'zzz'" in said


def test_an_unknown_profile_is_named(command: Callable[..., Command]) -> None:
    """By the message that a run gives."""
    code, said = command("list", "--profile", "lax")

    assert 2 == code
    assert "'lax'" in said


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("OIDC-CORE 3.1.3.7(2)", True),
        ("OIDC-CORE 3.1.3.7", True),
        ("oidc", True),
        ("OIDC-CORE 3.*(2)", True),
        ("OIDC-CORE 3.1.3", True),
        ("OIDC-CORE 3.1.3.7(3)", False),
        ("OIDC-CORE 3.1.3.7(", True),
        ("CORE", False),
        ("*CORE*", True),
        ("RFC", False),
    ],
)
def test_a_clause_is_named_by_its_beginning_or_a_pattern(pattern: str, expected: bool) -> None:  # noqa: FBT001
    """In any case of letters."""
    assert expected == on_clause(CARDS["idt.iss.wrong"], pattern)


def test_the_beginning_of_a_clause_ends_with_a_number() -> None:
    """3.1.3.7(1 is not the beginning of 3.1.3.7(10), nor 9 that of RFC 9700."""
    assert not on_clause(CARDS["idt.iat.old"], "OIDC-CORE 3.1.3.7(1")
    assert not on_clause(CARDS["req.pkce"], "RFC9")


# -- explain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("identifier", ["idt.acr.higher", "lgt.rp", "sig.hs.clientsecret", "psc.ui.many_activities"])
def test_a_scenario_says_why_and_how_to_mend(command: Callable[..., Command], identifier: str, language: str) -> None:
    """Why it matters with how that is known, and every stack by name."""
    code, said = command("explain", identifier, "--lang", language)

    why = why_of(identifier)
    assert why is not None
    assert 0 == code
    assert {"fr": "Pourquoi c'est important chez PSC : ", "en": "Why it matters at PSC: "}[language] + why.text(
        language
    ) in said
    assert why.source(language) in said
    for one in in_your_stack(identifier):
        assert f"  {one.name}{' :' if language == 'fr' else ':'} {one.text(language)}" in said
    assert CARDS[identifier].mend(language) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scenario_without_a_lie_says_what_happens(command: Callable[..., Command], language: str) -> None:
    """One with lies says them in words, with the JSON beside them."""
    without = command("explain", "ses.fixation", "--lang", language)[1]
    with_lies = command("explain", "idt.iss.wrong", "--lang", language)[1]

    assert {"fr": "Ce qui se passe : On garde les cookies", "en": "What happens: The cookies from before"}[
        language
    ] in without
    assert {"fr": "Mensonge : Le fournisseur écrit ", "en": "Lie: The provider writes "}[language] in with_lies
    assert '{"kind": "set-claim"' in with_lies


@pytest.mark.parametrize(
    ("language", "own", "widely"),
    [
        ("fr", "Pourquoi c'est important chez PSC : ", "  Plus largement : "),
        ("en", "Why it matters at PSC: ", "  More widely: "),
    ],
)
def test_what_a_card_says_itself_comes_first(
    command: Callable[..., Command], language: str, own: str, widely: str
) -> None:
    """The row of its family follows, with how that is known."""
    card = CARDS["cib.crossed"]
    why = why_of(card.id)
    assert why is not None
    assert card.why(language)

    said = command("explain", card.id, "--lang", language)[1].splitlines()

    at = said.index(own + card.why(language))
    assert said[at + 1] == widely + why.text(language)


def test_one_stack_alone(command: Callable[..., Command]) -> None:
    """With --stack; the rest stays."""
    code, said = command("explain", "idt.iss.wrong", "--stack", "spring", "--lang", "en")

    assert 0 == code
    assert ["Spring Security"] == [one.name for one in stacks().values() if f"  {one.name}:" in said]
    assert "To mend:" in said


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "--stack : pile 'django' inconnue ; connues : authlib, "),
        ("en", "--stack: 'django' is unknown; known are: authlib, "),
    ],
)
def test_an_unknown_stack_is_named(command: Callable[..., Command], language: str, expected: str) -> None:
    """With those that there are; exit code 2."""
    code, said = command("explain", "idt.iss.wrong", "--stack", "django", "--lang", language)

    assert 2 == code
    assert expected in said
