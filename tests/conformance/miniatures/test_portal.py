"""The correct portal: its pages, its session, and how it takes everything the provider and the browser do to it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pytest

from conformance.markup import read_html
from tests.conformance.miniatures.desk import BASE, COOKIE, Desk
from tests.conformance.miniatures.tiny_provider import KEY, OTHER_KEY, Lie, TinyProvider, segment, unsigned

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def error_of(answer: TestResponse) -> str | None:
    """Return the stable code that a page shows."""
    page = read_html(answer.get_data(as_text=True))
    return next((one.attributes["data-error"] for one in page.walk() if "data-error" in one.attributes), None)


def test_the_way_in_and_out(provider: TinyProvider) -> None:
    """From Connexion over PRO SANTÉ CONNECT to the person's own page, and back to nobody."""
    desk = Desk(provider)

    start = desk.client.get("/").get_data(as_text=True)
    choice = desk.client.get("/sign-in").get_data(as_text=True)
    anonymous = desk.client.get("/me")
    desk.log_in()
    inside = desk.client.get("/").get_data(as_text=True)
    out = desk.client.post("/logout").headers["Location"]
    state = out.partition("state=")[2].partition("&")[0]
    back = desk.client.get(f"/logged-out?state={state}")

    assert 'href="/sign-in">Connexion<' in start
    assert 'href="/login">PRO SANTÉ CONNECT<' in choice
    assert all("SIMULATEUR" in page for page in (start, choice, inside))
    assert (401, {"error": "anonymous"}) == (anonymous.status_code, anonymous.get_json())
    assert f'data-user="8997{provider.people:08d}"' in inside
    assert "ESSAI &lt;b&gt;FICTIF&lt;/b&gt;" in inside
    assert (200, True) == (back.status_code, "Vous êtes déconnecté" in back.get_data(as_text=True))
    assert desk.who is None


def test_english_is_spoken_too(provider: TinyProvider) -> None:
    """With the setting, texts and refusals are English."""
    desk = Desk(provider, language="en")

    assert ">Sign in<" in desk.client.get("/").get_data(as_text=True)
    assert "Start the login again" in desk.client.get("/callback?code=1&state=2").get_data(as_text=True)


def test_the_session_is_renamed_at_login_and_guarded(provider: TinyProvider) -> None:
    """The name known before login is worth nothing after it; the cookie is HttpOnly and SameSite=Lax."""
    desk = Desk(provider)
    callback = provider.authorize(desk.begin())
    before = desk.sid

    answer = desk.deliver(callback)
    after = desk.sid
    desk.client.set_cookie(COOKIE, before or "")

    assert before != after
    assert desk.who is None
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))


def test_a_session_name_from_outside_is_not_adopted(provider: TinyProvider) -> None:
    """A cookie planted before the login is replaced by a name of the portal's own."""
    desk = Desk(provider)
    desk.client.set_cookie(COOKIE, "planted")

    desk.begin()

    assert "planted" != desk.sid


def test_a_callback_belongs_to_its_own_browser(provider: TinyProvider) -> None:
    """An answer opened in another browser logs nobody in there (CSRF, RFC 9700 4.7)."""
    attacker, victim = Desk(provider), Desk(provider)
    victim.begin()

    answer = victim.deliver(provider.authorize(attacker.begin()))

    assert (400, "state") == (answer.status_code, error_of(answer))
    assert victim.who is None


def test_two_logins_side_by_side_do_not_cross(provider: TinyProvider) -> None:
    """Flow A finished after flow B was started is checked with A's own nonce."""
    desk = Desk(provider)
    first, _second = provider.authorize(desk.begin()), provider.authorize(desk.begin())

    answer = desk.deliver(first)

    assert 303 == answer.status_code
    assert f"8997{provider.people - 1:08d}" == desk.who


def test_a_replayed_answer_keeps_who_is_there(provider: TinyProvider) -> None:
    """The second delivery is refused, and the person stays logged in."""
    desk = Desk(provider)
    callback = provider.authorize(desk.begin())
    desk.deliver(callback)

    again = desk.deliver(callback)

    assert (400, "state") == (again.status_code, error_of(again))
    assert desk.who is not None


