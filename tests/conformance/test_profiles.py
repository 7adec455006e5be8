"""Profiles: every outcome of every scenario has a verdict and words for it, and a bad profile is told by its key."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.catalogue import catalogue
from conformance.clauses import Level, clauses, find_clause
from conformance.judge import Reason
from conformance.outcome import Expected, Outcome, Verdict
from conformance.plugin import load_profile
from conformance.profiles import ProfileError, builtin_profile, read_profile
from conformance.profiles.profile import BUILTIN
from conformance.texts import EXPECTED, LANGUAGES, OUTCOMES, REASONS, VERDICTS, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# without its rows, so that the ones added here are counted from one
STRICT = files("conformance.profiles").joinpath("strict.toml").read_text(encoding="utf-8").partition("[[row]]")[0]
DEMAND = find_clause("OIDC-CORE 3.1.3.7(2)")
ROW = """
[[row]]
scenario = "idt.iss.wrong"
clause = "OIDC-CORE 3.1.3.7(2)"
reason_fr = "Parce que."
reason_en = "Because."
"""
FACTS = dict.fromkeys(("why", "told", "armed", "identity", "claim", "endpoint"), "x")


def written(value: Any, path: str = "") -> str:
    """Return a table as TOML, one dotted key a line."""
    if not isinstance(value, dict):
        return f"{path} = {inline(value)}\n"
    return "".join(written(inner, f"{path}.{key}" if path else key) for key, inner in value.items())


def toml(value: Any) -> str:
    """Return a whole table as TOML, with inline tables."""
    return "\n".join(f"{key} = {inline(inner)}" for key, inner in value.items())


def inline(value: Any) -> str:
    """Return one value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {inline(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(inner) for inner in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower()


# -- those that ship


@pytest.mark.parametrize("name", BUILTIN)
def test_every_outcome_of_every_scenario_has_a_verdict(name: str) -> None:
    """No combination is forgotten."""
    profile = builtin_profile(name)
    rulings = [
        profile.rule(case.card.id, case.card.demand, case.card.expected, outcome)
        for case in catalogue()
        for outcome in Outcome
    ]

    assert len(catalogue()) * len(Outcome) == len(rulings)
    assert set() == {one.verdict for one in rulings} - set(Verdict)


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("expected", Expected)
def test_what_no_profile_may_forgive(name: str, expected: Expected, level: Level) -> None:
    """Somebody who is not there, a secret in a wrong place, and a portal that stays broken fail everywhere."""
    verdicts = builtin_profile(name).defaults[expected, level]
    never = [verdicts[outcome] for outcome in (Outcome.FOOLED, Outcome.LEAKED, Outcome.POISONED)]

    assert [Verdict.FAILED] * 3 == never


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (Expected.REFUSED, Outcome.REFUSED),
        (Expected.ACCEPTED, Outcome.ACCEPTED_HARMLESS),
        (Expected.KEPT, Outcome.KEPT),
    ],
)
def test_doing_what_is_expected_passes(name: str, expected: Expected, outcome: Outcome) -> None:
    """Under every profile and at every level."""
    profile = builtin_profile(name)

    assert {Verdict.PASSED} == {profile.defaults[expected, level][outcome] for level in Level}


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (Expected.REFUSED, Outcome.ACCEPTED_HARMLESS),
        (Expected.REFUSED, Outcome.CONTINUED),
        (Expected.ACCEPTED, Outcome.REFUSED),
        (Expected.ACCEPTED, Outcome.BROKE),
        (Expected.KEPT, Outcome.MISSED),
    ],
)
def test_a_must_that_is_not_done_fails(name: str, expected: Expected, outcome: Outcome) -> None:
    """Exceptions stand in rows, with their reason, and nowhere else."""
    assert Verdict.FAILED is builtin_profile(name).defaults[expected, Level.MUST][outcome]


