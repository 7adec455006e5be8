"""The browser against small servers of its own: redirects, cookies, limits, and servers that misbehave."""

from __future__ import annotations

import itertools
import socket
import threading
import zlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from conformance.browser import Browser
from conformance.cookies import Cookie, CookieJar
from conformance.form import FormError
from conformance.hop import Limits, Trouble, origin_host
from tests.conformance.sites import Site, running

if TYPE_CHECKING:
    import http.server
    from collections.abc import Iterator

# a busy machine answers late: only who waits for silence is in a hurry
PATIENT = Limits(connect_seconds=20, idle_seconds=20, total_seconds=60, body_octets=100_000)
QUICK = Limits(connect_seconds=2, idle_seconds=0.3, total_seconds=5, body_octets=100_000)


@pytest.fixture
def site() -> Iterator[Site]:
    """A portal, say."""
    with running() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Site]:
    """A host beside it."""
    with running() as one:
        yield one


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser that may go to the portal only."""
    return Browser(frozenset({site.host}), limits=PATIENT)


def test_a_page_and_its_hop_are_kept(site: Site, browser: Browser) -> None:
    """Status, headers, body and duration of a request are evidence."""
    site.answer("/", 200, "<title>Portail</title>", X_Kind="one")

    page = browser.open(site.url("/?a=1"))

    assert (200, "Portail", None, False) == (page.status, page.title, page.stopped_at, page.loop)
    (hop,) = page.hops
    assert ("GET", site.url("/?a=1"), "one", None) == (hop.method, hop.url, hop.header("x-kind"), hop.error)
    assert "<title>Portail</title>" == hop.body_excerpt
    assert hop.seconds >= 0
    assert ("Connection", "close") in hop.request_headers
    assert browser.hops == page.hops


@pytest.mark.parametrize(
    ("status", "sent", "arrives"),
    [
        (301, "GET", "GET"),
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (307, "GET", "GET"),
    ],
)
def test_redirects_change_the_method_as_browsers_do(
    site: Site, browser: Browser, status: int, sent: str, arrives: str
) -> None:
    """301 to 303 turn a POST into a GET without body, 307 and 308 send the same again."""
    site.answer("/a", status, Location="/b?x=1")
    site.answer("/b", 200, "ok")

    page = browser.open(site.url("/a"), sent, {"pin": "1"} if sent == "POST" else None)

    assert [sent, arrives] == [method for method, _, _, _ in site.seen]
    assert ("pin=1" if arrives == "POST" else "") == site.seen[1][3]
    assert (site.url("/b?x=1"), "/b?x=1") == (page.url, page.hops[0].location)
    assert ((("pin", "1"),) if arrives == "POST" else ()) == page.hops[1].request_form


def test_a_loop_is_called_one(site: Site) -> None:
    """After the allowed number of requests the browser gives up and says so."""
    site.answer("/a", 302, Location="/b")
    site.answer("/b", 302, Location="/a")

    page = Browser(frozenset({site.host}), max_hops=5).open(site.url("/a"))

    assert page.loop
    assert 5 == len(page.hops) == len(site.seen)


def test_the_longest_allowed_way_is_no_loop(site: Site) -> None:
    """As many requests as allowed, ending on a page, are fine."""
    site.answer("/a", 302, Location="/b")
    site.answer("/b", 200, "here")

    page = Browser(frozenset({site.host}), max_hops=2).open(site.url("/a"))

    assert (False, "here") == (page.loop, page.text)


@pytest.mark.parametrize("how", ["302", "refresh", "form"])
def test_other_hosts_are_never_asked(site: Site, other: Site, browser: Browser, how: str) -> None:
    """A redirect, a refresh and a form that lead outside stop there, and the other host hears nothing."""
    target = other.url("/out?code=1")
    site.answer("/302", 302, Location=target)
    site.answer("/refresh", 200, f'<meta http-equiv="Refresh" content="0; URL={target}">')
    site.answer("/form", 200, form_post(target, code="1"))

    page = browser.open(site.url(f"/{how}"))

    assert target == page.stopped_at
    assert (("POST", (("code", "1"),)) if how == "form" else ("GET", None)) == (page.stopped_method, page.stopped_form)
    assert [] == other.seen
    assert site.url(f"/{how}") == page.url


def test_the_first_address_is_held_to_the_list_too(other: Site, browser: Browser) -> None:
    """Neither open nor step asks a host outside."""
    opened, stepped = browser.open(other.url("/x")), browser.step(other.url("/x"), "POST", {"a": "1"})

    assert [other.url("/x")] * 2 == [opened.stopped_at, stepped.stopped_at]
    assert (0, ()) == (opened.status, opened.hops)
    assert (("a", "1"),) == stepped.stopped_form
    assert [] == other.seen


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "javascript:alert(1)", "//[bad", "http://127.0.0.1:99999/", "ftp://127.0.0.1/"],
)
def test_odd_addresses_stop_the_browser(site: Site, browser: Browser, location: str) -> None:
    """What is no web address of an allowed host is not fetched."""
    site.answer("/", 302, Location=location)

    page = browser.open(site.url())

    assert page.stopped_at is not None
    assert 1 == len(page.hops)


def test_a_fragment_outlives_a_redirect(site: Site, browser: Browser) -> None:
    """A fragment is kept over a redirect without one, and replaced by its own; servers never see it."""
    site.answer("/a", 302, Location="/b")
    site.answer("/b", 302, Location="/c#new")
    site.answer("/c", 200)

    urls = [hop.url for hop in browser.open(site.url("/a#old")).hops]

    assert [site.url("/a#old"), site.url("/b#old"), site.url("/c#new")] == urls
    assert ["/a", "/b", "/c"] == [path for _, path, _, _ in site.seen]


@pytest.mark.parametrize(
    "host", ["{host}@evil.example:80", "127.0.0.1.evil.example:{port}", "evil.example#{host}", "evil.example\\@{host}"]
)
def test_look_alikes_of_an_allowed_host_stop_the_browser(site: Site, browser: Browser, host: str) -> None:
    """User information, a longer name and a fragment do not make a host the allowed one."""
    site.answer("/", 302, Location="http://" + host.format(host=site.host, port=site.port))

    assert browser.open(site.url()).stopped_at is not None


def test_the_caller_stops_before_an_address(site: Site, browser: Browser) -> None:
    """The way is cut at the address the caller names, which is not fetched; the first one is the caller's own."""
    site.answer("/callback", 302, Location="/next")
    site.answer("/next", 302, Location="/callback?code=1")

    page = browser.open(site.url("/callback"), stop_before=lambda url: "/callback" in url)

    assert site.url("/callback?code=1") == page.stopped_at
    assert ["/callback", "/next"] == [path for _, path, _, _ in site.seen]


