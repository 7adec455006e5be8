"""Finding one's way round a portal: links and buttons by their words, pages compared before and after a login."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from conformance.browser import Browser
from conformance.scouting import find_login, find_logout, find_probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROVIDER = "http://127.0.0.1:9/auth?client_id=portail&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb"
CLAIMS = {
    "SubjectNameID": "899799100005",
    "sub": "f:u:899799100005",
    "given_name": "SIMONE",
    "family_name": "FICTIF10000",
}

Answer = tuple[int, dict[str, str], str]


def page(body: str, status: int = 200, **headers: str) -> Answer:
    """Return an HTML answer."""
    return status, {"Content-Type": "text/html; charset=utf-8", **headers}, body


def away(url: str) -> Answer:
    """Return a redirect."""
    return 302, {"Location": url}, ""


def document(value: Any, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return status, {"Content-Type": "application/json"}, json.dumps(value)


@contextmanager
def portal(pages: dict[str, Callable[[str], Answer]]) -> Iterator[str]:
    """Serve pages by `METHOD path`; each is asked with the cookies of the request."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = f"{self.command} {self.path.partition('?')[0]}"
            make: Callable[[str], Answer] | None = pages.get(key)
            status, headers, body = make(self.headers.get("Cookie", "")) if make else page("nothing here", 404)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = _answer  # noqa: N815  # the server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def browser_for(base: str) -> Browser:
    """Return a browser that may visit that portal only."""
    return Browser(frozenset({base.removeprefix("http://")}))


def test_a_home_page_that_sends_everybody_away_is_the_login() -> None:
    """Nothing has to be clicked."""
    with portal({"GET /": lambda _: away(PROVIDER)}) as base:
        found = find_login(browser_for(base), base + "/")

    assert found is not None
    assert (base + "/", "", "portail") == (found.url, found.form, found.request.get("client_id"))


def test_the_likeliest_link_is_tried_first() -> None:
    """The button of PSC is found behind the page of means, and the legal notice is not visited."""
    visited: list[str] = []

    def note(name: str) -> Answer:
        visited.append(name)
        return page("…")

    pages = {
        "GET /": lambda _: page(
            '<a href="/legal">Mentions</a><a href="/means">Connexion</a><a href="/out">Déconnexion</a>'
        ),
        "GET /means": lambda _: page('<a href="/local">Mot de passe</a><a href="/psc">Pro Santé Connect</a>'),
        "GET /psc": lambda _: away(PROVIDER),
        "GET /legal": lambda _: note("legal"),
        "GET /out": lambda _: note("out"),
    }
    with portal(pages) as base:
        found = find_login(browser_for(base), base)

    assert found is not None
    assert (base + "/psc", []) == (found.url, visited)


def test_a_form_with_a_token_starts_the_login() -> None:
    """The form is fetched anew and posted with its hidden field."""
    form = '<form method="post" action="/go" name="psc"><input type="hidden" name="csrf" value="t"><button>Se connecter</button></form>'  # noqa: E501
    with portal({"GET /": lambda _: page(form), "POST /go": lambda _: away(PROVIDER)}) as base:
        found = find_login(browser_for(base), base + "/")

    assert found is not None
    assert (base + "/", "psc") == (found.url, found.form)


def test_a_form_without_any_name_is_the_first_of_its_page() -> None:
    """It is written as `*`."""
    form = '<form method="post" action="/go"><button>Se connecter</button></form>'
    with portal({"GET /": lambda _: page(form), "POST /go": lambda _: away(PROVIDER)}) as base:
        found = find_login(browser_for(base), base + "/")

    assert found is not None
    assert found.form == "*"


@pytest.mark.parametrize(
    "elsewhere",
    ["http://127.0.0.1:9/", "http://127.0.0.1:9/auth?client_id=x", "http://127.0.0.1:9/?response_type=code"],
)
def test_a_way_that_asks_for_no_authorization_is_no_login(elsewhere: str) -> None:
    """Leaving the portal is not enough."""
    with portal({"GET /": lambda _: page('<a href="/x">Connexion</a>'), "GET /x": lambda _: away(elsewhere)}) as base:
        assert find_login(browser_for(base), base + "/") is None


