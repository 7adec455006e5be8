"""The suite's line to the provider: what it asks, and what it says when it is refused or nobody is there."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests

from conformance.cli.seat import SUITE_SETTINGS, make_provider, running_seat
from conformance.control import Control, ControlFailed
from conformance.miniatures.server import free_port
from conformance.workstation import PASSWORD
from mock_idp.artefacts import Seam
from mock_idp.deviations import SetClaim, SetField
from mock_idp.web.serve import Serving, bind, on_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def control() -> Iterator[Control]:
    """The line to a real provider."""
    with running_seat(SUITE_SETTINGS) as seat:
        control = Control(seat.url + "/")
        yield control
        control.close()


@contextmanager
def answering(status: int, body: str, **headers: str) -> Iterator[str]:
    """Serve the same answer to everything and give its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is http.server's
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is http.server's
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_where_the_provider_stands(control: Control) -> None:
    """Its addresses, the cookie that carries a scenario, and what masks are made with, which no repr shows."""
    where = control.whereabouts()

    assert where.discovery.startswith(where.issuer)
    assert "psc_scenario" == where.cookie
    assert 16 <= len(where.salt)
    assert repr(where.salt) not in repr(where)


def test_a_person_is_new_each_time(control: Control) -> None:
    """With a phone, whose identifier no repr shows."""
    people = [
        control.person(persona="medecin-liberal", password=PASSWORD, identity_claim="SubjectNameID") for _ in range(3)
    ]

    assert 3 == len({one.idnat for one in people})
    assert [one.claims["SubjectNameID"] for one in people] == [one.identity for one in people]
    assert all(one.device and one.device not in repr(one) for one in people)


def test_an_identity_claim_that_nobody_has_is_the_idnat(control: Control) -> None:
    """The first login says that it is wrong."""
    somebody = control.person(persona="medecin-liberal", password=PASSWORD, identity_claim="no_such_claim")

    assert somebody.idnat == somebody.identity


def test_armed_lies_wait_for_a_login(control: Control) -> None:
    """Nothing is bound and nothing told yet; the token is no part of a repr."""
    token = control.arm((SetClaim("iss", "x"), SetField(Seam.USERINFO, "sub", "y")))
    plan = control.plan(token)

    assert (None, ()) == (plan.login_id, plan.told)
    assert token not in repr(plan)


def test_lies_for_everybody_are_withdrawn(control: Control) -> None:
    """And can be withdrawn again when there are none."""
    control.arm((SetField(Seam.DISCOVERY, "issuer", "x"),), issuer_wide=True)
    control.withdraw()
    control.withdraw()

    assert control.whereabouts().issuer


def test_a_login_that_nobody_began_has_no_journal(control: Control) -> None:
    """And waiting for it ends."""
    assert () == control.journal("no-such-login")
    assert () == control.journal("no-such-login", endpoint="token", wait=0.05)


@pytest.mark.parametrize(
    ("ask", "said_so"),
    [
        (
            lambda control: control.person(persona="nobody", password="2580", identity_claim="sub"),
            "people refused with 400",
        ),
        (lambda control: control.plan("a-secret-token"), "plans refused with 404: token: no such plan"),
        (lambda control: control.register("", "a-secret", [], []), "clients refused with 400: client_id"),
    ],
)
def test_a_refusal_says_what_was_asked_and_why(control: Control, ask: Any, said_so: str) -> None:
    """Without the secrets that were sent."""
    with pytest.raises(ControlFailed) as caught:
        ask(control)

    assert said_so in str(caught.value)
    assert "a-secret" not in str(caught.value)


def test_a_portal_is_made_known(control: Control) -> None:
    """Once, or anew."""
    for secret in ("first", "second"):
        control.register("a-portal", secret, ["http://127.0.0.1:9/cb"], [], "A portal")

    assert control.whereabouts().issuer


@pytest.mark.parametrize("url", ["", "localhost", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_said(url: str) -> None:
    """As one where nothing answers."""
    with pytest.raises(ControlFailed, match="nothing answers at"):
        Control(url).whereabouts()


def test_nobody_there_is_said_with_the_remedy() -> None:
    """And the address that was asked."""
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ControlFailed, match=f"nothing answers at {url} .*start it with 'psc-conformance serve'"):
        Control(url).whereabouts()


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "3", "{}", json.dumps({"issuer": "x"}), json.dumps({"issuer": "x", "mask_salt": "zz"})]
)
def test_somebody_else_there_is_said(body: str) -> None:
    """A web server that is no provider of ours."""
    with answering(200, body) as url, pytest.raises(ControlFailed, match=f"{url} answers, but is no provider"):
        Control(url).whereabouts()


def test_a_redirect_is_not_followed() -> None:
    """Only the address that the user named is asked."""
    elsewhere = f"http://127.0.0.1:{free_port()}"

    with answering(302, "", Location=elsewhere) as url, pytest.raises(ControlFailed, match="is no provider"):
        Control(url).whereabouts()


@pytest.mark.parametrize("body", ["<html>", "{}", '{"error": "no"}', "[]"])
def test_a_server_error_is_said(body: str) -> None:
    """With its reason, when it gives one."""
    with (
        answering(500, body) as url,
        pytest.raises(ControlFailed, match=r"status refused with 500: (no reason given|no)$"),
    ):
        Control(url).whereabouts()


@pytest.mark.parametrize(("shown", "good"), [("right-token", True), ("wrong-token", False), (None, False)])
def test_a_provider_that_wants_a_token_gets_it(shown: str | None, good: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """Without it, it refuses; the token is in no message."""
    listener = bind("127.0.0.1", 0)
    settings = on_port(SUITE_SETTINGS, listener.getsockname()[1])
    provider, _ = make_provider(settings, control_token="right-token")
    with Serving(listener, provider):
        control = Control(settings.issuer_base, token=shown)
        try:
            said_so = control.whereabouts().issuer
        except ControlFailed as error:
            said_so = str(error)

    assert good is (settings.issuer == said_so)
    assert good or "status refused with 401: Authorization: present the control token" in said_so
    assert "token" not in said_so or (shown or "right-token") not in said_so


def test_the_doors_over_tls_have_one_authority(control: Control) -> None:
    """And each flaw a door of its own."""
    doors = [control.tls_door(flaw) for flaw in ("none", "expired", "expired")]

    assert control.tls_authority().startswith("-----BEGIN CERTIFICATE-----")
    assert [True, False] == [doors[0] != doors[1], doors[1] != doors[2]]
    with pytest.raises(ControlFailed, match="flaw"):
        control.tls_door("rusty")


def test_calls_that_belong_to_no_login_are_seen(control: Control) -> None:
    """Reads of the key set, in order, behind a place in the journal."""
    where = control.whereabouts().issuer + "/protocol/openid-connect/certs"
    for _ in range(2):
        requests.get(where, timeout=5)
    first, second = control.calls("certs")[-2:]

    assert [second] == list(control.calls("certs", after=first.seq))
    assert () == control.calls("canary")
    control.release()