def test_step_follows_nothing(site: Site, browser: Browser) -> None:
    """One request, whatever the answer says."""
    site.answer("/a", 302, Location="/b", Set_Cookie="sid=1")

    page = browser.step(site.url("/a"))

    assert (302, "/b") == (page.status, page.header("Location"))
    assert 1 == len(site.seen)
    assert ["sid"] == [cookie.name for cookie in browser.cookies()]


def form_post(action: str, **fields: str) -> str:
    """Return a page that submits itself (OAuth 2.0 Form Post Response Mode 2)."""
    inputs = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
    return (
        f'<body onload="javascript:document.forms[0].submit()"><form method="post" action="{action}">{inputs}'
        f"<noscript><button>Continuer</button></noscript></form></body>"
    )


def test_a_page_that_submits_itself_is_submitted(site: Site, browser: Browser) -> None:
    """Form post: the fields arrive as a body, with the page as referrer and origin."""
    site.answer("/authorize", 200, form_post("/callback", code="a b", state="é"))
    site.answer("/callback", 200, "in")

    page = browser.open(site.url("/authorize"))

    method, path, headers, body = site.seen[1]
    assert ("POST", "/callback", [("code", "a b"), ("state", "é")]) == (method, path, parse_qsl(body))
    assert "in" == page.text
    assert (site.url("/authorize"), site.url("")) == (headers["referer"], headers["origin"])


@pytest.mark.parametrize(
    "html",
    [
        "<form method=post action=/x><input name=pin></form><script>f.submit()</script>",
        "<form method=post action=/x><input type=hidden name=a></form>",
        "<form method=post action=/x></form><form method=post action=/x></form><script>f.submit()</script>",
        '<meta http-equiv=refresh content="5; url=/x">',
        '<meta http-equiv=refresh content="0">',
    ],
)
def test_a_page_that_waits_for_a_person_stays(site: Site, browser: Browser, html: str) -> None:
    """A form to fill in, a form without a script, several forms, a later refresh: nothing is sent."""
    site.answer("/", 200, html)

    page = browser.open(site.url())

    assert site.url() == page.url
    assert 1 == len(site.seen)


