"""A real browser against small servers: where it may go, where it stops, and what it leaves as evidence."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from conformance.descriptor import read_descriptor
from conformance.drivers import DriverError, DriverFailed
from conformance.drivers.chromium import ChromiumBrowser
from conformance.drivers.playwright import PlaywrightPortal
from conformance.events import hop_event
from conformance.evidence import Anonymous, Identified, Role, Unclear
from conformance.form import FormError
from conformance.hop import Limits, Trouble
from conformance.masks import Masks
from conformance.portal import AuthorizationResponse
from tests.conformance.sites import Site, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.requires("chromium", "playwright")]

Asked = tuple[str, str, dict[str, str], str]

TOML = """
[portal]
name = "p"
base_url = "{portal}"
login = "/login"
login_form = "go"
[whoami]
url = "/me"
anonymous = ["no-identity", "redirect-to-provider"]
identity = {{ css = "#me" }}
[driver]
name = "playwright"
[limits]
login_seconds = 5
"""


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[Site, Site, Site]]:
    """The portal, the provider, and a host that nobody may visit."""
    with running() as portal, running() as provider, running() as stranger:
        yield portal, provider, stranger


@pytest.fixture(scope="module")
def driver(sites: tuple[Site, Site, Site]) -> Iterator[PlaywrightPortal]:
    """One Chromium for all tests of this file."""
    portal, provider, _ = sites
    made = PlaywrightPortal(read_descriptor(TOML.format(portal=portal.url(""))), frozenset({provider.host}))
    yield made
    made.close()


@pytest.fixture
def portal(sites: tuple[Site, Site, Site]) -> Site:
    """The portal, which was asked nothing yet."""
    return blank(sites[0])


@pytest.fixture
def provider(sites: tuple[Site, Site, Site]) -> Site:
    """The provider, which was asked nothing yet."""
    return blank(sites[1])


@pytest.fixture
def stranger(sites: tuple[Site, Site, Site]) -> Site:
    """The host that nobody may visit."""
    return blank(sites[2])


@pytest.fixture
def browser(driver: PlaywrightPortal) -> Iterator[ChromiumBrowser]:
    """A window that nobody used yet."""
    made = driver.browser()
    yield made
    made.close()


def blank(site: Site) -> Site:
    """Forget what a site answered and was asked."""
    site.routes.clear()
    site.seen.clear()
    return site


def asked(site: Site) -> list[Asked]:
    """Return what a site was asked for, without the icon that every browser looks for: method, path, headers, body."""
    return [one for one in site.seen if one[1] != "/favicon.ico"]


def test_a_page_is_what_its_script_made_of_it(portal: Site, browser: ChromiumBrowser) -> None:
    """The text is the rendered one, after a request of the script's; every request is a hop, headers included."""
    portal.answer(
        "/", body="<p id=me>…</p><script>fetch('/who').then(r => r.text()).then(t => me.textContent = t)</script>"
    )
    portal.answer("/who", body="SACHA", Content_Type="text/plain")
    page = browser.open(portal.url())

    assert ("SACHA", 200) == (page.text, page.status)
    assert [portal.url(), portal.url("/who")] == [hop.url for hop in browser.hops]
    assert "navigate" == dict(browser.hops[0].request_headers)["Sec-Fetch-Mode"]
    assert "SACHA" == browser.hops[1].text


def test_a_redirect_is_stopped_before_the_provider(portal: Site, provider: Site, browser: ChromiumBrowser) -> None:
    """The provider is not asked; where the browser was going is known, and each hop of the way."""
    portal.answer_lines(
        "/login", 302, "", [("Location", "/hop"), ("Set-Cookie", "a=1; HttpOnly"), ("Set-Cookie", "b=2")]
    )
    portal.answer("/hop", 303, Location=provider.url("/auth?scope=openid&state=x"))
    page = browser.open(portal.url("/login"), stop_before=lambda url: url.startswith(provider.url()))

    assert (provider.url("/auth?scope=openid&state=x"), "GET", None) == (
        page.stopped_at,
        page.stopped_method,
        page.stopped_form,
    )
    assert [302, 303] == [hop.status for hop in page.hops]
    assert ("a=1; HttpOnly", "b=2") == page.hops[0].headers("Set-Cookie")
    assert "a=1; b=2" == asked(portal)[1][2]["cookie"]
    assert [] == provider.seen


@pytest.mark.parametrize(
    "page",
    [
        "<img src='{stranger}'>",
        "<script>fetch('{stranger}', {{mode: 'no-cors'}})</script>",
        "<script>location = '{stranger}'</script>",
        "<iframe src='{stranger}'></iframe>",
        "<link rel=stylesheet href='{stranger}'>",
        "<link rel=icon href='{stranger}'>",
        "<meta http-equiv=refresh content='0; url={stranger}'>",
    ],
)
def test_a_stranger_is_never_asked(portal: Site, stranger: Site, browser: ChromiumBrowser, page: str) -> None:
    """However a page asks for it, a host outside the list gets no request."""
    portal.answer("/", body=page.format(stranger=stranger.url("/beacon")))
    browser.open(portal.url())

    assert ["/"] == [path for _, path, _, _ in asked(portal)]
    assert [] == stranger.seen


