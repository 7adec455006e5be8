"""The control API's phones: listed, lost and found, deleted; what waits on them, and its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.web import journeys
from tests.mock_idp.endpoints.site import Site, json_of
from tests.mock_idp.protocol.portal import IDNAT

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

OTHER = "899799000023"
SHUT = "device: its e-CPS is expired; only deleting it is possible"
NOWHERE = "device: no e-CPS is activated on this phone; GET /phones lists them"


@pytest.fixture
def site(keys: SigningKeys) -> Site:
    """A provider with a phone of one person and two of another."""
    site = Site(keys=keys)
    for idnat, device in ((IDNAT, "one"), (OTHER, "two"), (OTHER, "three")):
        journeys.enrol(site.provider, idnat, "1234", device_id=device, name=f"Phone {device}")
    return site


def listed(site: Site, query: str = "") -> list[dict[str, Any]]:
    """Return the phones that are listed."""
    found: list[dict[str, Any]] = json_of(site.control("GET", f"/phones{query}"))["phones"]
    return found


def ask(site: Site, idnat: str = IDNAT) -> str:
    """Have a browser's login wait for a person's phone, and return it."""
    login_id = site.begin()
    journeys.ask_approval(site.provider, login_id, idnat)
    return login_id


def answer(site: Site, **body: str) -> tuple[int, str]:
    """Answer for the first person, and return the status and what was said."""
    said = site.control("POST", "/answers", {"idnat": IDNAT, **body})
    return said.status_code, next(iter(json_of(said).values()))


def test_phones_are_listed(site: Site) -> None:
    """Everybody's, or one person's; without the password and its digest."""
    assert ["one", "two", "three"] == [phone["device"] for phone in listed(site)]
    assert ["two", "three"] == [phone["device"] for phone in listed(site, f"?idnat={OTHER}")]
    assert (IDNAT, "Phone one", "active", 3) == tuple(
        listed(site)[0][name] for name in ("idnat", "name", "state", "tries_left")
    )
    assert not any("password" in name for phone in listed(site) for name in phone)


def test_a_phone_has_the_name_that_it_was_given(site: Site) -> None:
    """Or the simulator's own."""
    body = {"idnat": IDNAT, "password": "1234"}
    site.control("POST", "/phones", {**body, "name": "Pixel de CAMILLE"})
    site.control("POST", "/phones", body)

    assert ["Phone one", "Pixel de CAMILLE", "Téléphone (simulateur)"] == [
        phone["name"] for phone in listed(site, f"?idnat={IDNAT}")
    ]


def test_a_deleted_phone_is_gone(site: Site) -> None:
    """And cannot be deleted again."""
    statuses = [site.control("DELETE", "/phones/one").status_code for _ in range(2)]

    assert [204, 404] == statuses
    assert ["two", "three"] == [phone["device"] for phone in listed(site)]


def test_a_phone_is_lost_and_found(site: Site) -> None:
    """Losing it twice, or finding it twice, is no mistake."""
    seen = [
        json_of(site.control("POST", "/phones/one/lost", {"lost": lost}))["state"]
        for lost in (True, True, False, False)
    ]

    assert ["lost", "lost", "active", "active"] == seen


def test_an_expired_phone_is_only_deleted(site: Site) -> None:
    """It can neither be lost nor found."""
    site.provider.clock.advance(timedelta(days=3 * 365).total_seconds())
    told = [site.control("POST", "/phones/one/lost", {"lost": lost}) for lost in (True, False)]

    assert "expired" == listed(site)[0]["state"]
    assert [(409, SHUT)] * 2 == [(one.status_code, json_of(one)["error"]) for one in told]
    assert 204 == site.control("DELETE", "/phones/one").status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/phones?idnat=%20", None, 400, "idnat: idnat-empty"),
        ("GET", "/phones?idnat=899799999999", None, 404, "idnat: nobody in the directory has it"),
        ("GET", "/requests?idnat=899799999999", None, 404, "idnat: nobody in the directory has it"),
        ("POST", "/phones", {"idnat": IDNAT, "password": "1234", "name": ""}, 400, "name: expected non-empty text"),
        ("POST", "/phones/one/lost", {"lost": "yes"}, 400, "lost: expected true or false"),
        ("POST", "/phones/none/lost", {}, 404, NOWHERE),
        ("DELETE", "/phones/none", None, 404, NOWHERE),
        ("POST", "/activations", {"idnat": ""}, 400, "idnat: expected non-empty text"),
        ("POST", "/activations", {"idnat": "899799999999"}, 404, "idnat: nobody in the directory has it"),
    ],
)
def test_mistakes_are_told(site: Site, method: str, path: str, body: Any, status: int, said: str) -> None:  # noqa: PLR0917  pytest passes them by name
    """Which field, what is wrong, what to do."""
    told = site.control(method, path, body)

    assert (status, said) == (told.status_code, json_of(told)["error"])


def test_what_waits_is_listed_with_its_portal(site: Site) -> None:
    """Of everybody or of one person; never with a number, nor with the address of the phone's page."""
    first, second = ask(site), ask(site, OTHER)
    found = json_of(site.control("GET", "/requests"))["requests"]

    assert [(first, IDNAT), (second, OTHER)] == [(one["login_id"], one["idnat"]) for one in found]
    assert ("portal", "MOBILE", "pending") == tuple(found[0][name] for name in ("client_id", "channel", "phase"))
    assert [second] == [one["login_id"] for one in json_of(site.control("GET", f"/requests?idnat={OTHER}"))["requests"]]
    assert {"login_id", "idnat", "client_id", "channel", "phase", "requested_at", "expires_at"} == found[0].keys()


def test_the_request_of_one_login_is_answered(site: Site) -> None:
    """Not the latest, when another is named."""
    first, second = ask(site), ask(site)

    assert [(200, first), (200, second)] == [
        answer(site, answer="refuse", login_id=first), answer(site, answer="approve"),
    ]  # fmt: skip
    assert (404, "idnat: nothing waits for this person") == answer(site, answer="approve", login_id=first)


def test_a_script_picks_a_wrong_number(site: Site) -> None:
    """The computer is told as if a person had done it."""
    login_id = ask(site)
    done = answer(site, answer="wrong-number")
    asked = journeys.approval_of_login(site.provider, login_id)

    assert (200, login_id) == done
    assert asked is not None
    assert "wrong-number" == asked.phase


@pytest.mark.parametrize("said", ["approve", "refuse", "wrong-number"])
def test_a_lost_phone_answers_no_script_either(site: Site, said: str) -> None:
    """Something waits, and no phone is in anybody's hands."""
    ask(site)
    site.control("POST", "/phones/one/lost", {})

    assert (409, "idnat: no phone of this person can answer; GET /phones says why") == answer(site, answer=said)


def test_a_script_begins_an_activation_without_a_portal(site: Site) -> None:
    """The page is where the login would have led, without a way back to a login that is not there."""
    url = json_of(site.control("POST", "/activations", {"idnat": IDNAT}))["url"]
    path = url.removeprefix(site.provider.settings.wallet_base)
    page = site.call("GET", path, wallet=True)
    given_up = site.call("POST", f"{path}/abandonner", wallet=True)
    after = site.call("GET", path, wallet=True)

    assert (200, 303, path) == (page.status_code, given_up.status_code, given_up.headers["Location"])
    assert "Demande d'activation" in page.text
    assert "Activation arrêtée" in after.text
    assert 'name="login"' not in after.text