def test_a_login_that_took_too_long_starts_again(provider: TinyProvider) -> None:
    """After eleven minutes the answer is refused with a page that says what to do."""
    desk = Desk(provider)
    callback = provider.authorize(desk.begin())
    desk.ticks += 660

    answer = desk.deliver(callback)

    assert (400, "state") == (answer.status_code, error_of(answer))
    assert "Recommencez" in answer.get_data(as_text=True)


def test_an_idle_session_ends(provider: TinyProvider) -> None:
    """Half an hour without a request, and nobody is there."""
    desk = Desk(provider)
    desk.log_in()
    desk.ticks += 1801

    assert desk.who is None


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={state}", 403, "declined"),
        ("error=server_error&state={state}", 400, "provider-error"),
        ("error=access_denied&code=1&state={state}&iss={iss}", 403, "declined"),
        ("error=access_denied", 400, "state"),
        ("state={state}&iss={iss}", 400, "response"),
        ("code=1&code=2&state={state}&iss={iss}", 400, "response"),
        ("code=1&state={state}", 400, "response-iss"),
        ("code=1&state={state}&iss={iss}/", 400, "response-iss"),
        ("code=unknown&state={state}&iss={iss}", 403, "code"),
        ("code=1&state=%FF%00&iss={iss}", 400, "state"),
        ("", 400, "state"),
    ],
)
def test_odd_responses_become_clean_pages(provider: TinyProvider, query: str, status: int, reason: str) -> None:
    """Whatever comes back from the browser: a page with a stable code, nothing reflected, no session."""
    desk = Desk(provider)
    desk.begin()
    provider.authorize(desk.begin())
    state = provider.requests[-1]["state"]

    answer = desk.client.get("/callback?" + query.format(state=state, iss=provider.base))

    assert (status, reason) == (answer.status_code, error_of(answer))
    assert "alert(1)" not in html.unescape(answer.get_data(as_text=True))
    assert desk.who is None


def test_extra_parameters_do_no_harm(provider: TinyProvider) -> None:
    """session_state and whatever else a provider adds is ignored (RFC 6749 4.1.2)."""
    desk = Desk(provider)
    answer = desk.log_in(Lie(response=lambda it: it.update(session_state="x", novelty="y")))

    assert 303 == answer.status_code


@pytest.mark.parametrize(
    ("path", "status", "body", "expected"),
    [
        ("/token", 500, b"", 503),
        ("/token", 200, b"{", 502),
        ("/token", 200, b"[]", 502),
        ("/token", 200, b"{}", 502),
        ("/token", 400, b'{"error":"invalid_grant"}', 403),
        ("/token", 200, b'{"access_token":"a","token_type":"Bearer"}', 403),
        ("/token", 307, b"", 502),
        ("/userinfo", 500, b"", 503),
        ("/userinfo", 401, b"", 502),
        ("/userinfo", 200, b"[]", 502),
        ("/userinfo", 200, b"null", 502),
        ("/userinfo", 200, b"{", 502),
        ("/userinfo", 200, b"[" * 100_000, 502),
        ("/userinfo", 200, b"{}", 403),
        ("/certs", 500, b"", 503),
        ("/certs", 404, b"", 502),
        ("/certs", 200, b'{"keys":{}}', 502),
        ("/certs", 200, b'{"keys":[{"kty":"RSA","kid":"k1","n":"?"},{"kty":"oct","k":"AA","kid":"k1"},7]}', 403),
        ("/.well-known/wallet-openid-configuration", 200, b'{"issuer":"https://evil.example"}', 502),
        ("/.well-known/wallet-openid-configuration", 503, b"", 503),
        ("/.well-known/wallet-openid-configuration", 200, b"<html>", 502),
    ],
)
def test_a_provider_that_fails_gives_a_clean_page_and_is_forgiven(
    provider: TinyProvider, path: str, status: int, body: bytes, expected: int
) -> None:
    """Nobody is logged in, the page is clean, and the next honest login works without a restart."""
    desk = Desk(provider)
    provider.lie = Lie(answers={path: (status, body)})
    request = desk.begin()
    answer = desk.deliver(provider.authorize(request)) if request else desk.client.get("/login")
    during = desk.who
    desk.ticks += 11
    desk.log_in()

    assert expected == answer.status_code
    assert error_of(answer)
    assert during is None
    assert desk.who is not None