def test_a_redirect_to_a_stranger_is_told(portal: Site, stranger: Site, browser: ChromiumBrowser) -> None:
    """It is the page's ``stopped_at``, as with the plain browser."""
    portal.answer("/", 302, Location=stranger.url("/x"))

    assert stranger.url("/x") == browser.open(portal.url()).stopped_at
    assert [] == stranger.seen


def test_a_form_is_filled_in_and_sent(portal: Site, browser: ChromiumBrowser) -> None:
    """Text, hidden field, box, list and the button that was meant."""
    portal.answer(
        "/",
        body="<form name=f action=/to method=post><input name=who><input type=hidden name=token value=t>"
        "<input type=checkbox name=terms value=yes><select name=kind><option>a<option>b</select>"
        "<button name=do value=one>One</button><button name=do value=two>Two</button></form>",
    )
    portal.answer("/to", body="thanks")
    page = browser.open(portal.url())
    page = browser.submit(page.form("f"), {"who": "SACHA", "terms": True, "kind": "b"}, click="Two")

    assert "thanks" == page.text
    assert ("POST", "who=SACHA&token=t&terms=yes&kind=b&do=two") == (asked(portal)[-1][0], asked(portal)[-1][3])
    assert (("who", "SACHA"), ("token", "t"), ("terms", "yes"), ("kind", "b"), ("do", "two")) == page.hops[
        -1
    ].request_form


def test_what_is_not_on_the_page_is_said(portal: Site, browser: ChromiumBrowser) -> None:
    """A field, a link and an element that are not there."""
    portal.answer("/", body="<form name=f><input name=who></form><a href=/x>Connexion</a>")
    page = browser.open(portal.url())

    with pytest.raises(FormError, match="no field 'what'"):
        browser.submit(page.form("f"), {"what": "x"})
    with pytest.raises(FormError, match="no link 'Sortie'"):
        browser.follow("Sortie")
    with pytest.raises(FormError, match="no element with id 'go'"):
        browser.click("go")


def test_a_link_is_clicked(portal: Site, browser: ChromiumBrowser) -> None:
    """By its words; the page before it is the referrer."""
    portal.answer("/", body="<a href=/a>Accueil</a> <a href=/b>Connexion</a>")
    portal.answer("/b", body="there")
    browser.open(portal.url())

    assert "there" == browser.follow("Connexion").text
    assert portal.url() == asked(portal)[-1][2]["referer"]


def test_a_form_may_be_posted_to_an_address(portal: Site, browser: ChromiumBrowser) -> None:
    """As logout buttons and ``form_post`` answers do; the redirect after it is a GET."""
    portal.answer("/logout", 303, Location="/bye")
    portal.answer("/bye", body="bye")
    page = browser.open(portal.url("/logout"), "POST", (("a", "é&"),))

    assert ("bye", ["POST", "GET"]) == (page.text, [hop.method for hop in page.hops])
    assert "a=%C3%A9%26" == asked(portal)[0][3]


def test_cookies_are_put_back_and_one_step_follows_nothing(portal: Site, browser: ChromiumBrowser) -> None:
    """A snapshot is a value; a step sends the window's cookies."""
    portal.answer("/", 302, Location="/x", Set_Cookie="sid=1; HttpOnly; SameSite=Lax")
    browser.set_cookie(portal.host, "mine", "0")
    kept = browser.snapshot()
    page = browser.step(portal.url())

    assert (302, "/x") == (page.status, page.hops[-1].location)
    assert {"mine": "0", "sid": "1"} == {one.name: one.value for one in browser.cookies()}
    browser.restore(kept)
    browser.step(portal.url())
    assert ["mine=0"] * 2 == [headers["cookie"] for _, _, headers, _ in asked(portal)]


def test_cookies_are_evidence_without_their_values(portal: Site, browser: ChromiumBrowser) -> None:
    """The event of a request names its cookies as the plain browser's does, and masks them."""
    portal.answer("/", body="x", Set_Cookie="sid=a-secret-of-the-portal")
    browser.open(portal.url())
    browser.open(portal.url())
    masks = Masks(b"salt")
    event = hop_event(browser.hops[-1], masks, scenario="a.b", login=1, role=Role.TRIED, channel="front")

    assert "Cookie" in dict(event["request"])
    assert dict(event["request"])["Cookie"].startswith("sid=‹")
    assert "a-secret" not in str(event)


def test_a_chromium_that_is_gone_is_said(driver: PlaywrightPortal) -> None:
    """Not as an error of a library that the reader has never heard of; after ``close`` a new one starts."""
    running_one = driver.browser()._context.browser
    assert running_one is not None
    running_one.close()

    with pytest.raises(DriverFailed, match="Chromium is no longer there; look for what ended it"):
        driver.browser()
    driver.close()
    driver.browser().close()