@pytest.mark.parametrize("name", BUILTIN)
def test_a_wrong_outcome_never_passes(name: str) -> None:
    """At worst it is not counted; it never looks like doing the right thing."""
    wrong = {
        Expected.REFUSED: {Outcome.ACCEPTED_HARMLESS, Outcome.CONTINUED, Outcome.MISSED},
        Expected.ACCEPTED: {Outcome.REFUSED, Outcome.CONTINUED, Outcome.BROKE, Outcome.MISSED},
        Expected.KEPT: {Outcome.MISSED, Outcome.CONTINUED, Outcome.BROKE},
    }
    defaults = builtin_profile(name).defaults
    passed = [(one, level, out) for one in wrong for level in Level for out in wrong[one] if defaults[one, level][out] is Verdict.PASSED]  # fmt: skip  # noqa: E501

    assert [] == passed


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize("expected", Expected)
@pytest.mark.parametrize("level", Level)
def test_inconclusive_stays_inconclusive(name: str, expected: Expected, level: Level) -> None:
    """No profile turns nothing into something."""
    demand = next(one for one in clauses().values() if one.level is level) if level is not Level.MAY else DEMAND

    assert Verdict.INCONCLUSIVE is builtin_profile(name).rule("any", demand, expected, Outcome.INCONCLUSIVE).verdict


@pytest.mark.parametrize("name", BUILTIN)
def test_rows_are_exceptions_of_scenarios_that_exist(name: str) -> None:
    """Each with a clause of the table and a reason in both languages that is not the same text."""
    known = {case.card.id for case in catalogue()}
    rows = builtin_profile(name).rows

    assert set() == set(rows) - known
    for row in rows.values():
        assert row.clause in clauses()
        assert row.reason_fr.strip()
        assert row.reason_en.strip()
        assert row.reason_fr != row.reason_en
        assert row.level is not None or row.verdicts, f"{row.scenario}: a row that changes nothing"


@pytest.mark.parametrize("name", BUILTIN)
def test_a_row_never_forgives_being_fooled(name: str) -> None:
    """An exception says that a check is left open, not that anybody may come in."""
    rows = builtin_profile(name).rows.values()

    assert [] == [row for row in rows if {Outcome.FOOLED, Outcome.LEAKED, Outcome.POISONED} & set(row.verdicts)]


@pytest.mark.parametrize("name", BUILTIN)
def test_a_profile_has_a_title_in_both_languages(name: str) -> None:
    """And carries its own name."""
    profile = builtin_profile(name)

    assert name == profile.name
    assert profile.title_fr == profile.title("fr")
    assert profile.title_en == profile.title("en")
    assert profile.title("fr") != profile.title("en")


def test_strict_is_nowhere_milder_than_core() -> None:
    """Whoever passes ``strict`` passes ``core``."""
    severe = [Verdict.PASSED, Verdict.SKIPPED, Verdict.REVIEW, Verdict.WARNING, Verdict.FAILED]
    strict, core = builtin_profile("strict"), builtin_profile("core")
    milder = [
        (case.card.id, outcome)
        for case in catalogue()
        for outcome in set(Outcome) - {Outcome.INCONCLUSIVE}
        if severe.index(strict.rule(case.card.id, case.card.demand, case.card.expected, outcome).verdict)
        < severe.index(core.rule(case.card.id, case.card.demand, case.card.expected, outcome).verdict)
    ]

    assert [] == milder


# -- words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "members"),
    [(EXPECTED, Expected), (OUTCOMES, Outcome), (VERDICTS, Verdict), (REASONS, Reason)],
    ids=["expected", "outcomes", "verdicts", "reasons"],
)
def test_every_code_has_words(table: Mapping[Any, tuple[str, str]], members: Any, language: str) -> None:
    """In both languages, with no fact left to fill in that the judge does not give."""
    assert set(members) == set(table)
    assert all(said(text, language, FACTS).strip() for text in table.values())


