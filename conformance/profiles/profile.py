"""Reading a profile, and ruling: scenario and outcome in, verdict and its reason out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from conformance.clauses import Clause, ClauseError, Level, find_clause
from conformance.exit_codes import Mistaken
from conformance.outcome import Expected, Outcome, Verdict
from conformance.toml_reader import unknown_key

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILTIN: Final = ("core", "strict", "psc")
_TOP: Final = frozenset({"schema", "name", "title_fr", "title_en", "default", "row"})
_ROW: Final = frozenset({"scenario", "level", "verdicts", "clause", "reason_fr", "reason_en"})


class ProfileError(Mistaken, ValueError):
    """A profile that cannot be read; the message names the key at fault and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An exception for one scenario, with its reason.

    Attributes:
        level: how serious the scenario is under this profile, None for the clause's own level.
        verdicts: what single outcomes mean here, before the defaults.
        clause: the clause that allows or demands the exception.
    """

    scenario: str
    clause: str
    reason_fr: str
    reason_en: str
    level: Level | None = None
    verdicts: Mapping[Outcome, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict, how serious the scenario is, and the reason when the profile makes an exception."""

    verdict: Verdict
    level: Level
    row: Row | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What outcomes mean.

    Attributes:
        defaults: by what was expected and how serious it is.
        rows: exceptions by scenario.
    """

    name: str
    title_fr: str
    title_en: str
    defaults: Mapping[tuple[Expected, Level], Mapping[Outcome, Verdict]] = field(repr=False)
    rows: Mapping[str, Row] = field(repr=False)

    def title(self, language: str) -> str:
        """Return what the profile is for, in ``fr`` or ``en``."""
        return self.title_en if language == "en" else self.title_fr

    def level(self, scenario: str, demand: Clause) -> Level:
        """Return how serious a scenario is here: as its row says, else as its clause does."""
        row = self.rows.get(scenario)
        return row.level if row is not None and row.level is not None else demand.level

    def rule(self, scenario: str, demand: Clause, expected: Expected, outcome: Outcome) -> Ruling:
        """Return what an outcome means.

        Args:
            scenario: id of the scenario.
            demand: the clause it stands on, for its level.
            expected: what the portal should have done.
            outcome: what happened.
        """
        row, level = self.rows.get(scenario), self.level(scenario, demand)
        if outcome is Outcome.INCONCLUSIVE:
            return Ruling(verdict=Verdict.INCONCLUSIVE, level=level)
        if row is not None and outcome in row.verdicts:
            return Ruling(verdict=row.verdicts[outcome], level=level, row=row)
        verdict = self.defaults[expected, level][outcome]
        return Ruling(verdict=verdict, level=level, row=row if row is not None and row.level is not None else None)


def builtin_profile(name: str) -> Profile:
    """Return a profile that ships with the suite.

    Raises:
        ProfileError: there is none of that name.
    """
    if name not in BUILTIN:
        known = ", ".join(BUILTIN)
        raise ProfileError(
            f"profile : {name!r} est inconnu ; il y a {known}, ou donnez le chemin d'un fichier",
            f"profile: {name!r} is unknown; there are {known}, or give the path of a file",
        )
    text = files("conformance.profiles").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return read_profile(text, source=f"{name}.toml")


def read_profile(text: str, *, source: str) -> Profile:
    """Return the profile that a TOML text describes.

    Args:
        text: of the file.
        source: what to call it in errors.

    Raises:
        ProfileError: it is no TOML, a key is unknown or missing, a value is none of those known, or an outcome has no
            verdict.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProfileError(
            f"{source} : ce n'est pas du TOML : {error}", f"{source}: this is no TOML: {error}"
        ) from None
    _known(table, _TOP, source)
    if table.get("schema") != 1 or isinstance(table["schema"], bool):
        raise ProfileError(f"{source} : schema : écrivez 1", f"{source}: schema: write 1")
    for key in ("name", "title_fr", "title_en"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise ProfileError(
                f"{source} : {key} : manque ; écrivez un texte", f"{source}: {key}: missing; write a text"
            )
    members = table.get("row", [])
    if not isinstance(members, list):
        raise ProfileError(
            f"{source} : row : écrivez chaque exception comme une table [[row]]",
            f"{source}: row: write each exception as a [[row]] table",
        )
    rows = [_row(member, f"{source}: row {number}") for number, member in enumerate(members, 1)]
    twice = {row.scenario for row in rows if sum(one.scenario == row.scenario for one in rows) > 1}
    if twice:
        raise ProfileError(
            f"{source} : row : {min(twice)} a deux tables ; réunissez-les",
            f"{source}: row: {min(twice)} has two rows; join them",
        )
    return Profile(
        name=table["name"],
        title_fr=table["title_fr"],
        title_en=table["title_en"],
        defaults=_defaults(table.get("default", {}), source),
        rows={row.scenario: row for row in rows},
    )


def _defaults(table: Any, source: str) -> dict[tuple[Expected, Level], Mapping[Outcome, Verdict]]:
    if not isinstance(table, dict):
        raise ProfileError(
            f"{source} : default : écrivez des tables [default.<expected>.<level>]",
            f"{source}: default: write [default.<expected>.<level>] tables",
        )
    _known(table, frozenset(Expected), f"{source}: default")
    for expected, levels in table.items():
        if isinstance(levels, dict):
            _known(levels, frozenset(Level), f"{source}: default.{expected}")
    found: dict[tuple[Expected, Level], Mapping[Outcome, Verdict]] = {}
    for expected in Expected:
        for level in Level:
            place = f"{source}: default.{expected}.{level}"
            try:
                members = table[expected.value][level.value]
            except (KeyError, TypeError):
                raise ProfileError(
                    f"{place} : manque ; dites ce que veut dire chaque constat",
                    f"{place}: missing; say what each outcome means",
                ) from None
            verdicts = _verdicts(members, place)
            if missing := [one for one in Outcome if one not in {*verdicts, Outcome.INCONCLUSIVE}]:
                known = ", ".join(Verdict)
                raise ProfileError(
                    f"{place}.{missing[0]} : manque ; écrivez l'un de {known}",
                    f"{place}.{missing[0]}: missing; write one of {known}",
                )
            found[expected, level] = verdicts
    return found


def _row(member: Any, place: str) -> Row:
    if not isinstance(member, dict):
        raise ProfileError(f"{place} : écrivez une table [[row]]", f"{place}: write it as a [[row]] table")
    _known(member, _ROW, place)
    for key in ("scenario", "clause", "reason_fr", "reason_en"):
        if not isinstance(member.get(key), str) or not member[key]:
            raise ProfileError(
                f"{place} : {key} : manque ; une exception dit quel scénario, d'après quelle clause, et pourquoi",
                f"{place}: {key}: missing; an exception says which scenario, by which clause, and why",
            )
    try:
        find_clause(member["clause"])
        level = Level(member["level"]) if "level" in member else None
    except ClauseError:
        raise ProfileError(
            f"{place} : clause : {member['clause']!r} n'est pas dans conformance/clauses.toml ; corrigez-la",
            f"{place}: clause: {member['clause']!r} is not in conformance/clauses.toml; correct it",
        ) from None
    except ValueError:
        known = ", ".join(Level)
        raise ProfileError(
            f"{place} : level : écrivez l'un de {known}", f"{place}: level: write one of {known}"
        ) from None
    return Row(
        scenario=member["scenario"],
        clause=member["clause"],
        reason_fr=member["reason_fr"],
        reason_en=member["reason_en"],
        level=level,
        verdicts=_verdicts(member.get("verdicts", {}), f"{place}: verdicts"),
    )


def _verdicts(members: Any, place: str) -> dict[Outcome, Verdict]:
    if not isinstance(members, dict):
        raise ProfileError(
            f"{place} : écrivez une table constat = verdict", f"{place}: write a table of outcome = verdict"
        )
    found = {}
    for outcome, verdict in members.items():
        if outcome == Outcome.INCONCLUSIVE:
            raise ProfileError(
                f"{place}.{outcome} : enlevez-le ; ce qui est sans conclusion le reste sous tout profil",
                f"{place}.{outcome}: take it out; what is inconclusive stays so under every profile",
            )
        try:
            found[Outcome(outcome)] = Verdict(verdict)
        except ValueError:
            known = f"{', '.join(Outcome)} = {', '.join(Verdict)}"
            raise ProfileError(
                f"{place}.{outcome} : {verdict!r} n'est pas compris ; valeurs connues : {known}",
                f"{place}.{outcome}: {verdict!r} is not understood; known are {known}",
            ) from None
    return found


def _known(table: Mapping[str, Any], known: frozenset[str], place: str) -> None:
    if unknown := sorted(set(table) - known):
        fr, en = unknown_key(unknown[0], unknown[0], sorted(known))
        raise ProfileError(f"{place} : {fr}", f"{place}: {en}")
