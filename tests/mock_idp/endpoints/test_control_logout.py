"""The control API makes logout tokens, for a suite that delivers them itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from mock_idp.protocol.logout_tokens import EVENT
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, basic

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def made(site: Site, **asked: str) -> TestResponse:
    """Ask for a token."""
    return site.control("POST", "/logout-tokens", asked)


def claims(site: Site, token: str) -> dict[str, Any]:
    """Return the claims of a token that the published key signed."""
    known = KeySet.import_key_set(json.loads(site.call("GET", ENDPOINTS + "/certs").text))
    read: dict[str, Any] = json.loads(jws.deserialize_compact(token, known, algorithms=["RS256"]).payload)
    return read


def test_a_logout_token_names_the_session_and_leaves_it_alone(site: Site) -> None:
    """It is what the provider would send; only nothing is over yet."""
    tokens = site.tokens()
    answer = made(site, idnat=IDNAT)
    said = json_of(answer)
    read = claims(site, said["token"])
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    assert (201, site.settings.issuer, {EVENT: {}}) == (answer.status_code, said["iss"], read["events"])
    assert claims(site, tokens["id_token"])["sid"] == said["sid"] == read["sid"]
    assert 200 == site.call("POST", ENDPOINTS + "/token", data=form, headers=basic()).status_code


def test_the_id_token_of_the_login_can_be_had_in_its_place(site: Site) -> None:
    """Genuine, with the portal's nonce, and no logout token."""
    before = claims(site, site.tokens(nonce="n")["id_token"])
    read = claims(site, json_of(made(site, idnat=IDNAT, kind="id"))["token"])

    assert ("ID", "n", before["sid"]) == (read["typ"], read["nonce"], read["sid"])
    assert "events" not in read


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"kind": "set-claim", "name": "iss", "value": "other", "seam": "logout-token"}, {"iss": "other"}),
        ({"kind": "break-signature", "seam": "logout-token"}, {"signature": "altered after signing"}),
    ],
)
def test_lies_of_the_login_are_told_and_kept(site: Site, lie: dict[str, Any], told: dict[str, str]) -> None:
    """In the token, in the plan and in the journal."""
    plan = json_of(site.control("POST", "/plans", {"deviations": [lie]}))
    site.browser.set_cookie("psc_scenario", plan["token"], domain="localhost")
    site.tokens()
    login_id = json_of(site.control("GET", "/plans/" + plan["token"]))["login_id"]
    answer = made(site, login_id=login_id)
    (entry,) = site.provider.journal.entries(login_id=login_id, endpoint="logout_token")

    assert [told] == [one["told"] for one in json_of(site.control("GET", "/plans/" + plan["token"]))["told"]]
    assert ("out", [told]) == (entry.channel, [one["told"] for one in entry.told])
    assert json_of(answer)["token"] not in str(entry)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({}, 400, "idnat, login_id: give one of them"),
        ({"idnat": IDNAT, "login_id": "x"}, 400, "idnat, login_id: give one of them"),
        ({"idnat": IDNAT}, 404, "idnat: no session stands for it"),
        ({"login_id": "x"}, 404, "login_id: no session stands for it"),
        ({"idnat": IDNAT, "kind": "other"}, 404, "idnat: no session stands for it"),
    ],
)
def test_what_cannot_be_made_is_told(site: Site, asked: dict[str, str], status: int, said: str) -> None:
    """Which field, what is wrong."""
    answer = made(site, **asked)

    assert (status, said) == (answer.status_code, json_of(answer)["error"])


def test_the_kind_is_one_of_two(site: Site) -> None:
    """And an ID token needs a login whose code was redeemed."""
    site.code()

    assert "kind: 'logout' or 'id'" == json_of(made(site, idnat=IDNAT, kind="other"))["error"]
    assert json_of(made(site, idnat=IDNAT, kind="id"))["error"].startswith("kind: this login has no ID token")