def test_a_provider_that_is_not_there_yet_is_waited_for(provider: TinyProvider) -> None:
    """The portal starts without its provider, says so, and works once the provider answers."""
    nowhere = TinyProvider(base="http://127.0.0.1:9")
    lost = Desk(nowhere, provider_seconds=0.5)

    answer = lost.client.get("/login")

    assert (503, "provider-down") == (answer.status_code, error_of(answer))
    assert 200 == lost.client.get("/").status_code


def test_logout_works_without_the_provider(provider: TinyProvider) -> None:
    """With discovery gone, the local session ends all the same."""
    desk = Desk(provider)
    desk.log_in()
    desk.ticks += 301
    provider.lie = Lie(answers={"/.well-known/wallet-openid-configuration": (500, b"")})

    answer = desk.client.post("/logout")

    assert "/logged-out" == answer.headers["Location"]
    assert desk.who is None
    assert 200 == desk.client.get("/logged-out").status_code


def test_a_return_from_logout_that_nobody_waited_for_is_refused(provider: TinyProvider) -> None:
    """A wrong state on the way back is said, and the session is closed already."""
    desk = Desk(provider)
    desk.log_in()
    desk.client.post("/logout")

    answer = desk.client.get("/logged-out?state=another")

    assert (400, "logout-state") == (answer.status_code, error_of(answer))
    assert desk.who is None


def test_logout_needs_a_post(provider: TinyProvider) -> None:
    """A link or an image on another site logs nobody out; and the provider's answer is never posted."""
    desk = Desk(provider)
    desk.log_in()

    codes = (desk.client.get("/logout").status_code, desk.client.post("/callback").status_code)

    assert (405, 405) == codes
    assert desk.who is not None
    assert 404 == desk.client.get("/nothing").status_code


def lie(**claims: Any) -> Lie:
    """Return a lie about these claims; None drops one."""

    def change(it: dict[str, Any]) -> None:
        for name, value in claims.items():
            if value is None:
                it.pop(name, None)
            else:
                it[name] = value(it) if callable(value) else value

    return Lie(claims=change)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (lie(iss=None), "iss"),
        (lie(iss=""), "iss"),
        (lie(iss=lambda it: it["iss"] + "/"), "iss"),
        (lie(iss=lambda it: it["iss"].upper()), "iss"),
        (lie(iss=lambda it: [it["iss"]]), "iss"),
        (lie(aud=None), "aud"),
        (lie(aud=[]), "aud"),
        (lie(aud="portail-fictif-2"), "aud"),
        (lie(aud=["portail-fictif", "another"], azp=None), "aud"),
        (lie(azp="another"), "aud"),
        (lie(exp=None), "time"),
        (lie(exp="9999999999"), "time"),
        (lie(exp=True), "time"),
        (lie(exp=-1), "time"),
        (lie(exp=10**400), "time"),
        (lie(iat=None), "time"),
        (lie(iat=lambda it: it["iat"] + 86_400), "time"),
        (lie(iat=lambda it: it["iat"] - 7 * 86_400), "time"),
        (lie(nbf=lambda it: it["iat"] + 3600), "time"),
        (lie(nonce=lambda it: [it["nonce"]]), "nonce"),
        (lie(nonce=""), "nonce"),
        (lie(sub=""), "sub"),
        (lie(sub=7), "sub"),
        (lie(sub="x" * 256), "sub"),
        (lie(acr=None), "acr"),
        (lie(acr="0"), "acr"),
        (lie(acr=["eidas1"]), "acr"),
        (lie(sub="f:fictif:another"), "userinfo-sub"),
        (Lie(userinfo=lambda it: it.pop("sub")), "userinfo-sub"),
        (Lie(userinfo=lambda it: it.update(sub=[it["sub"]])), "userinfo-sub"),
        (Lie(userinfo=lambda it: it.pop("SubjectNameID")), "identity"),
        (Lie(key=OTHER_KEY), "signature"),
        (Lie(header=lambda it: it.update(kid="k2")), "key"),
        (Lie(signed=lambda it: segment({"alg": "RS256", "kid": ["k1"]}) + it[it.index(".") :]), "key"),
        (Lie(header=lambda it: it.update(alg="RS512"), key=OTHER_KEY), "alg"),
        (Lie(signed=lambda it: unsigned(it, "NoNe")), "alg"),
        (Lie(signed=lambda it: unsigned(it, "RS256")), "signature"),
        (Lie(signed=lambda _: ""), "token-shape"),
        (Lie(signed=lambda it: it.rpartition(".")[0]), "token-shape"),
        (Lie(signed=lambda it: it + "." + it), "token-shape"),
        (Lie(signed=lambda it: "é" + it), "token-shape"),
        (Lie(tokens=lambda it: it.update(id_token=7)), "token-shape"),
        (Lie(tokens=lambda it: it.update(id_token=it["access_token"])), "token-shape"),
    ],
)
def test_strict_refuses_every_other_lie(provider: TinyProvider, told: Lie, reason: str) -> None:
    """Each lie is refused for its own reason, and the next honest login works."""
    desk = Desk(provider)

    answer = desk.log_in(told)
    during = desk.who
    desk.log_in()

    assert (403, reason, None) == (answer.status_code, error_of(answer), during)
    assert desk.who is not None


