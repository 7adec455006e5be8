"""Plans about userinfo and lies, kind by kind: what is odd is drawn where it fits, so that few plans are for nothing.

A portal that refuses one odd thing hides what it would do with the next, so most plans are odd in one way only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from hypothesis import strategies as st

from conformance.fuzzing.claims import DEEP, RAW_CANARY, TEMPLATE_CANARY
from conformance.fuzzing.plan import Change, ClaimsPlan, Mutation
from conformance.strategies.lies import FAMILIES
from mock_idp.people import builtin_people
from mock_idp.protocol.userinfo import userinfo
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.strategies.lies import Lies
    from mock_idp.artefacts import Json

Path: TypeAlias = tuple[str | int, ...]

PERSONAS: Final = tuple(person.key for person in builtin_people())
NEW_NAME: Final = "membre_nouveau"

_PRACTICES: Final = ("SubjectRefPro", "exercices")
_ACTIVITIES: Final = (*_PRACTICES, 0, "activities")
_IDENTITY: Final[tuple[Path, ...]] = (("SubjectNameID",), ("sub",), ("SubjectNameID",), ("preferred_username",))
_NAMES: Final[tuple[Path, ...]] = (
    ("family_name",),
    ("given_name",),
    (*_PRACTICES, 0, "nomDexercice"),
    ("SubjectOrganization",),
    (*_ACTIVITIES, 0, "raisonSocialeSite"),
)
_CODES: Final[tuple[Path, ...]] = (
    (*_PRACTICES, 0, "codeProfession"),
    ("SubjectRole",),
    (*_ACTIVITIES, 0, "codeRole"),
    (*_PRACTICES, 0, "codeSavoirFaire"),
    ("Secteur_Activite",),
)
_READ: Final[tuple[Path, ...]] = (
    *_NAMES,
    *_CODES,
    ("SubjectRefPro",),
    _PRACTICES,
    (*_PRACTICES, 0),
    _ACTIVITIES,
    (*_ACTIVITIES, 0),
    ("otherIds",),
    ("otherIds", 0),
    ("authMode",),
    ("codeCivilite",),
)
"""What portals read, as far as public code shows."""

_LISTS: Final[tuple[Path, ...]] = (_ACTIVITIES, _PRACTICES, ("otherIds",), ("SubjectRole",))
_OBJECTS: Final[tuple[Path, ...]] = ((), ("SubjectRefPro",), (*_PRACTICES, 0), (*_ACTIVITIES, 0), ("otherIds", 0))
_DRIFT: Final[tuple[tuple[Path, str], ...]] = (
    (("otherIds",), "otherIDs"),
    (("codeCivilite",), "codeCiviliteDexercice"),
    ((*_PRACTICES, 0, "activities"), "activites"),
    (("SubjectRefPro",), "SubjectRefpro"),
    ((*_PRACTICES, 0, "codeSavoirFaire"), "codeSavoirfaire"),
    ((*_ACTIVITIES, 0, "raisonSocialeSite"), "raisonSociale"),
)
"""Members that have moved or were spelt otherwise over the years."""

_TEXTS: Final[tuple[Json, ...]] = (
    *(RAW_CANARY, TEMPLATE_CANARY, RAW_CANARY + TEMPLATE_CANARY),
    *("", "O'NEIL\"", "E\u0301", "\u202eesrevni", "ŁŐ漢😀", "A\r\nX-Injected: 1", "x" * 4096, "é" * 20_000),
)
_UNKNOWN: Final[tuple[Json, ...]] = ("999", "ZZ^9.9.9", "", "10^1.2.250.1.213.1.1.5.5.9", "0")
_NO_TEXTS: Final[tuple[Json, ...]] = (None, 0, [], {}, True, "", -1, 1.5, [None], {"x": None})
_NOBODIES: Final[tuple[Json, ...]] = (None, "", [], 0, {}, True, " ", "null", 899_799_000_015)


def _every_place(value: Json, path: Path = ()) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from _every_place(one, (*path, name))


PLACES: Final = tuple(
    dict.fromkeys(place for one in builtin_people() for place in _every_place(dict(userinfo(one, Settings()))))
)
"""Every place of the userinfo of every persona, those of the first before others."""


def _mutation(change: Change, places: tuple[Path, ...], values: tuple[Json, ...] = (None,)) -> st.SearchStrategy[Mutation]:  # fmt: skip  # noqa: E501
    return st.builds(Mutation, change=st.just(change), path=st.sampled_from(places), value=st.sampled_from(values))


_ABSENT: Final = _mutation(Change.DROP, _READ) | _mutation(Change.DROP, PLACES)
_TYPES: Final = st.one_of(
    _mutation(Change.SET, _READ, _NO_TEXTS),
    _mutation(Change.SET, (*_NAMES, *_READ), (None,)),
    _mutation(Change.WRAP, _READ),
    _mutation(Change.SET, PLACES, _NO_TEXTS),
)
_REPEATED: Final = _mutation(Change.REPEAT, _LISTS, (2, 0, 200, 1, 5, 40, 200))
_COUNTS: Final = st.one_of(_REPEATED, _REPEATED, _mutation(Change.UNWRAP, _LISTS))
_EXTRA: Final = _mutation(Change.EXTRA, _OBJECTS, (NEW_NAME, "nouveauChamp", "x-" + NEW_NAME))
_OTHER_IDS: Final = st.one_of(
    _mutation(Change.SET, (("otherIds", 0, "identifiant"),), ("899797999999", "0", "")),
    _mutation(Change.REPEAT, (("otherIds",),), (2, 5)),
)
_DRIFTED: Final = st.sampled_from(_DRIFT).map(lambda one: Mutation(change=Change.RENAME, path=one[0], value=one[1]))

THEMES: Final[dict[str, st.SearchStrategy[Mutation]]] = {
    "absent": _ABSENT,
    "types": _TYPES,
    "names": _mutation(Change.SET, _NAMES, _TEXTS) | _mutation(Change.SET, _NAMES[:2], _TEXTS[:2]),
    "codes": _mutation(Change.SET, _CODES, _UNKNOWN),
    "counts": _COUNTS,
    "extra": _EXTRA,
    "identity": _mutation(Change.DROP, _IDENTITY) | _mutation(Change.SET, _IDENTITY, _NOBODIES),
    "other-ids": _OTHER_IDS,
    "drift": _DRIFTED,
    "twice": _mutation(
        Change.DUPLICATE, (*_IDENTITY, *(place for place in _READ if len(place) == 1)), (*_NO_TEXTS, "x")
    ),
    "deep": _mutation(Change.BURY, _READ, (DEEP, 1, DEEP, 5)),
}
"""What a plan's mutations are about; any kind of change belongs to one."""