def test_the_two_languages_are_two() -> None:
    """A sentence that was copied and not translated shows."""
    sentences = [*EXPECTED.values(), *REASONS.values(), *OUTCOMES.values()]

    assert [] == [fr for fr, en in sentences if fr == en]


# -- a row at work


def test_a_row_changes_single_outcomes() -> None:
    """And is named in the ruling, so that the report can give its reason."""
    profile = read_profile(STRICT + ROW + 'verdicts = { refused = "review" }\n', source="mine.toml")
    changed = profile.rule("idt.iss.wrong", DEMAND, Expected.REFUSED, Outcome.REFUSED)
    as_before = profile.rule("idt.iss.wrong", DEMAND, Expected.REFUSED, Outcome.CONTINUED)

    assert (Verdict.REVIEW, Level.MUST) == (changed.verdict, changed.level)
    assert changed.row is not None
    assert "Because." == changed.row.reason_en
    assert (Verdict.FAILED, None) == (as_before.verdict, as_before.row)


def test_a_row_changes_the_level() -> None:
    """Every outcome is then ruled at that level."""
    profile = read_profile(builtin_text("core") + ROW + 'level = "should"\n', source="mine.toml")
    ruling = profile.rule("idt.iss.wrong", DEMAND, Expected.REFUSED, Outcome.CONTINUED)

    assert Level.SHOULD is ruling.level
    assert profile.defaults[Expected.REFUSED, Level.SHOULD][Outcome.CONTINUED] is ruling.verdict
    assert ruling.row is not None


def test_a_row_is_for_its_scenario_only() -> None:
    """Others keep the defaults."""
    profile = read_profile(STRICT + ROW + 'verdicts = { refused = "review" }\n', source="mine.toml")

    assert Verdict.PASSED is profile.rule("idt.iss.prefix", DEMAND, Expected.REFUSED, Outcome.REFUSED).verdict


def builtin_text(name: str) -> str:
    """Return the file of a profile that ships."""
    return files("conformance.profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")


# -- mistakes


def without(path: str) -> str:
    """Return ``strict`` without one member."""
    table = tomllib.loads(STRICT)
    inner: Any = table
    *folders, last = path.split(".")
    for folder in folders:
        inner = inner[folder]
    del inner[last]
    return written(table)


def with_row(change: Callable[[str], str]) -> str:
    """Return ``strict`` with a row that has something wrong."""
    return STRICT + change(ROW)