@pytest.mark.parametrize(
    "told",
    [
        lie(aud=["portail-fictif"]),
        lie(azp=None),
        lie(exp=lambda it: it["exp"] + 0.5),
        lie(exp=1e300),
        lie(acr="eidas3"),
        Lie(tokens=lambda it: it.update(expires_in=1)),
        Lie(tokens=lambda it: it.pop("expires_in")),
        Lie(userinfo=lambda it: it.update(SubjectRefPro={"exercices": []})),
        Lie(userinfo=lambda it: it.update(SubjectRefPro="")),
    ],
)
def test_strict_accepts_what_is_only_unusual(provider: TinyProvider, told: Lie) -> None:
    """What the specifications allow logs the person in."""
    desk = Desk(provider)

    assert 303 == desk.log_in(told).status_code
    assert desk.who is not None


def test_an_absent_acr_is_a_setting(provider: TinyProvider) -> None:
    """A portal may be told that a token without a level is enough."""
    desk = Desk(provider, accept_absent_acr=True)

    assert 303 == desk.log_in(lie(acr=None)).status_code


def test_keys_are_fetched_again_for_an_unknown_kid_but_not_all_the_time(provider: TinyProvider) -> None:
    """A new key is found at once; random kids cause one fetch per cool-down."""
    desk = Desk(provider)
    desk.log_in()
    new = type(KEY).import_key({**OTHER_KEY.as_dict(private=True), "kid": "k2"})
    provider.published = [new]
    rotated = Lie(header=lambda it: it.update(kid="k2"), key=new)

    found = desk.log_in(rotated).status_code
    before = provider.calls.count("/certs")
    for _ in range(5):
        desk.log_in(Lie(header=lambda it: it.update(kid="random")))
    within = provider.calls.count("/certs") - before
    desk.ticks += 11
    desk.log_in(Lie(header=lambda it: it.update(kid="random")))

    assert (303, 2, 0) == (found, before, within)
    assert 3 == provider.calls.count("/certs")


def test_no_kid_and_two_keys_is_refused(provider: TinyProvider) -> None:
    """With two keys published nobody can tell which one is meant (OIDC-CORE 10.1)."""
    other = type(KEY).import_key({**OTHER_KEY.as_dict(private=True), "kid": "k2"})
    provider.published = [KEY, other]
    desk = Desk(provider)

    assert "key" == error_of(desk.log_in(Lie(header=lambda it: it.pop("kid"))))


def test_values_are_fresh_and_long_every_time(provider: TinyProvider) -> None:
    """State, nonce and challenge have 128 bits or more and are never used twice."""
    desk = Desk(provider)
    for _ in range(4):
        desk.log_in()
    values = [asked[name] for asked in provider.requests for name in ("state", "nonce", "code_challenge")]

    assert 12 == len(set(values))
    assert min(len(value) for value in values) >= 43
    assert {BASE + "/callback"} == {asked["redirect_uri"] for asked in provider.requests}
    assert {"code"} == {asked["response_type"] for asked in provider.requests}
    assert 4 == len({form["code_verifier"] for form in provider.redeemed})
    assert all("client_secret" not in form for form in provider.redeemed)


def test_pages_are_private(provider: TinyProvider) -> None:
    """No cache keeps them, no referrer leaves them, no frame holds them."""
    headers = Desk(provider).client.get("/me").headers

    assert ("no-store", "no-referrer") == (headers["Cache-Control"], headers["Referrer-Policy"])
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
