"""The control API: what it arms, makes, moves and tells, and that bad input is told which field and what to do."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.web.app import create_app
from mock_idp.web.services import Provider
from tests.mock_idp.endpoints.site import CONTROL, DISCOVERY, Site, json_of
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, SECRET

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from mock_idp.keys import SigningKeys

LIE = {"kind": "set-field", "seam": "userinfo", "name": "sub", "value": "other"}
PORTAL = {"client_id": "new", "client_secret": "s3cr3t", "redirect_uris": [CALLBACK]}


def test_status_says_where_everything_is(site: Site) -> None:
    """Enough for a suite to begin."""
    status = json_of(site.control("GET", "/status"))

    assert (site.settings.issuer, site.settings.discovery_url, site.settings.wallet_base, "psc_scenario") == (
        status["issuer"],
        status["discovery"],
        status["wallet"],
        status["scenario_cookie"],
    )
    assert UTC is datetime.fromisoformat(status["now"]).tzinfo


def test_the_stray_key_is_shown_with_the_place_where_it_stands(site: Site) -> None:
    """A lie about keys names both; the honest key set knows nothing of it."""
    said = json_of(site.control("GET", "/stray-key"))
    path = said["jwks_uri"].removeprefix(site.settings.issuer_base)
    certs = site.settings.endpoint("/certs").removeprefix(site.settings.issuer_base)

    assert said["keys"] == json_of(site.call("GET", path))["keys"]
    assert {key["n"] for key in said["keys"]}.isdisjoint(key["n"] for key in json_of(site.call("GET", certs))["keys"])
    assert all("d" not in key for key in said["keys"])


def test_the_oddities_of_keys_are_public_and_belong_to_the_stray_key(site: Site) -> None:
    """A certificate of it, at its address too; keys that are too short, shared, or for another use."""
    said = json_of(site.control("GET", "/stray-key"))
    pem = site.call("GET", said["x5u"].removeprefix(site.settings.issuer_base)).data
    certificate = x509.load_pem_x509_certificate(pem)
    public = cast("RSAPublicKey", certificate.public_key()).public_numbers()

    assert certificate == x509.load_der_x509_certificate(base64.b64decode(said["x5c"][0]))
    assert public.n == int.from_bytes(decoded(said["jwk"]["n"]))
    assert 1024 == int.from_bytes(decoded(said["weak"]["n"])).bit_length()
    assert (said["signing"]["kid"], "enc", said["jwk"]["n"]) == tuple(
        said["namesake"][name] for name in ("kid", "use", "n")
    )
    assert said["signing"]["n"].encode() == decoded(said["shared"]["k"])
    assert "enc" == said["encryption"]["use"]
    assert not any("d" in said[name] for name in ("jwk", "weak", "namesake", "encryption", "signing"))


def decoded(text: str) -> bytes:
    """Return the octets of base64url text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_who_comes_to_the_canary_is_entered_into_the_journal(site: Site) -> None:
    """With what was brought along, masked; it gives nothing, and stands on the wallet host only."""
    path = "/simulateur/piege/abc"
    brought = site.call("POST", path, wallet=True, data={"code": "secret-code"})
    (entry,) = site.provider.journal.entries(endpoint="canary")

    assert (404, "back", "POST", site.settings.wallet_base + path) == (
        brought.status_code,
        entry.channel,
        entry.method,
        entry.url,
    )
    assert "secret-code" not in str(entry)
    assert "code" in dict(entry.request)
    assert 404 == site.call("GET", path).status_code


def test_an_answer_that_is_held_back_is_sent_on_release(site: Site) -> None:
    """Long before its time; the next one waits anew."""
    patience, sent = site.provider.patience, threading.Event()

    def hold() -> None:
        patience.hold(60)
        sent.set()

    waiting = threading.Thread(target=hold)
    waiting.start()
    while not sent.wait(0.01):
        assert 204 == site.control("POST", "/release", {}).status_code
    waiting.join()
    assert not waiting.is_alive()