MISTAKES = {
    "mine.toml: this is no TOML": "name = ",
    "mine.toml: this is no TOML: maximum": "x = " + "[" * 100_000,
    "mine.toml: colour: unknown key; known are default, name": 'colour = "red"\n' + STRICT,
    "mine.toml: schema: write 1": without("schema"),
    "schema: write 1": STRICT.replace("schema = 1", "schema = 2"),
    "schema: write 1 ": STRICT.replace("schema = 1", "schema = true"),
    "mine.toml: name: missing": without("name"),
    "mine.toml: title_fr: missing": without("title_fr"),
    "mine.toml: title_en: missing; write a text": without("title_en") + 'title_en = ""\n',
    "mine.toml: default.refused.must: missing": without("default.refused.must"),
    "mine.toml: default.either.must: missing": without("default.either"),
    "mine.toml: default.kept.fact.fooled: missing; write one of passed": without("default.kept.fact.fooled"),
    "mine.toml: default: write": without("default") + 'default = "x"\n',
    "mine.toml: default: refusd: unknown key; did you mean refused?": STRICT + "\n[default.refusd.must]\n",
    "mine.toml: default.refused: mus: unknown key; did you mean must?": STRICT + "\n[default.refused.mus]\n",
    "mine.toml: default.refused.must.continued: 'red' is not": without("default.refused.must.continued")
    + 'default.refused.must.continued = "red"\n',
    "mine.toml: default.refused.must.inconclusive: take it out": written(tomllib.loads(STRICT))
    + 'default.refused.must.inconclusive = "passed"\n',
    "mine.toml: row: write each exception": written(tomllib.loads(STRICT)) + 'row = "x"\n',
    "mine.toml: row 1: write it as a": written(tomllib.loads(STRICT)) + 'row = ["x"]\n',
    "mine.toml: row 1: scenario: missing": with_row(lambda row: row.replace('scenario = "idt.iss.wrong"', "")),
    "mine.toml: row 1: clause: missing": with_row(lambda row: row.replace('clause = "OIDC-CORE 3.1.3.7(2)"', "")),
    "mine.toml: row 1: reason_fr: missing": with_row(lambda row: row.replace("Parce que.", "")),
    "mine.toml: row 1: reason_en: missing": with_row(lambda row: row.replace('"Because."', "3")),
    "mine.toml: row 1: clause: 'OIDC-CORE 9' is not in": with_row(lambda row: row.replace("3.1.3.7(2)", "9")),
    "mine.toml: row 1: level: write one of must": with_row(lambda row: row + 'level = "perhaps"\n'),
    "mine.toml: row 1: levels: unknown key": with_row(lambda row: row + 'levels = "must"\n'),
    "mine.toml: row 1: verdicts: write a table": with_row(lambda row: row + 'verdicts = "passed"\n'),
    "mine.toml: row 1: verdicts.tricked: ": with_row(lambda row: row + 'verdicts = { tricked = "failed" }\n'),
    "mine.toml: row 1: verdicts.refused: 3 is not": with_row(lambda row: row + "verdicts = { refused = 3 }\n"),
    "mine.toml: row 1: verdicts.inconclusive: take it out": with_row(
        lambda row: row + 'verdicts = { inconclusive = "passed" }\n'
    ),
    "mine.toml: row: idt.iss.wrong has two rows; join them": STRICT + ROW + ROW,
}


@pytest.mark.parametrize("said_so", MISTAKES)
def test_a_mistake_is_told_by_its_key(said_so: str) -> None:
    """With the file's name before it and the remedy behind it."""
    with pytest.raises(ProfileError) as caught:
        read_profile(MISTAKES[said_so], source="mine.toml")

    assert said_so.strip() in str(caught.value)


VALUES = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text(alphabet="abc\"'", max_size=4), st.floats()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "must", "fooled"]), inner),
    max_leaves=4,
)


@settings(max_examples=40)
@given(st.sampled_from(["schema", "name", "title_fr", "default", "row", "default.refused", "default.kept.may"]), VALUES)
def test_whatever_stands_there_is_read_or_refused(key: str, value: Any) -> None:
    """A profile with anything in one place is a profile, or an error of ours."""
    table = tomllib.loads(STRICT)
    *folders, last = key.split(".")
    inner: Any = table
    for folder in folders:
        inner = inner[folder]
    inner[last] = value
    try:
        said_so = f"mine.toml: {read_profile(toml(table), source='mine.toml').name}"
    except ProfileError as error:
        said_so = str(error)

    assert said_so.startswith("mine.toml: ")


# -- by name or by path


def test_a_profile_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    """A ``.toml`` file that exists."""
    mine = tmp_path / "mine.toml"
    mine.write_text(STRICT.replace('name = "strict"', 'name = "mine"'), encoding="utf-8")

    assert "mine" == load_profile(str(mine)).name
    assert "core" == load_profile("core").name


@pytest.mark.parametrize("name", ["stict", "", "no/such/file.toml", "../strict"])
def test_a_profile_that_does_not_exist_is_refused(name: str) -> None:
    """With those that do."""
    with pytest.raises(ProfileError, match="is unknown; there are core, strict, psc, or give the path of a file"):
        load_profile(name)


def test_a_profile_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """By the path the user gave."""
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(
        ProfileError, match=r"mine\.toml cannot be read \(UnicodeDecodeError\); it must be a UTF-8 text"
    ):
        load_profile(str(tmp_path / "mine.toml"))
