"""What the integrator reads when nobody can be sent back to the portal: cause and remedy, in French and in English."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.mock_idp.endpoints.site import ENDPOINTS, Site
from tests.mock_idp.protocol.portal import QUESTION

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

BYE = "https://portal.example/bye"


@pytest.fixture(scope="module")
def site(keys: SigningKeys) -> Site:
    """A provider; no request of these tests changes it."""
    return Site(keys=keys)


def pages(site: Site, path: str, asked: dict[str, str | None]) -> dict[str, str]:
    """Return the text of the page in both languages."""
    sent = {name: value for name, value in asked.items() if value is not None}
    answers = {
        language: site.call(
            "GET", path, wallet=path == "/auth", query_string=sent, headers={"Accept-Language": language}
        )
        for language in ("fr", "en")
    }
    assert {400} == {one.status_code for one in answers.values()}
    assert all(one.mimetype == "text/html" and "Location" not in one.headers for one in answers.values())
    return {language: unescape(one.text) for language, one in answers.items()}


def causes(page: dict[str, str], french: str, english: str) -> dict[str, tuple[bool, bool]]:
    """Tell of each page whether it has the French sentence, and the English one."""
    return {language: (french in text, english in text) for language, text in page.items()}


RIGHT = {"fr": (True, False), "en": (False, True)}


@pytest.mark.parametrize(
    ("changes", "french", "english"),
    [
        (
            {"client_id": "inconnu"},
            "Aucun portail n'est déclaré sous ce client_id.",
            "No portal is declared under this client_id.",
        ),
        ({"client_id": None}, "Le paramètre client_id manque.", "The parameter client_id is missing."),
        (
            {"redirect_uri": "https://portal.example/callback/"},
            "redirect_uri n'est pas une adresse déclarée pour ce portail.",
            "redirect_uri is not an address that is declared for this portal.",
        ),
        ({"redirect_uri": None}, "Le paramètre redirect_uri manque", "The parameter redirect_uri is missing"),
        (
            {"redirect_uri": "https://x.example/", "response_type": None},
            "Le paramètre response_type manque",
            "The parameter response_type is missing",
        ),
        (
            {"redirect_uri": "https://x.example/", "response_type": "token"},
            "Ce response_type n'est pas pris en charge",
            "This response_type is not supported",
        ),
    ],
)
def test_a_login_that_cannot_begin(site: Site, changes: dict[str, str | None], french: str, english: str) -> None:
    """RFC 6749 4.1.2.1: nobody is sent anywhere; what the client registered is shown."""
    shown = pages(site, "/auth", {**QUESTION, **changes})

    assert RIGHT == causes(shown, french, english)
    if changes.get("client_id", "portal") == "portal":
        assert all("https://portal.example/callback" in text for text in shown.values())


def test_a_logout_that_cannot_lead_back(site: Site) -> None:
    """RP-Initiated Logout 1.0, 3 and 4: every cause has its words."""
    tokens = site.tokens()
    hint = {"id_token_hint": tokens["id_token"]}
    cases: list[tuple[dict[str, str | None], str, str]] = [
        (
            {"id_token_hint": "garbage"},
            "id_token_hint n'a pas été signé par ce fournisseur",
            "id_token_hint was not signed by this provider",
        ),
        (
            {"id_token_hint": tokens["access_token"]},
            "id_token_hint n'est pas un ID token",
            "id_token_hint is no ID token",
        ),
        (
            {**hint, "post_logout_redirect_uri": "https://x.example/"},
            "n'est pas une adresse de déconnexion déclarée pour ce portail",
            "is not a logout address that is declared for this portal",
        ),
        ({"post_logout_redirect_uri": BYE}, "ne va pas sans id_token_hint", "does not go without id_token_hint"),
        ({**hint, "client_id": "neighbour"}, "n'est pas le portail à qui", "is not the portal that this ID token"),
    ]
    found = [causes(pages(site, ENDPOINTS + "/logout", asked), fr, en) for asked, fr, en in cases]

    assert [RIGHT] * len(cases) == found
