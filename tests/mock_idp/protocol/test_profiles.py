"""PSC by date: the drift that public samples show, in tokens, userinfo and discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.people import Activity, Person
from mock_idp.protocol.documents import discovery, scopes_supported
from mock_idp.protocol.profiles import traits
from mock_idp.protocol.tokens import Grant, Means, id_token_draft
from mock_idp.protocol.userinfo import userinfo
from mock_idp.settings import PscProfile, Settings
from tests.mock_idp.protocol.portal import IDNAT, NOON, World, query_of

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

PERSON = Person(
    key="k",
    idnat=IDNAT,
    given_name="A",
    family_name="B",
    civilite="M",
    activity=(Activity(genre="GENR01", secteur="SA07"),),
)
EDIT = Person(key="e", idnat="ANS20210107161422", given_name="A", family_name="B")
DATES = list(PscProfile)


def claims(keys: SigningKeys, date: PscProfile, means: Means) -> dict[str, Any]:
    """Return the claims of an ID token of a date."""
    grant = Grant(
        login_id="l",
        session_id="s",
        client_id="c",
        idnat=IDNAT,
        scope="openid",
        nonce=None,
        auth_time=NOON,
        means=means,
    )
    settings = Settings(psc_profile=date)
    draft = id_token_draft(grant, settings=settings, keys=keys, now=NOON, jti="j", access_token="a")
    return dict(draft.claims)


def shown(date: PscProfile, person: Person = PERSON) -> dict[str, Any]:
    """Return the userinfo of a date."""
    return dict(userinfo(person, Settings(psc_profile=date), Means.CARD))


@pytest.mark.parametrize(
    ("date", "mobile", "card"),
    [
        (PscProfile.YEAR_2021, ("eidas3", None, None), ("eidas3", None, None)),
        (PscProfile.YEARS_2022_23, (None, None, None), (None, None, None)),
        (PscProfile.LATE_2023, ("eidas1", None, None), ("eidas1", None, None)),
        (PscProfile.YEAR_2026, ("eidas1", None, "MOBILE"), ("eidas2", "1", "CARD")),
    ],
)
def test_levels_drift(
    keys: SigningKeys,
    date: PscProfile,
    mobile: tuple[str | None, ...],
    card: tuple[str | None, ...],
) -> None:
    """``acr``, ``auth_level`` and ``authMode`` in the ID token."""
    found = [
        tuple(claims(keys, date, means).get(name) for name in ("acr", "auth_level", "authMode"))
        for means in (Means.MOBILE, Means.CARD)
    ]

    assert [mobile, card] == found


def test_the_boolean_of_2021_is_a_boolean() -> None:
    """``email_verified``, and in no other date."""
    assert [False, None, None, None] == [shown(date).get("email_verified") for date in DATES]


def test_civility_moves_to_the_top() -> None:
    """From ``SubjectRefPro`` at the end of 2023."""
    top = [shown(date).get("codeCivilite") for date in DATES]
    practice = [shown(date)["SubjectRefPro"].get("codeCivilite") for date in DATES]

    assert ([None, None, "M", "M"], ["M", "M", None, None]) == (top, practice)


def test_the_kind_of_activity_appears() -> None:
    """First in the activity, then at the top as well."""
    top = [shown(date).get("codeGenreActivite") for date in DATES]
    inside = [shown(date)["SubjectRefPro"]["exercices"][0]["activities"][0].get("codeGenreActivite") for date in DATES]

    assert ([None, None, "GENR01", "GENR01"], [None, "GENR01", "GENR01", "GENR01"]) == (top, inside)


def test_the_authenticator_comes_and_goes() -> None:
    """``authMode`` in userinfo."""
    assert [None, "CARD", None, "CARD"] == [shown(date).get("authMode") for date in DATES]


def test_other_ids_appear() -> None:
    """In 2021 only identities of the sandbox tool had them."""
    found = [["otherIds" in shown(date, person) for date in DATES] for person in (PERSON, EDIT)]

    assert [[False, True, True, True], [True] * 4] == found
    assert "EDIT" == shown(PscProfile.YEAR_2021, EDIT)["otherIds"][0]["origine"]


def test_the_old_discovery_is_smaller() -> None:
    """No CIBA, PAR, revocation, mTLS aliases, logout flags, ``iss``, EdDSA; ``eidas2`` but not ``eidas1``."""
    new = dict(discovery(Settings()).pairs)
    old: dict[str, Any] = dict(discovery(Settings(psc_profile=PscProfile.YEAR_2021)).pairs)
    gone = {
        name
        for name in new
        if any(part in name for part in ("backchannel", "pushed", "revocation", "mtls", "frontchannel"))
    }

    assert set() == gone & set(old)
    assert gone < set(new) - set(old)
    assert [False] * 3 == [
        "authorization_response_iss_parameter_supported" in old,
        old["claims_parameter_supported"],
        any("EdDSA" in value for value in old.values() if isinstance(value, list)),
    ]
    assert [False, True, False] == [
        "eidas1" in old["scopes_supported"],
        "eidas2" in old["scopes_supported"],
        any("ciba" in name or "device" in name for name in old["grant_types_supported"]),
    ]


def test_scopes_follow_discovery() -> None:
    """What a date does not list, it does not grant."""
    assert [False, True] == [
        "eidas1" in scopes_supported(Settings(psc_profile=date))
        for date in (PscProfile.YEAR_2021, PscProfile.YEAR_2026)
    ]


@pytest.mark.parametrize("date", DATES)
def test_iss_is_answered_when_it_was_announced(keys: SigningKeys, date: PscProfile) -> None:
    """RFC 9207 3."""
    world = World(keys=keys, settings=Settings(psc_profile=date))
    announced = discovery(world.settings).get("authorization_response_iss_parameter_supported") is True

    assert announced == ("iss" in query_of(world.approve()))


@pytest.mark.parametrize("date", DATES)
def test_every_date_has_its_data(date: PscProfile) -> None:
    """The closed words of the files are known."""
    data = traits(date)

    assert data.civilite in {"top", "practice"}
    assert data.genre_activite in {"absent", "activity", "both"}
    assert data.other_ids in {"everybody", "edit"}
    assert set(data.acr) | set(data.auth_level) <= set(Means)