def test_two_playwrights_in_one_process_are_too_many(
    driver: PlaywrightPortal, browser: ChromiumBrowser, portal: Site, provider: Site
) -> None:
    """A vendor's own browser tests may run one; the remedy is said."""
    other = PlaywrightPortal(read_descriptor(TOML.format(portal=portal.url(""))), frozenset({provider.host}))

    with pytest.raises(DriverError, match="run the suite in a process of its own"):
        other.browser()
    other.close()


def test_a_loop_and_a_closed_door_are_no_exceptions(portal: Site, browser: ChromiumBrowser) -> None:
    """Both are what became of the page."""
    portal.answer("/", 302, Location="/")
    with running() as gone:
        pass

    assert browser.open(portal.url()).loop
    assert browser.step(gone.url()).stopped_at == gone.url()


def test_a_server_that_hangs_up_is_an_error_of_the_page(portal: Site, browser: ChromiumBrowser) -> None:
    """An answer that is none."""
    portal.raw("/")
    page = browser.open(portal.url())

    assert page.error is not None
    assert (Trouble.BROKEN, 0) == (page.error.trouble, page.status)


def test_a_page_that_never_comes_is_given_up(driver: PlaywrightPortal, portal: Site) -> None:
    """Whether it was typed or a script went there; the window can be used afterwards."""
    over = threading.Event()

    def never(_: object) -> None:
        over.wait()

    portal.routes["/never"] = never
    portal.answer("/", body="<p id=me>SACHA</p>")
    kept = driver.browser()
    assert kept._context.browser is not None
    context = kept._context.browser.new_context()
    limits = Limits(idle_seconds=0.8, total_seconds=3.0)
    hasty = ChromiumBrowser(
        context, frozenset({portal.host}), quiet_hosts=frozenset(), limits=limits, settle_seconds=0.1
    )
    try:
        typed = hasty.open(portal.url("/never"))
        first = hasty.open(portal.url())
        gone_to = hasty.arrive(portal.url("/never"))
        second = hasty.open(portal.url())
    finally:
        over.set()
        hasty.close()
        kept.close()

    assert [Trouble.TIMEOUT] * 2 == [page.error.trouble for page in (typed, gone_to) if page.error]
    assert ["SACHA"] * 2 == [page.text for page in (first, second)]


def test_the_providers_pages_fetch_nothing_behind_ones_back(provider: Site, browser: ChromiumBrowser) -> None:
    """They stay until somebody acts, so that a waiting page cannot move on between two steps of a scenario."""
    provider.answer("/", body="<p>waiting</p><script>fetch('/news')</script>")

    assert "waiting" == browser.open(provider.url()).text
    assert ["/"] == [path for _, path, _, _ in asked(provider)]


def test_the_answer_is_delivered_from_the_providers_page(
    portal: Site, provider: Site, driver: PlaywrightPortal, browser: ChromiumBrowser
) -> None:
    """As in life: other origin, its referrer, and a click of the portal's own button starts the login."""
    portal.answer("/login", body=f"<button id=go onclick=\"location = '{provider.url('/auth?state=s')}'\">Go</button>")
    portal.answer("/callback", body="<b id=me>SACHA</b>")
    portal.answer("/me", body="<b id=me></b><script>me.textContent = 'SACHA'</script>")
    provider.answer("/auth", body="login page")
    request = driver.begin_login(browser)

    assert request is not None
    assert (provider.url("/auth"), "s") == (request.place, request.get("state"))
    browser.open(request.url)
    driver.deliver(browser, AuthorizationResponse(url=portal.url("/callback?code=c&state=s")))
    assert provider.url() == asked(portal)[-1][2]["referer"]
    who = driver.whoami(browser)
    assert isinstance(who, Identified)
    assert "SACHA" == who.identity


@pytest.mark.parametrize(
    ("status", "body"), [(200, "<b id=me></b>"), (200, "<script>location = '{provider}'</script>"), (302, "")]
)
def test_nobody_is_there(sites: tuple[Site, Site, Site], driver: PlaywrightPortal, status: int, body: str) -> None:
    """An empty name, a script that goes to log in, and a redirect there."""
    portal, provider = blank(sites[0]), blank(sites[1])
    portal.answer("/me", status, body.format(provider=provider.url("/auth")), Location=provider.url("/auth"))
    browser = driver.browser()

    assert Anonymous() == driver.whoami(browser)
    browser.close()


def test_a_broken_page_says_nothing_about_who_is_there(
    portal: Site, driver: PlaywrightPortal, browser: ChromiumBrowser
) -> None:
    """A server error is not taken for being logged out."""
    portal.answer("/me", 500, "oops")

    assert Unclear(why="server-error") == driver.whoami(browser)