_TOGETHER: Final = st.one_of(*(THEMES[name] for name in THEMES if name not in {"identity", "twice"}))
"""Mutations that go together: none is a reason to refuse the person."""

_LAST_FIELDS: Final = (("family_name",), ("SubjectOrganization",), ("given_name",))
_LESS: Final = _mutation(Change.DROP, _LAST_FIELDS) | _mutation(Change.SET, _LAST_FIELDS, (None, ""))

# half the people have one practice with one activity, so that what is odd finds its place
_PEOPLE: Final = st.just(PERSONAS[0]) | st.sampled_from(PERSONAS)


def _mutated(one: st.SearchStrategy[Mutation], *, fewest: int = 1, after_another: bool = False) -> st.SearchStrategy[ClaimsPlan]:  # fmt: skip  # noqa: E501
    some = st.lists(one, min_size=fewest, max_size=3).map(tuple)
    return st.builds(ClaimsPlan, persona=_PEOPLE, mutations=some, after_another=st.just(after_another))


def _lied(lies: st.SearchStrategy[Lies]) -> st.SearchStrategy[ClaimsPlan]:
    return st.builds(ClaimsPlan, persona=_PEOPLE, lies=lies)


KINDS: Final[tuple[st.SearchStrategy[ClaimsPlan], ...]] = (
    *(_mutated(theme) for theme in THEMES.values()),
    # once more: what more than one thing can go wrong with
    *(_mutated(THEMES[name]) for name in ("identity", "names", "counts")),
    _mutated(_LESS | _ABSENT, after_another=True),
    _mutated(_TOGETHER, fewest=0),
    *(_lied(lies) for lies in FAMILIES.values()),
)
"""Every kind of plan about userinfo and lies; in each the simplest is drawn first."""