def test_a_plan_is_armed_bound_and_told(site: Site) -> None:
    """From the token to the evidence."""
    plan = json_of(site.control("POST", "/plans", {"deviations": [LIE]}))
    site.browser.set_cookie("psc_scenario", plan["token"], domain="localhost")
    sub = json_of(site.userinfo(site.tokens()["access_token"]))["sub"]
    after = json_of(site.control("GET", "/plans/" + plan["token"]))

    assert (None, "other") == (plan["login_id"], sub)
    assert [
        {
            "deviation": LIE,
            "honest": {"sub": f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{IDNAT}"},
            "told": {"sub": "other"},
        }
    ] == after["told"]
    assert site.provider.journal.entries()[0].login_id == after["login_id"]


def test_a_plan_for_the_issuer_holds_until_withdrawn(site: Site) -> None:
    """Discovery is fetched without a login."""
    lie = {"kind": "set-field", "seam": "discovery", "name": "issuer", "value": "other"}
    site.control("POST", "/plans", {"deviations": [lie], "scope": "issuer"})
    during = json_of(site.call("GET", DISCOVERY))["issuer"]
    status = site.control("DELETE", "/plans/issuer").status_code

    assert ("other", 204, site.settings.issuer) == (during, status, json_of(site.call("GET", DISCOVERY))["issuer"])


def test_people_are_called_what_the_suite_asks_for(site: Site) -> None:
    """Any identifiant national that can be typed, so that a portal can be tried with all of them."""
    person = json_of(site.control("POST", "/people", {"idnat": "30B0990016/A;*é"}))

    assert ("30B0990016/A;*é", "30B0990016/A;*é") == (person["idnat"], person["claims"]["SubjectNameID"])


def test_fresh_people_come_with_what_userinfo_will_say(site: Site) -> None:
    """The suite knows whom to expect, before they log in."""
    person = json_of(site.control("POST", "/people", {"template": "infirmiere-salariee", "password": "1234"}))

    assert person["claims"] == json_of(site.userinfo(site.tokens(person["idnat"])["access_token"]))
    assert person["sub"] == person["claims"]["sub"]
    assert person["device"]


def test_a_fresh_person_can_be_a_merged_account(site: Site) -> None:
    """First the old account, then the new one that lists it: the same human being."""
    old = json_of(site.control("POST", "/people", {}))
    new = json_of(site.control("POST", "/people", {"formerly": old["idnat"]}))

    assert [new["idnat"], old["idnat"]] == [one["identifiant"] for one in new["claims"]["otherIds"]]
    assert old["claims"]["family_name"] == new["claims"]["family_name"]


def test_a_phone_can_be_given_to_somebody(site: Site) -> None:
    """Spaces in the identifier do not matter."""
    assert 201 == site.control("POST", "/phones", {"idnat": "8997 9900 0015", "password": "1234"}).status_code


def test_a_portal_can_be_made_known_and_known_anew(site: Site) -> None:
    """The last registration counts."""
    statuses = [
        site.control("POST", "/clients", {**PORTAL, "redirect_uris": [address]}).status_code
        for address in ("https://old.example/", CALLBACK)
    ]

    assert [201, 201] == statuses
    assert 303 == site.ask(client_id="new").status_code


def test_the_clock_moves_and_comes_back(site: Site) -> None:
    """Tokens age without waiting."""
    token = site.tokens()["access_token"]
    site.control("POST", "/clock", {"advance": 121})
    aged = site.userinfo(token).status_code
    site.control("POST", "/clock", {"advance": None})

    assert (401, 200) == (aged, site.userinfo(token).status_code)


def test_the_clock_can_be_set(site: Site) -> None:
    """To any moment, in any zone; it goes on from there."""
    now = json_of(site.control("POST", "/clock", {"set": "2031-05-06T09:00:00+02:00"}))["now"]

    assert now.startswith("2031-05-06T07:00:0")
    assert 2031 == site.provider.clock.now().year


def test_everybody_and_every_portal_is_listed_without_secrets(site: Site) -> None:
    """Whom to log in, and where."""
    people, clients = site.control("GET", "/people"), site.control("GET", "/clients")

    assert IDNAT == json_of(people)["people"][0]["idnat"]
    assert ["portal", "neighbour"] == [client["client_id"] for client in json_of(clients)["clients"]]
    assert SECRET not in clients.text


def test_a_reset_forgets_what_happened_and_keeps_who_is_there(site: Site) -> None:
    """Logins, tokens, lies, journal and clock are as new; people, phones and portals stay."""
    person = json_of(site.control("POST", "/people", {"password": "1234"}))
    token = site.tokens(person["idnat"])["access_token"]
    lie = {**LIE, "seam": "discovery", "name": "issuer"}
    site.control("POST", "/plans", {"deviations": [lie], "scope": "issuer"})
    site.control("POST", "/clock", {"advance": 10**8})
    status = site.control("POST", "/reset", {}).status_code
    entries = json_of(site.control("GET", "/journal"))["entries"]

    assert (204, [], 401) == (status, entries, site.userinfo(token).status_code)
    assert site.settings.issuer == json_of(site.call("GET", DISCOVERY))["issuer"]
    assert site.provider.clock.now().year < datetime.now(UTC).year + 3  # noqa: TID251  real time is what is meant
    assert 303 == site.ask().status_code
    answer = site.control("POST", "/phones", {"idnat": person["idnat"], "password": "1234"})
    assert (201, True) == (
        answer.status_code,
        json_of(site.control("POST", "/people", {}))["idnat"] != person["idnat"],
    )


def test_the_journal_is_read_by_endpoint_and_place(site: Site) -> None:
    """And the control API itself is not in it."""
    site.tokens()
    entries = json_of(site.control("GET", "/journal"))["entries"]
    later = json_of(site.control("GET", "/journal?endpoint=token&after=1&wait=1"))["entries"]

    assert ["authorize", "token"] == [entry["endpoint"] for entry in entries]
    assert [2] == [entry["seq"] for entry in later]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "/plans", [], 400, "body: expected a JSON object"),
        ("POST", "/plans", {"deviations": 5}, 400, "deviations: expected a list"),
        ("POST", "/plans", {"deviations": [{"kind": "x"}]}, 400, "deviations: kind: unknown deviation 'x'; known are"),
        ("POST", "/plans", {"scope": "world"}, 400, "scope: 'login' or 'issuer'"),
        ("POST", "/plans", {"scope": []}, 400, "scope: 'login' or 'issuer'"),
        ("GET", "/plans/none", None, 404, "token: no such plan"),
        ("GET", "/journal?after=x", None, 400, "after, wait: expected numbers"),
        ("GET", "/journal?wait=nan", None, 400, "wait: expected 0 to 30 seconds"),
        ("GET", "/journal?wait=-1", None, 400, "wait: expected 0 to 30 seconds"),
        ("POST", "/people", {"template": "nobody"}, 400, "template: no persona is called 'nobody'; known are"),
        ("POST", "/people", {"template": 1}, 400, "template: expected non-empty text"),
        ("POST", "/people", {"formerly": "8"}, 404, "formerly: nobody in the directory has it"),
        ("POST", "/people", {"formerly": " "}, 400, "formerly: idnat-empty"),
        ("POST", "/people", {"password": "12"}, 400, "password: password-not-four-digits"),
        ("POST", "/people", {"idnat": 8}, 400, "idnat: expected non-empty text"),
        ("POST", "/people", {"idnat": "\x00"}, 400, "idnat: idnat-control"),
        ("POST", "/people", {"idnat": "8 1"}, 400, "idnat: write it without spaces"),
        ("POST", "/people", {"idnat": IDNAT}, 400, f"idnat: {IDNAT} belongs to somebody already"),
        ("POST", "/phones", {"idnat": " ", "password": "1234"}, 400, "idnat: idnat-empty"),
        ("POST", "/phones", {"idnat": "1", "password": "1234"}, 404, "idnat: nobody in the directory has it"),
        ("POST", "/phones", {"idnat": IDNAT, "password": "x"}, 400, "password: password-not-four-digits"),
        ("POST", "/phones", {"idnat": IDNAT}, 400, "password: expected non-empty text"),
        ("POST", "/clients", {**PORTAL, "redirect_uris": "x"}, 400, "redirect_uris: expected a list of texts"),
        ("POST", "/clients", {**PORTAL, "redirect_uris": ["/x"]}, 400, "redirect_uris: '/x' is no absolute address"),
        ("POST", "/clients", {"client_id": "x"}, 400, "client_secret: missing"),
        ("POST", "/clients", {**PORTAL, "redirect_uri": "x"}, 400, "redirect_uri: unknown member; known are client_id"),
        ("POST", "/clock", {}, 400, "advance: expected seconds, or null"),
        ("POST", "/clock", {"set": "noon"}, 400, "set: expected a moment like"),
        ("POST", "/clock", {"set": 5}, 400, "set: expected non-empty text"),
        ("POST", "/clock", {"set": "2026-03-02T12:00:00"}, 400, "set: say the offset from UTC too"),
        ("POST", "/clock", {"set": "0001-01-01T00:00:00+00:00"}, 400, "set: the clock stays within a century"),
        ("POST", "/clock", {"set": "0001-01-01T00:00:00+14:00"}, 400, "set: the clock stays within a century"),
        ("POST", "/reset", [], 400, "body: expected a JSON object"),
        ("POST", "/clock", {"advance": "5"}, 400, "advance: expected seconds, or null"),
        ("POST", "/clock", {"advance": True}, 400, "advance: expected seconds, or null"),
        ("POST", "/clock", {"advance": 1e300}, 400, "advance: the clock stays within a century"),
        ("POST", "/clock", {"advance": 10**400}, 400, "advance: the clock stays within a century"),
    ],
)
def test_bad_input_is_told_which_field(
    site: Site, *, method: str, path: str, body: Any, status: int, said: str
) -> None:
    """Which field, what is wrong, what to do."""
    answer = site.control(method, path, body)

    assert (status, True) == (answer.status_code, json_of(answer)["error"].startswith(said)), answer.text


