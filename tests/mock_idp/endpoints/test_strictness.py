"""What a broken portal must not get away with, and the faults that were found in other mock providers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mock_idp.people import ACTIVE, Person, builtin_people
from mock_idp.store.sqlite import SqliteStore
from mock_idp.web.records import record_codec
from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from tests.mock_idp.endpoints.site import DISCOVERY, ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, PORTAL, basic
from tests.mock_idp.protocol.test_code_grant import S256, VERIFIER

if TYPE_CHECKING:
    from pathlib import Path

    from mock_idp.keys import SigningKeys
    from mock_idp.settings import Settings

PKCE = {"code_challenge": S256, "code_challenge_method": "S256"}


def error(answer: Any) -> tuple[int, str]:
    """Return status and error of a refusal."""
    return answer.status_code, answer.json["error"]


def test_a_code_used_twice_is_refused(site: Site) -> None:
    """With PKCE and without."""
    plain, bound = site.code(), site.code(**PKCE)
    first = [site.redeem(plain).status_code, site.redeem(bound, code_verifier=VERIFIER).status_code]
    second = [error(site.redeem(plain)), error(site.redeem(bound, code_verifier=VERIFIER))]

    assert ([200, 200], [(400, "invalid_grant")] * 2) == (first, second)


def test_a_wrong_verifier_is_refused(site: Site) -> None:
    """PKCE is checked, not announced."""
    assert (400, "invalid_grant") == error(site.redeem(site.code(**PKCE), code_verifier=VERIFIER + "x"))


def test_a_missing_verifier_is_refused(site: Site) -> None:
    """A challenge must be answered."""
    assert (400, "invalid_request") == error(site.redeem(site.code(**PKCE)))


def test_another_redirect_uri_at_the_token_endpoint_is_refused(site: Site) -> None:
    """Even another registered one."""
    answer = site.redeem(site.code(), redirect_uri="https://portal.example/other?kept=1")

    assert (400, "invalid_grant") == error(answer)


def test_a_wrong_client_secret_is_refused(site: Site) -> None:
    """By default, without a setting."""
    assert (401, "invalid_client") == error(site.redeem(site.code(), basic(secret="wrong")))


def test_an_unknown_client_is_refused(site: Site) -> None:
    """At the authorization endpoint by a page, at the token endpoint by JSON."""
    page = site.ask(client_id="nobody")

    assert (400, False) == (page.status_code, "Location" in page.headers)
    assert (401, "invalid_client") == error(site.redeem(site.code(), basic("nobody")))


def test_an_unregistered_redirect_uri_is_refused(site: Site) -> None:
    """By a page: nobody is sent there."""
    page = site.ask(redirect_uri="https://evil.example/callback")

    assert (400, False) == (page.status_code, "Location" in page.headers)


def test_a_garbage_bearer_token_is_refused(site: Site) -> None:
    """401, as RFC 6750 says."""
    assert (401, "invalid_token") == error(site.userinfo("garbage"))


def test_a_garbage_refresh_token_is_refused(site: Site) -> None:
    """400, as RFC 6749 says."""
    form = {"grant_type": "refresh_token", "refresh_token": "garbage"}

    assert (400, "invalid_grant") == error(site.call("POST", ENDPOINTS + "/token", data=form, headers=basic()))


def test_without_a_session_prompt_none_is_refused(site: Site) -> None:
    """By a redirect that says so: nobody is asked, and nobody is let in."""
    answer = site.ask(site.app.test_client(), prompt="none")
    said = dict(parse_qsl(urlsplit(answer.location).query))

    assert (302, "login_required", False) == (answer.status_code, said["error"], "code" in said)


def test_an_id_token_comes_only_with_openid(site: Site) -> None:
    """Without the scope it would be plain OAuth."""
    assert [True, False] == ["id_token" in site.tokens(scope=scope) for scope in ("openid scope_all", "scope_all")]


# -- faults found in other providers


def test_two_people_at_once_with_one_portal_stay_apart(site: Site) -> None:
    """Several threads, one portal, every person's code open at once: each gets their own tokens."""
    people = [person for person in builtin_people() if person.status == ACTIVE]
    codes = [site.code(person.idnat) for person in people]

    def who(code: str) -> str:
        tokens = json_of(site.redeem(code))
        return str(json_of(site.userinfo(tokens["access_token"]))["SubjectNameID"])

    with ThreadPoolExecutor(4) as portals:
        found = list(portals.map(who, reversed(codes)))

    assert [person.idnat for person in reversed(people)] == found


