"""How a portal is driven: who it says is there, where a login begins, and what is brought back to it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.descriptor import Lookup, Probe, read_descriptor
from conformance.evidence import Anonymous, Identified, Unclear
from conformance.hop import Hop, Trouble, Unreachable
from conformance.page import Page
from conformance.portal import AuthorizationRequest, AuthorizationResponse, HttpPortal, look_up, read_whoami

PROVIDER = "http://127.0.0.1:9000"
ME = "http://127.0.0.1:9001/me"
PROBE = Probe(
    url=ME,
    anonymous=("401", "redirect-to-provider"),
    identity=Lookup(how="json", where="/user/id"),
    claims=Lookup(how="json", where="/user/claims"),
    identity_claim="SubjectNameID",
)


def page(body: Any = "", status: int = 200, kind: str = "application/json", **headers: str) -> Page:
    """Return a page as it was fetched."""
    content = body if isinstance(body, str) else json.dumps(body)
    lines = (("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items()))
    hop = Hop(
        method="GET",
        url=ME,
        status=status,
        response_headers=lines,
        location=headers.get("Location"),
        body=content.encode(),
    )
    return Page(url=ME, hops=(hop,))


def who(answer: Page, probe: Probe = PROBE) -> object:
    """Return whom a page names."""
    return read_whoami(answer, probe, at_provider=lambda url: url.startswith(PROVIDER))


# -- who is there


def test_a_page_names_somebody() -> None:
    """With the claims it shows, and its whole text."""
    body = {"user": {"id": "899799000015", "claims": {"sub": "x"}}}
    found = who(page(body))

    assert Identified(identity="899799000015", claims={"sub": "x"}, shown=json.dumps(body)) == found


@pytest.mark.parametrize("claims", [None, [], "text", 3])
def test_claims_that_are_none_are_left_out(claims: object) -> None:
    """Who is there is known all the same."""
    found = who(page({"user": {"id": "x", "claims": claims}}))

    assert isinstance(found, Identified)
    assert found.claims is None


def test_without_a_place_for_claims_none_are_read() -> None:
    """The descriptor does not say where."""
    found = who(page({"user": {"id": "x", "claims": {"a": 1}}}), replace(PROBE, claims=None))

    assert isinstance(found, Identified)
    assert found.claims is None


@pytest.mark.parametrize(("identity", "named"), [("x", "x"), (899799000015, "899799000015"), (0, "0"), (" ", " ")])
def test_an_identity_is_a_text_or_a_number(identity: object, named: str) -> None:
    """Numbers are read as they are written."""
    found = who(page({"user": {"id": identity}}))

    assert isinstance(found, Identified)
    assert named == found.identity


@pytest.mark.parametrize("identity", ["", None, True, False, [], ["x"], {}, {"x": 1}, 1.5])
@pytest.mark.parametrize(
    ("signs", "read"), [(("401",), Unclear(why="no-identity")), (("401", "no-identity"), Anonymous())]
)
def test_anything_else_names_nobody(identity: object, signs: tuple[str, ...], read: object) -> None:
    """Whether that means that nobody is there, the descriptor says."""
    assert read == who(page({"user": {"id": identity}}), replace(PROBE, anonymous=signs))


@pytest.mark.parametrize("body", ["", "<html>", "[]", '"x"', "3", "null", '{"user": 3}', '{"user": {}}', "[" * 100_000])
def test_a_body_that_is_not_what_was_described_names_nobody(body: str) -> None:
    """It is not read by force."""
    assert Unclear(why="no-identity") == who(page(body))


@pytest.mark.parametrize(("status", "sign"), [(401, "401"), (403, "403"), (404, "404")])
def test_a_refusal_that_was_announced_means_nobody(status: int, sign: str) -> None:
    """By its status, whatever the page says."""
    body = {"user": {"id": "x"}}

    assert Anonymous() == who(page(body, status), replace(PROBE, anonymous=(sign,)))


@pytest.mark.parametrize("status", [400, 403, 404, 418, 429])
@pytest.mark.parametrize("signs", [("401",), ("401", "no-identity")])
def test_a_refusal_that_was_not_announced_is_unclear(status: int, signs: tuple[str, ...]) -> None:
    """Too many requests are not a logged-out person, even where a page without a name is."""
    assert Unclear(why="unexpected-status") == who(page("", status), replace(PROBE, anonymous=signs))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_one(status: int) -> None:
    """Before anything else is looked at."""
    probe = replace(PROBE, anonymous=("no-identity",))

    assert Unclear(why="server-error") == who(page({"user": {"id": "x"}}, status), probe)


@pytest.mark.parametrize("trouble", [Trouble.TIMEOUT, Trouble.UNREACHABLE, Trouble.BROKEN])
def test_no_whole_answer_is_unreachable(trouble: Trouble) -> None:
    """Also when half a page came."""
    hop = Hop(method="GET", url=ME, status=200, body=b'{"user": {"id": "x"}}', error=Unreachable(trouble=trouble))

    assert Unclear(why="unreachable") == who(Page(url=ME, hops=(hop,)))


def test_a_page_that_was_never_fetched_is_unclear() -> None:
    """Outside the hosts of the descriptor nothing is asked; that says nothing about who is there."""
    probe = replace(PROBE, anonymous=("no-identity", "redirect"))

    assert Unclear(why="unexpected-status") == who(Page(url=ME, stopped_at=ME), probe)


@pytest.mark.parametrize(
    ("signs", "location", "read"),
    [
        (("redirect-to-provider",), f"{PROVIDER}/auth", Anonymous()),
        (("redirect",), f"{PROVIDER}/auth", Anonymous()),
        (("redirect",), "/login", Anonymous()),
        (("redirect",), "", Anonymous()),
        (("redirect-to-provider",), "/login", Unclear(why="redirect")),
        (("redirect-to-provider",), "http://elsewhere.test/", Unclear(why="redirect")),
        (("401", "no-identity"), "/login", Unclear(why="redirect")),
        ((), f"{PROVIDER}/auth", Unclear(why="redirect")),
    ],
)
def test_redirects(signs: tuple[str, ...], location: str, read: object) -> None:
    """To the provider, or anywhere; whichever the descriptor announced."""
    assert read == who(page("", 302, Location=location), replace(PROBE, anonymous=signs))


# -- where on a page


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/a", 1),
        ("/b/0", "x"),
        ("/b/1/c", None),
        ("/b/x", None),
        ("/b/-1", None),
        ("/b/-", None),
        ("/d~1e", 2),
        ("/f~0g", 3),
        ("/~01", 4),
        ("/h/", 5),
        ("/nowhere", None),
        ("/a/deeper", None),
    ],
)
def test_json_pointers(pointer: str, found: object) -> None:
    """RFC 6901: lists by number, ``~1`` for a slash, ``~0`` for a tilde."""
    body = {"a": 1, "b": ["x", None], "d/e": 2, "f~g": 3, "~1": 4, "h": {"": 5}}

    assert found == look_up(page(body), Lookup(how="json", where=pointer))


HTML = '<p id="who"> Dr  <b>FICTIF</b></p><p id="empty"></p><p class="id">no</p>'


@pytest.mark.parametrize(("identifier", "found"), [("#who", "Dr FICTIF"), ("#empty", ""), ("#id", None)])
def test_elements_by_id(identifier: str, found: str | None) -> None:
    """Their text, as a person reads it."""
    assert found == look_up(page(HTML, kind="text/html"), Lookup(how="css", where=identifier))


@pytest.mark.parametrize(("pattern", "found"), [(r"Dr\s+<b>(\w+)", "FICTIF"), (r"Mme (\w+)", None), (r"Dr()", "")])
def test_patterns(pattern: str, found: str | None) -> None:
    """Over the source, the one group is the name."""
    assert found == look_up(page(HTML, kind="text/html"), Lookup(how="regex", where=pattern))


def test_a_group_that_took_no_part_names_nobody() -> None:
    """``(a)|b`` may match without it."""
    assert look_up(page("b", kind="text/plain"), Lookup(how="regex", where="(a)|b")) is None
    assert look_up(Page(url=ME), Lookup(how="regex", where="(a)")) is None


def test_headers() -> None:
    """Whatever their case."""
    assert "x" == look_up(page(X_User="x"), Lookup(how="header", where="x-user"))
    assert look_up(page(), Lookup(how="header", where="x-user")) is None


# -- what comes back


def test_a_response_can_be_altered() -> None:
    """One parameter set, or taken out; the rest stays."""
    honest = AuthorizationResponse(url="http://p.test/cb?state=a&code=b&iss=c")

    assert (("state", "a"), ("iss", "c"), ("code", "z")) == honest.having("code", "z").pairs
    assert (("code", "b"), ("iss", "c")) == honest.having("state", None).pairs
    assert "http://p.test/cb?code=b&iss=c" == honest.having("state", None).url
    assert "a" == honest.get("state")
    assert honest.having("state", None).get("state") is None


def test_a_posted_response_is_altered_in_its_form() -> None:
    """Its address stays as it is."""
    honest = AuthorizationResponse(url="http://p.test/cb", method="POST", form=(("state", "a"), ("code", "b")))
    altered = honest.having("state", "z")

    assert ("http://p.test/cb", "POST") == (altered.url, altered.method)
    assert (("code", "b"), ("state", "z")) == altered.pairs


def test_neither_shows_its_secrets() -> None:
    """A code, a state or a request may be in an address."""
    response = AuthorizationResponse(url="http://p.test/cb?code=s3cret", form=(("code", "s3cret"),))
    request = AuthorizationRequest(url="http://p.test/?login_hint=s3cret", pairs=(("a", "s3cret"),), raw_query="s3cret")

    assert "s3cret" not in repr(response) + repr(request)


def test_the_place_of_a_request_has_no_parameters() -> None:
    """Scheme, host, port and path."""
    assert "http://p.test:8/a" == AuthorizationRequest(url="http://p.test:8/a?b=c#d").place


# -- a portal that is not there, or shows something else


def portal(more: str = "") -> HttpPortal:
    """Return a portal on a port where nobody listens."""
    text = f'[portal]\nname = "p"\nbase_url = "http://127.0.0.1:1"\nlogin = "/login"\n{more}'
    return HttpPortal(read_descriptor(text), frozenset({"127.0.0.1:9000"}))


@pytest.mark.parametrize("form", ["", 'login_form = "connexion"\n', 'login_form = "*"\n'])
def test_a_portal_that_does_not_answer_begins_no_login(form: str) -> None:
    """With a form or without; that is evidence, and no failure of ours."""
    driven = portal(form)

    assert driven.begin_login(driven.browser()) is None


def test_a_portal_without_a_who_am_i_page_is_not_asked() -> None:
    """Degraded mode."""
    driven = portal()

    assert not driven.probed
    assert Unclear(why="no-probe") == driven.whoami(driven.browser())


def test_a_portal_that_does_not_answer_who_is_there_is_unreachable() -> None:
    """Not anonymous."""
    driven = portal('[whoami]\nurl = "/me"\nidentity = { json = "/id" }\n')

    assert driven.probed
    assert Unclear(why="unreachable") == driven.whoami(driven.browser())