def test_a_portal_that_is_down_has_no_login() -> None:
    """Nothing answers, and nothing is raised."""
    assert find_login(Browser(frozenset({"127.0.0.1:9"})), "http://127.0.0.1:9/") is None


def probe_of(pages: dict[str, Callable[[str], Answer]]) -> tuple[str, ...] | None:
    """Look for the who-am-I page of a portal whose session cookie is `sid`."""
    with portal({"GET /": lambda _: page("<p>Bienvenue</p>"), **pages}) as base:
        mine, nobody = browser_for(base), browser_for(base)
        mine.set_cookie("127.0.0.1", "sid", "1")
        found = find_probe(mine, nobody, mine.open(base + "/"), dict(CLAIMS))
    return (
        None if found is None else (found.url.removeprefix(base), found.how, found.where, found.anonymous, found.claim)
    )


def logged_in(answer: Answer, otherwise: Answer) -> Callable[[str], Answer]:
    """Return one answer to whoever has the cookie, another to everybody else."""
    return lambda cookies: answer if "sid=1" in cookies else otherwise


def test_json_is_read_by_the_shortest_pointer() -> None:
    """The portal's own name for the person comes before a copy deep inside."""
    value = {"claims": CLAIMS, "user": {"id": CLAIMS["SubjectNameID"]}, "login": CLAIMS["SubjectNameID"]}
    pages = {"GET /me": logged_in(document(value), document({"error": "anonymous"}, 401))}

    assert probe_of(pages) == ("/me", "json", "/login", "401", "SubjectNameID")


def test_odd_member_names_are_escaped() -> None:
    """A slash and a tilde in a name are written as RFC 6901 wants."""
    pages = {"GET /me": logged_in(document({"a/b~": [CLAIMS["SubjectNameID"]]}), page("", 403))}

    assert probe_of(pages) == ("/me", "json", "/a~1b~0/0", "403", "SubjectNameID")


def test_an_element_with_an_id_is_better_than_a_pattern() -> None:
    """The page shows the person in an element of its own; logged out it sends away."""
    shown = page(f'<p>Bonjour <b id="who">{CLAIMS["SubjectNameID"]}</b></p>')
    pages = {"GET /profil": logged_in(shown, away(PROVIDER))}

    assert probe_of(pages) == ("/profil", "css", "#who", "redirect-to-provider", "SubjectNameID")


def test_a_bare_text_is_found_by_what_stands_before_it() -> None:
    """The pattern has one group, and the page is the same for everybody but for the name."""
    pages = {"GET /": logged_in(page(f"<p>Vous êtes {CLAIMS['SubjectNameID']}.</p>"), page("<p>Bonjour</p>"))}
    found = probe_of(pages)

    assert found is not None
    assert ("/", "regex", "no-identity") == (found[0], found[1], found[3])
    assert ["8/00A*1"] == re.findall(found[2], "<p>Vous êtes 8/00A*1.</p>")


def test_a_value_shown_to_everybody_proves_nothing() -> None:
    """A page that names the person to strangers too is no probe."""
    pages = {"GET /me": lambda _: document({"id": CLAIMS["SubjectNameID"]})}

    assert probe_of(pages) is None


def test_a_portal_that_knows_only_the_name_is_probed_by_it() -> None:
    """The claim that the page shows is named."""
    pages = {"GET /me": logged_in(document({"name": CLAIMS["family_name"]}), away("/login"))}

    assert probe_of(pages) == ("/me", "json", "/name", "redirect", "family_name")


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ('<form method="post" action="/bye"><button>Déconnexion</button></form>', ("/bye", "POST")),
        ('<a href="/logout">Quitter</a>', ("/logout", "GET")),
        ('<a href="/x">Se déconnecter</a>', ("/x", "GET")),
        ('<a href="/account">Mon compte</a>', None),
    ],
)
def test_logout_is_found_by_its_words(markup: str, wanted: tuple[str, str] | None) -> None:
    """A form before a link, French or English."""
    with portal({"GET /": lambda _: page(markup)}) as base:
        found = find_logout(browser_for(base).open(base + "/"))

    assert wanted == (None if found is None else (found.url.removeprefix(base), found.method))
