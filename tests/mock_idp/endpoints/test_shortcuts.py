"""What only a script may do: tokens without a login, and new signing keys while portals look on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, basic

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

ASKED = {"client_id": "portal", "idnat": IDNAT}


def mint(site: Site, **changes: str) -> TestResponse:
    """Ask for tokens."""
    return site.control("POST", "/mint", {**ASKED, **changes})


def claims(site: Site, token: str) -> dict[str, Any]:
    """Return the claims of a token that verifies with what is published now."""
    known = KeySet.import_key_set(json.loads(site.call("GET", ENDPOINTS + "/certs").text))
    read: dict[str, Any] = json.loads(jws.deserialize_compact(token, known, algorithms=["RS256"]).payload)
    return read


def rotate(site: Site, step: str) -> TestResponse:
    """Take one step."""
    return site.control("POST", "/keys", {"step": step})


def test_minted_tokens_are_as_good_as_any(site: Site) -> None:
    """They read userinfo, refresh, and log out."""
    answer = mint(site, nonce="n")
    tokens = json_of(answer)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = site.call("POST", ENDPOINTS + "/token", data=form, headers=basic())
    said = claims(site, tokens["id_token"])

    assert (201, IDNAT, 200) == (
        answer.status_code,
        json_of(site.userinfo(tokens["access_token"]))["SubjectNameID"],
        refreshed.status_code,
    )
    assert ("portal", "n", "MOBILE") == (said["aud"], said["nonce"], said["authMode"])
    assert set(site.tokens()) == set(tokens)


def test_minted_tokens_can_be_those_of_a_card(site: Site) -> None:
    """And without ``openid`` there is no ID token."""
    tokens = json_of(mint(site, means="CARD", scope="openid"))

    assert ("CARD", "openid") == (claims(site, tokens["id_token"])["authMode"], tokens["scope"])
    plain = json_of(mint(site, scope="scope_all nonsense"))
    assert ("scope_all", False) == (plain["scope"], "id_token" in plain)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"client_id": "nobody"}, 404, "client_id: no portal is registered under it"),
        ({"client_id": ""}, 400, "client_id: expected non-empty text"),
        ({"idnat": "1"}, 404, "idnat: nobody in the directory has it"),
        ({"means": "FAX"}, 400, "means: 'MOBILE' or 'CARD'"),
        ({"means": ["CARD"]}, 400, "means: 'MOBILE' or 'CARD'"),
        ({"nonce": ""}, 400, "nonce: expected non-empty text"),
    ],
)
def test_what_cannot_be_minted_is_told(site: Site, changes: dict[str, Any], status: int, said: str) -> None:
    """Which field, what is wrong."""
    answer = mint(site, **changes)

    assert (status, said) == (answer.status_code, json_of(answer)["error"])


def test_a_rotation_is_seen_by_portals(site: Site) -> None:
    """Every token verifies with what is published, until its key is retired."""
    before = site.tokens()["id_token"]
    steps = [json_of(rotate(site, step)) for step in ("publish", "sign")]
    after = site.tokens()["id_token"]
    old, new = steps[0]["published"]

    assert [(old, [old, new]), (new, [new, old])] == [(step["signing"], step["published"]) for step in steps]
    assert [IDNAT, IDNAT] == [claims(site, token)["SubjectNameID"] for token in (before, after)]
    assert [new] == json_of(rotate(site, "retire"))["published"]
    assert 1 == len(json_of(site.call("GET", ENDPOINTS + "/certs"))["keys"])


def test_an_old_hint_is_good_until_its_key_is_retired(site: Site) -> None:
    """Whoever logged in before the rotation can still log out."""
    hints = [site.tokens()["id_token"] for _ in range(2)]
    statuses = []
    for steps, hint in ((("publish", "sign"), hints[0]), (("retire",), hints[1])):
        for step in steps:
            rotate(site, step)
        asked = {"id_token_hint": hint}
        statuses.append(site.call("GET", ENDPOINTS + "/logout", query_string=asked).status_code)

    assert [200, 400] == statuses


@pytest.mark.parametrize(
    ("step", "status", "said"),
    [
        ("sign", 409, "step: no key is published to sign with; 'publish' comes first"),
        ("burn", 400, "step: 'publish' or 'sign' or 'retire'"),
    ],
)
def test_a_step_out_of_turn_is_told(site: Site, step: str, status: int, said: str) -> None:
    """And nothing has changed."""
    answer = rotate(site, step)

    assert (status, said) == (answer.status_code, json_of(answer)["error"])
    assert 1 == len(json_of(site.call("GET", ENDPOINTS + "/certs"))["keys"])
