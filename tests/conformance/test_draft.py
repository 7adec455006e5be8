"""A drafted `portal.toml` is one that `run` accepts at once, with everything that was found and nothing secret."""

from __future__ import annotations

from dataclasses import replace

from conformance.descriptor import Lookup, read_descriptor
from conformance.draft import Draft, write_draft
from conformance.portal import AuthorizationRequest
from conformance.scouting import LoginFound, LogoutFound, ProbeFound

REQUEST = AuthorizationRequest(
    url="http://localhost:8080/auth",
    pairs=(
        ("client_id", 'portail "A" ê\\'),
        ("redirect_uri", "http://127.0.0.1:8081/cb?x=1"),
        ("scope", "openid scope_all"),
    ),
)
DRAFT = Draft(
    base_url="http://127.0.0.1:8081",
    login=LoginFound(url="http://127.0.0.1:8081/in", form="psc", request=REQUEST),
    probe=ProbeFound(
        url="http://127.0.0.1:8081/me",
        how="regex",
        where=r'id="([^"]+)"',
        anonymous="401",
        claim="sub",
    ),
    logout=LogoutFound(url="http://127.0.0.1:8081/out", method="GET"),
    after_logout="http://127.0.0.1:8081/bye",
    provider="",
    port=8090,
    secret_env="MY_SECRET",
)


def test_what_was_found_is_read_back() -> None:
    """Quotes, backslashes and accents survive."""
    read = read_descriptor(write_draft(DRAFT))

    assert read.probe is not None
    assert (Lookup(how="regex", where=r'id="([^"]+)"'), ("401",), "sub") == (
        read.probe.identity,
        read.probe.anonymous,
        read.probe.identity_claim,
    )
    assert ("http://127.0.0.1:8081/in", "psc", "http://127.0.0.1:8081/cb?x=1") == (
        read.login,
        read.login_form,
        read.callback,
    )
    assert ("http://127.0.0.1:8081/out", "GET", ("http://127.0.0.1:8081/bye",)) == (
        read.logout,
        read.logout_method,
        read.after_logout,
    )
    assert (8090, 'portail "A" ê\\', "MY_SECRET") == (
        read.provider.port,
        read.provider.client_id,
        read.provider.client_secret_env,
    )


def test_what_was_not_found_is_a_comment() -> None:
    """Without probe and logout the file still works, and says what is missing."""
    text = write_draft(replace(DRAFT, probe=None, logout=None, after_logout="", provider="http://127.0.0.1:8080"))
    read = read_descriptor(text)

    assert (None, "", ()) == (read.probe, read.logout, read.after_logout)
    assert "http://127.0.0.1:8080" == read.provider.url
    assert "degraded mode" in text


def test_a_callback_elsewhere_is_written_in_full() -> None:
    """A portal behind another name keeps its whole address, and its host may be visited."""
    pairs = (("client_id", "p"), ("redirect_uri", "http://portail.test/cb"))
    login = replace(DRAFT.login, request=AuthorizationRequest(url="http://localhost:8080/auth", pairs=pairs))
    read = read_descriptor(write_draft(replace(DRAFT, login=login)))

    assert ("http://portail.test/cb", True) == (read.callback, "portail.test:80" in read.allow_hosts)