def test_only_json_is_taken(site: Site) -> None:
    """A form from another site cannot say it is JSON without asking first."""
    answer = site.call("POST", CONTROL + "/clock", data='{"advance": 5}', content_type="text/plain")

    assert 415 == answer.status_code


@pytest.mark.parametrize(
    ("shown", "status"), [({}, 401), ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "Bearer right"}, 200)]
)
def test_beyond_loopback_a_token_is_required(keys: SigningKeys, shown: dict[str, str], status: int) -> None:
    """The token printed at start, and nothing else."""
    provider = Provider(settings=Site.settings, keys=keys, control_token="right")
    answer = (
        create_app(provider).test_client().get(CONTROL + "/status", base_url=Site.settings.issuer_base, headers=shown)
    )

    assert (status, 'Bearer realm="psc-control"' if status == 401 else None) == (
        answer.status_code,
        answer.headers.get("WWW-Authenticate"),
    )


@pytest.fixture(scope="module")
def shared(keys: SigningKeys) -> Site:
    """One site for many requests."""
    return Site(keys=keys)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
MEMBERS = st.sampled_from(
    [
        "deviations",
        "scope",
        "template",
        "password",
        "idnat",
        "client_id",
        "client_secret",
        "redirect_uris",
        "advance",
        "name",
    ]
)


@given(
    path=st.sampled_from(
        ["/plans", "/people", "/phones", "/clients", "/clock", "/answers", "/mint", "/keys", "/reset"]
    ),
    body=st.dictionaries(MEMBERS, JSONS, max_size=5) | JSONS,
)
def test_any_json_is_taken_or_refused_with_a_reason(shared: Site, *, path: str, body: Any) -> None:
    """Never a 5xx."""
    answer = shared.control("POST", path, body)

    assert answer.status_code in {200, 201, 204, 400, 404, 409, 415}
    assert answer.status_code < 400 or json_of(answer)["error"]