def test_forms_and_links_are_used(site: Site, browser: Browser) -> None:
    """A link is followed by its words, a form is filled in and sent with its hidden fields."""
    site.answer("/", 200, '<a href="/desk">Connexion</a>')
    site.answer(
        "/desk", 200, '<form method=post action="/in?k=1"><input type=hidden name=t value=9><input name=id></form>'
    )
    site.answer("/in", 303, Location="/")

    browser.open(site.url())
    page = browser.submit(browser.follow("Connexion").form("id"), id="12/3;4*5")

    assert ("POST", "/in?k=1") == site.seen[2][:2]
    assert [("t", "9"), ("id", "12/3;4*5")] == parse_qsl(site.seen[2][3])
    assert site.url() == page.url == (browser.page.url if browser.page else None)
    with pytest.raises(FormError, match="no link 'Sortir'"):
        browser.follow("Sortir")


def test_a_get_form_replaces_the_query(site: Site, browser: Browser) -> None:
    """The fields of a GET form become the query, the old one goes (HTML 4.10.21.3)."""
    site.answer("/", 200, '<form action="/find?old=1"><input name=q></form>')
    site.answer("/find", 200, "found")

    browser.submit(browser.open(site.url()).form(), {"q": "a b&c"})

    assert "/find?q=a+b%26c" == site.seen[1][1]


