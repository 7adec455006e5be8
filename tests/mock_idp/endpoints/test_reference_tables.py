"""Discovery and userinfo as they are served, side by side with what public sources show, key by key, date by date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.people import ACTIVE, builtin_people
from mock_idp.protocol.tokens import Means
from mock_idp.settings import PscProfile, Settings
from mock_idp.web.shortcuts import mint
from tests.mock_idp.endpoints.site import DISCOVERY, Site
from tests.mock_idp.protocol.portal import IDNAT, PORTAL
from tests.mock_idp.protocol.test_documents import ADDRESSES, LISTS, SWITCHES
from tests.mock_idp.protocol.test_documents import SETTINGS as PLACES
from tests.mock_idp.protocol.test_userinfo import ACTIVITY, EXERCICE, TOP

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

CIVILITY = "codeCivilite"
GENRE = "codeGenreActivite"
# What each date has at the top level, in SubjectRefPro and in an activity, apart from what all of them have.
DRIFT: dict[PscProfile, tuple[set[str], set[str], set[str]]] = {
    PscProfile.YEAR_2021: ({"email_verified"}, {CIVILITY}, set()),
    PscProfile.YEARS_2022_23: ({"authMode", "otherIds"}, {CIVILITY}, {GENRE}),
    PscProfile.LATE_2023: ({CIVILITY, GENRE, "otherIds"}, set(), {GENRE}),
    PscProfile.YEAR_2026: ({CIVILITY, GENRE, "authMode", "otherIds"}, set(), {GENRE}),
}
DRIFTING = {CIVILITY, GENRE, "authMode", "otherIds", "email_verified"}
# A physician in private practice, in the form of the public samples: every leaf, the empty ones too.
PHYSICIAN = {
    "sub": "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899799000015",
    "preferred_username": "899799000015",
    "SubjectNameID": "899799000015",
    "given_name": "CAMILLE",
    "family_name": "ESSAI",
    "codeCivilite": "M",
    "codeGenreActivite": "GENR01",
    "authMode": "CARD",
    "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
    "SubjectOrganization": "CABINET FICTIF 001",
    "SubjectOrganizationID": "R99001",
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    "PSI_Locale": "1.2.250.1.213.1.3.1.1",
    "UITVersion": "1.0",
    "Mode_Acces_Raison": "",
    "Acces_Regulation_Medicale": "FAUX",
    "otherIds": [{"identifiant": "899799000015", "origine": "RPPS", "qualite": 1}],
}


def userinfo(site: Site, idnat: str, means: Means = Means.CARD) -> dict[str, Any]:
    """Ask who a token is about, and return what was served, in its order."""
    tokens = mint(site.provider, PORTAL, idnat, scope="openid scope_all", nonce=None, means=means)
    answer = site.userinfo(tokens["access_token"])
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = json.loads(answer.text)
    return read


def test_discovery_is_served_as_the_table_says(keys: SigningKeys) -> None:
    """Every key of the current generation with its value, and no other."""
    site = Site(keys=keys, settings=PLACES)
    served: dict[str, Any] = json.loads(site.call("GET", DISCOVERY).text)
    aliases = {name: ADDRESSES[name] for name in served["mtls_endpoint_aliases"]}

    assert ADDRESSES | SWITCHES == {name: value for name, value in served.items() if name in ADDRESSES | SWITCHES}
    assert {name: sorted(values) for name, values in LISTS.items()} == {
        name: sorted(value) for name, value in served.items() if name in LISTS
    }
    assert {"acr_values_supported": ["0", "0"], "mtls_endpoint_aliases": aliases} == {
        name: value for name, value in served.items() if name not in ADDRESSES | SWITCHES | LISTS
    }
    assert 8 == len(aliases)


def test_a_physician_is_served_as_in_the_samples(keys: SigningKeys) -> None:
    """Leaf by leaf, in order."""
    served = userinfo(Site(keys=keys), IDNAT)
    practice = served.pop("SubjectRefPro")["exercices"][0]

    assert list(PHYSICIAN.items()) == list(served.items())
    assert ("10", "C", "DR", "S", "SM54") == tuple(
        practice[name]
        for name in (
            "codeProfession",
            "codeCategorieProfessionnelle",
            "codeCiviliteDexercice",
            "codeTypeSavoirFaire",
            "codeSavoirFaire",
        )
    )
    assert ("L", "SA07", "R99001", "99000") == tuple(
        practice["activities"][0][name]
        for name in ("codeModeExercice", "codeSecteurDactivite", "identifiantTechniqueDeLaStructure", "codePays")
    )


@pytest.mark.parametrize("date", PscProfile)
def test_everybody_is_served_in_the_form_of_the_date(keys: SigningKeys, date: PscProfile) -> None:
    """Top level, practices and activities have what that date has, and nothing of another."""
    site = Site(keys=keys, settings=Settings(psc_profile=date))
    top, practice, activity = DRIFT[date]
    for person in builtin_people():
        if person.status != ACTIVE:
            continue
        served = userinfo(site, person.idnat)
        # in 2021 only identities of the sandbox tool had other identifiers
        other = {"otherIds"} if date is PscProfile.YEAR_2021 and person.idnat.startswith("ANS") else set()
        reference = served.pop("SubjectRefPro", None)

        assert (set(TOP) - DRIFTING) | top | other == set(served), person.key
        assert (reference is not None) is bool(person.practices()), person.key
        for one in (reference or {"exercices": []})["exercices"]:
            assert set(EXERCICE) == set(one), person.key
            assert [(set(ACTIVITY) - {GENRE}) | activity] * len(one["activities"]) == [
                set(inner) for inner in one["activities"]
            ]
        assert practice == set(reference or {}) - {"exercices"} if reference else True, person.key