def test_one_code_from_many_threads_works_once(site: Site) -> None:
    """Whoever races, exactly one wins."""
    code = site.code()
    with ThreadPoolExecutor(8) as racers:
        statuses = sorted(racers.map(lambda _: site.redeem(code).status_code, range(8)))

    assert [200] + [400] * 7 == statuses


def test_two_logins_of_one_second_have_different_tokens(site: Site) -> None:
    """No unique constraint to break, no token shared."""
    names = ("access_token", "refresh_token", "id_token")
    first, second = site.tokens(), site.tokens()

    assert [False] * 3 == [first[name] == second[name] for name in names]


def test_the_first_request_right_after_discovery_works(keys: SigningKeys) -> None:
    """Whoever can read discovery can log in: the keys are there before the door opens."""
    site = Site(keys=keys)
    document = json_of(site.call("GET", DISCOVERY))

    assert site.tokens()["id_token"].count(".") == 2
    assert document["issuer"] == site.settings.issuer


def test_no_private_member_is_served(site: Site) -> None:
    """Not in the key set, nor anywhere else a key is shown."""
    (key,) = json.loads(site.call("GET", ENDPOINTS + "/certs").text)["keys"]

    assert {"kty", "use", "alg", "kid", "n", "e"} == set(key)


def test_the_issuer_is_the_address_that_was_asked(keys: SigningKeys) -> None:
    """Over a real socket, at a port nobody chose; another name for the same machine is not answered with it."""

    def make(settings: Settings) -> Provider:
        return Provider(settings=settings, keys=keys)

    with run_provider(make=make) as running:
        site = Site(keys=keys, settings=running.settings)
        document = json_of(site.call("GET", DISCOVERY))

        assert running.settings.discovery_url == document["issuer"] + "/.well-known/wallet-openid-configuration"
        assert 404 == site.call("GET", DISCOVERY, wallet=True).status_code


def test_a_host_that_is_not_served_is_told_so(site: Site) -> None:
    """A page elsewhere cannot reach the simulator by a name of its own (DNS rebinding)."""
    answer = site.app.test_client().get(DISCOVERY, base_url="http://evil.example")

    assert (421, "invalid_request") == error(answer)
    assert "http://127.0.0.1:8080" in json_of(answer)["error_description"]


def test_many_logins_at_once_on_a_file_are_all_served(keys: SigningKeys, tmp_path: Path) -> None:
    """Two processes, as far as the file can tell, and eight portals: nobody is told of a database that is locked."""
    path = tmp_path / "desk.sqlite"
    with SqliteStore(path, record_codec()) as one, SqliteStore(path, record_codec()) as other:
        sites = [Site(keys=keys, store=store) for store in (one, other)]

        def log_in(number: int) -> tuple[int, int]:
            here, there = sites[number % 2], sites[(number + 1) % 2]
            tokens = json_of(there.redeem(minted_code(here)))
            who = here.userinfo(tokens["access_token"])
            form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            again = there.call("POST", ENDPOINTS + "/token", data=form, headers=basic())
            return who.status_code, again.status_code

        with ThreadPoolExecutor(8) as portals:
            done = list(portals.map(log_in, range(24)))

        assert [(200, 200)] * 24 == done
        # and no key is imported anew for every token, which would take longer than all the rest
        assert sites[0].provider.keys is sites[0].provider.keys is sites[1].provider.keys


def minted_code(site: Site) -> str:
    """Return the code of a login, in a browser of its own."""
    asked = site.ask(site.app.test_client())
    login_id = dict(parse_qsl(urlsplit(asked.location).query))["login"]
    reply = site.provider.complete(login_id, IDNAT, lambda _: None)
    return dict(parse_qsl(urlsplit(reply.location or "").query))["code"]


def test_adding_people_while_others_are_looked_up_breaks_nothing(site: Site) -> None:
    """Scenarios in parallel draw fresh people from one directory."""
    with ThreadPoolExecutor(8) as scenarios:
        people: list[Person] = list(scenarios.map(lambda _: site.provider.fresh_person("medecin-liberal"), range(64)))

    assert 64 == len({person.idnat for person in people})


def test_the_portal_of_these_tests_needs_no_laxness() -> None:
    """All of the above runs with the settings that ship."""
    assert Site.settings == type(Site.settings)()
    assert PORTAL.client_secret