def test_a_network_failure_is_a_value(site: Site, browser: Browser) -> None:
    """A closed port, a reset, a bad status line, a body cut short, a silent server: each is an error of its kind."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = closed.getsockname()[1]
    site.raw("/reset")
    site.raw("/garbage", b"not http at all\r\n\r\n")
    site.raw("/short", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    site.raw("/huge", b"HTTP/1.1 302 Found\r\nLocation: /" + b"x" * 100_000 + b"\r\n\r\n")
    released = threading.Event()

    def silent(_: http.server.BaseHTTPRequestHandler) -> None:
        released.wait(5)

    site.routes["/silent"] = silent
    wide = Browser(frozenset({site.host, f"127.0.0.1:{nowhere}", "nowhere.invalid:80"}), limits=PATIENT)
    hasty = Browser(frozenset({site.host}), limits=QUICK)

    found = {
        path: page.error.trouble if (page := who.open(site.url(path))).error else None
        for who, paths in ((browser, ("/reset", "/garbage", "/short", "/huge")), (hasty, ("/silent",)))
        for path in paths
    }
    released.set()
    gone = [wide.open(url).error for url in (f"http://127.0.0.1:{nowhere}/?code=hush", "http://nowhere.invalid/")]

    assert {
        "/reset": Trouble.BROKEN,
        "/garbage": Trouble.BROKEN,
        "/short": Trouble.BROKEN,
        "/huge": Trouble.BROKEN,
        "/silent": Trouble.TIMEOUT,
    } == found
    assert [Trouble.UNREACHABLE] * 2 == [error.trouble for error in gone if error]
    assert "hush" not in repr(gone)


def test_what_arrived_before_the_failure_is_kept(site: Site, browser: Browser) -> None:
    """Of an answer cut short the status and the half body remain as evidence."""
    site.raw("/", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nSet-Cookie: a=1\r\n\r\nhalf")

    page = browser.open(site.url())

    assert (200, b"half") == (page.status, page.body)
    assert ["a"] == [cookie.name for cookie in browser.cookies()]


def test_long_redirects_are_followed(site: Site, browser: Browser) -> None:
    """Sixty thousand characters of query are an address like any other."""
    site.answer("/", 302, Location="/b?x=" + "y" * 60_000)
    site.answer("/b", 200, "ok")

    assert "ok" == browser.open(site.url()).text


def test_bodies_of_every_transfer_are_read(site: Site, browser: Browser) -> None:
    """Chunked, compressed and binary bodies arrive as they were meant."""
    binary = bytes(range(256))
    site.raw(
        "/chunked",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    site.answer("/deflate", 200, zlib.compress(b"packed" * 99), Content_Encoding="deflate")
    site.answer("/binary", 200, binary, Content_Type="image/png")

    chunked, deflated, plain = (browser.open(site.url(path)) for path in ("/chunked", "/deflate", "/binary"))

    assert (b"abcde", b"packed" * 99, binary) == (chunked.body, deflated.body, plain.body)


def test_a_body_without_end_is_cut(site: Site, browser: Browser) -> None:
    """A body larger than allowed, packed or not, is read up to the limit and said to be too large."""
    site.answer("/plain", 200, b"x" * 300_000)
    site.answer("/bomb", 200, zlib.compress(b"x" * 30_000_000), Content_Encoding="deflate")

    pages = [browser.open(site.url(path)) for path in ("/plain", "/bomb")]

    assert [Trouble.TOO_LARGE] * 2 == [page.error.trouble for page in pages if page.error]
    assert [100_000] * 2 == [len(page.body) for page in pages]


def test_a_dripping_body_ends_at_the_deadline(site: Site) -> None:
    """Octets that arrive one by one do not hold the browser longer than allowed."""
    site.raw("/", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"a", b"b")
    ticks = itertools.count(0, 20)

    page = Browser(frozenset({site.host}), limits=QUICK, monotonic=lambda: float(next(ticks))).open(site.url())

    assert page.error is not None
    assert Trouble.TIMEOUT == page.error.trouble


def test_cookies_come_back_by_host_and_path_not_by_port(site: Site, other: Site) -> None:
    """A cookie is sent to every port of its host and to its path only; another host name gets nothing."""
    site.answer_lines("/a/in", 200, "", [("Set-Cookie", "deep=1"), ("Set-Cookie", "wide=2; Path=/; HttpOnly")])
    for one in (site, other):
        one.answer("/a/x", 200)
        one.answer("/ab", 200)
    browser = Browser(frozenset({site.host, other.host, f"localhost:{site.port}"}))

    browser.open(site.url("/a/in"))
    for url in (site.url("/a/x"), site.url("/ab"), other.url("/a/x"), site.url("/a/x", "localhost")):
        browser.open(url)

    assert ["", "deep=1; wide=2", "wide=2", ""] == site.cookies
    assert ["deep=1; wide=2"] == other.cookies
    assert [(False, "/a"), (True, "/")] == [(one.http_only, one.path) for one in browser.cookies()]


def test_a_cookie_is_deleted_by_its_server(site: Site, browser: Browser) -> None:
    """Max-Age of zero, and a date in the past, take a cookie away; the same name elsewhere stays."""
    site.answer_lines("/in", 200, "", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=1; Path=/"), ("Set-Cookie", "c=1")])
    site.answer_lines(
        "/out",
        200,
        "",
        [("Set-Cookie", "a=; Max-Age=0"), ("Set-Cookie", "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")],
    )

    browser.open(site.url("/in"))
    browser.open(site.url("/out"))

    assert ["c"] == [cookie.name for cookie in browser.cookies()]


def test_a_snapshot_brings_the_jar_back(site: Site, browser: Browser) -> None:
    """What was saved is sent again after the jar has changed; a cookie can be set by hand."""
    site.answer("/", 200)
    browser.set_cookie(site.host, "scenario", "7")
    saved = browser.snapshot()
    browser.set_cookie("127.0.0.1", "scenario", "8")
    browser.set_cookie("127.0.0.1", "more", "9")

    browser.open(site.url())
    browser.restore(saved)
    browser.open(site.url())

    assert ["scenario=8; more=9", "scenario=7"] == site.cookies


URL = "http://www.portal.test:8080/a/b"


def jar_of(*lines: str, url: str = URL, now: float = 1000.0) -> CookieJar:
    """Return a jar that received these lines."""
    jar = CookieJar()
    jar.receive(url, lines, now=now)
    return jar


@pytest.mark.parametrize(
    ("line", "origin", "to", "sent"),
    [
        ("k=v", URL, "http://www.portal.test/a/", "k=v"),
        ("k=v", URL, "http://www.portal.test/", ""),
        ("k=v; Path=/", URL, "http://portal.test/", ""),
        ("k=v; Path=/", URL, "http://x.www.portal.test/", ""),
        ("k=v; Path=/; Domain=portal.test", URL, "http://portal.test/", "k=v"),
        ("k=v; Path=/; Domain=.Portal.test", URL, "http://x.portal.test/", "k=v"),
        ("k=v; Path=/; Domain=www.portal.test", URL, "http://x.www.portal.test/", "k=v"),
        ("k=v; Path=/; Domain=evil.test", URL, "http://www.portal.test/", ""),
        ("k=v; Path=/; Domain=x.www.portal.test", URL, "http://x.www.portal.test/", ""),
        ("k=v; Path=/; Domain=test", URL, "http://www.portal.test/", ""),
        ("k=v; Path=/; Domain=portal.test", "http://myportal.test/", "http://portal.test/", ""),
        ("k=v; Domain=0.0.1", "http://127.0.0.1/", "http://127.0.0.1/", ""),
        ("k=v; Domain=127.0.0.1", "http://127.0.0.1/", "http://127.0.0.1/", "k=v"),
        ("k=v; Secure", "http://127.0.0.1:1/", "http://127.0.0.1:2/", "k=v"),
        ("k=v; Secure", "http://localhost/", "http://localhost/", "k=v"),
        ("k=v; Secure", URL, URL, ""),
        ("k=v; Secure", "https://portal.test/", "http://portal.test/", ""),
        ("k=v; Secure", "https://portal.test/", "https://portal.test:8443/", "k=v"),
        ("__Host-k=v; Secure; Path=/", "https://portal.test/", "https://portal.test/", "__Host-k=v"),
        ("__Host-k=v; Secure; Path=/a", "https://portal.test/", "https://portal.test/a", ""),
        ("__Host-k=v; Secure; Path=/; Domain=portal.test", "https://portal.test/", "https://portal.test/", ""),
        ("__Secure-k=v", "https://portal.test/", "https://portal.test/", ""),
        ("k=v; Path=/a", URL, "http://www.portal.test/ab", ""),
        ("k=a=b; x", URL, URL, "k=a=b"),
        ("alone", URL, URL, "alone"),
        ("", URL, URL, ""),
        ("k=v; Max-Age=-1", URL, URL, ""),
        ("k=v; Max-Age=999999999999999999999", URL, URL, "k=v"),
        ("k=v; Max-Age=soon", URL, URL, "k=v"),
        ("k=v; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", URL, URL, "k=v"),
        ("k=v; Expires=Thu, 01-Jan-1970 00:00:00 GMT", URL, URL, ""),
        ("k=v; Expires=Fri, 01 Jan 2100 00:00:00 GMT", URL, URL, "k=v"),
        ("k=v; Expires=whenever", URL, URL, "k=v"),
    ],
)
def test_cookie_rules(line: str, origin: str, to: str, sent: str) -> None:
    """Host, domain, path, Secure, prefixes and expiry, row by row of RFC 6265 5.3 and 5.4."""
    assert sent == jar_of(line, url=origin).header_for(to, now=1000.0)


def test_an_old_cookie_expires() -> None:
    """A cookie lives for its age and not a second longer."""
    jar = jar_of("k=v; Max-Age=60")

    assert ["k=v", ""] == [jar.header_for(URL, now=now) for now in (1059.0, 1060.0)]


def test_a_renewed_cookie_keeps_its_place() -> None:
    """Longer paths first, then the older cookie, even after it got a new value (RFC 6265 5.3(11.3), 5.4(2))."""
    jar = jar_of("a=1; Path=/", "b=1; Path=/", "c=1; Path=/a", "a=2; Path=/")

    assert "c=1; a=2; b=1" == jar.header_for(URL, now=1000.0)


def test_without_the_switch_loopback_is_not_secure() -> None:
    """A strict jar drops Secure cookies on plain http, loopback or not."""
    jar = CookieJar(treat_loopback_as_secure=False)
    jar.receive("http://127.0.0.1/", ["k=v; Secure"], now=0.0)

    assert () == jar.alive(now=0.0)


def test_cookie_values_stay_out_of_reprs() -> None:
    """A session identifier does not appear in a message."""
    assert "hush" not in repr(Cookie(host="h", name="sid", value="hush"))


@pytest.mark.parametrize("entry", ["127.0.0.1", "http://127.0.0.1:80", "portal.test:http", ""])
def test_a_list_entry_without_port_is_refused(entry: str) -> None:
    """The message says how to write it."""
    with pytest.raises(ValueError, match=r"allow_hosts: .* is not host:port"):
        Browser(frozenset({entry}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Portal.test/x", "portal.test:80"),
        ("https://portal.test", "portal.test:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://127.0.0.1:1@evil.test:2/", "evil.test:2"),
        ("http://x:99999/", ""),
        ("mailto:x", ""),
    ],
)
def test_hosts_are_written_with_their_port(url: str, host: str) -> None:
    """The port of the scheme is written out; user information is no host."""
    assert host == origin_host(url)
