"""Every row of CIBA's table of errors over HTTP: status, error, what is said, and the headers, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, to_json
from mock_idp.protocol.ciba import CIBA_GRANT
from mock_idp.web import journeys
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, NEIGHBOUR, PORTAL, basic
from tests.mock_idp.protocol.test_ciba import QUESTION

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from mock_idp.keys import SigningKeys

CIBA, TOKEN = ENDPOINTS + "/ext/ciba/auth", ENDPOINTS + "/token"
INVALID, GRANT, MESSAGE = "invalid_request", "invalid_grant", "invalid_binding_message"
WITHOUT_PHONE = "899799000023"
DEACTIVATED = "899799000171"
NOT_HERE = "is not taken here: poll mode, login_hint only."
NOT_SHOWABLE = "binding_message: 1 to 50 of letters, digits and - . _ + / ! ? #"
NO_SUCH = "login_hint: invalid user; nobody has that identifiant national."
WRONG_SECRET = (
    "client_id is unknown, client_secret is wrong (before base64 both are form-urlencoded, RFC 6749 2.3.1), or the "
    "client is registered for another way."
)
GONE = "auth_req_id is unknown, was used, or belongs to another client."


@pytest.fixture(scope="module")
def _site(keys: SigningKeys) -> Site:
    site = Site(keys=keys)
    journeys.enrol(site.provider, IDNAT, "1234")
    return site


@pytest.fixture
def site(_site: Site) -> Site:
    """Two portals with CIBA, a person with a phone, and nothing asked of anybody yet."""
    assert _site.control("POST", "/reset", {}).status_code == 204
    for portal in (PORTAL, NEIGHBOUR):
        _site.provider.server.register_client(replace(portal, ciba=True))
    return _site


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way into a row of the table, and what it answers.

    Attributes:
        row: what the table calls it.
        changes: parameters of the request that differ, None for one that is left out.
        headers: of the request; the portal's own Basic header if not given.
        before: what happened first, by the name of a function below.
    """

    row: str
    status: int = 400
    error: str
    description: str
    changes: dict[str, str | None] | None = None
    headers: dict[str, str] | None = None
    before: str = ""


def stranger(description: str, headers: dict[str, str]) -> Row:
    """Return the row of a portal that was not recognised."""
    return Row(
        row="bad client authentication", status=401, error="invalid_client", description=description, headers=headers
    )


ASKING = [
    stranger(WRONG_SECRET, basic(secret="no")),
    stranger(WRONG_SECRET, basic("nobody")),
    stranger(
        "no client authentication; send Authorization: Basic, client_id and client_secret in the body, or client_id "
        "and a TLS client certificate.",
        {},
    ),
    Row(
        row="CIBA not activated",
        error="unauthorized_client",
        description="CIBA is not activated for this client; register it with ciba = true.",
        before="deactivate",
    ),
    Row(row="no login_hint", error=INVALID, description="login_hint is missing.", changes={"login_hint": None}),
    Row(row="no login_hint", error=INVALID, description="login_hint is missing.", changes={"login_hint": ""}),
    Row(
        row="neither login_hint nor scope",
        error=INVALID,
        description="login_hint is missing.",
        changes={"login_hint": None, "scope": None},
    ),
    Row(row="no scope", error=INVALID, description="scope is missing.", changes={"scope": None}),
    Row(row="unknown user", error=INVALID, description=NO_SUCH, changes={"login_hint": "899700000000"}),
    Row(row="disabled user", error=INVALID, description=NO_SUCH, changes={"login_hint": DEACTIVATED}),
    Row(row="user_code sent", error=INVALID, description=f"user_code {NOT_HERE}", changes={"user_code": "1234"}),
    Row(
        row="notification token in poll mode",
        error=INVALID,
        description=f"client_notification_token {NOT_HERE}",
        changes={"client_notification_token": "t"},
    ),
    Row(
        row="bad scope",
        error="invalid_scope",
        description="scope: 'scope_9' is not listed in discovery.",
        changes={"scope": "openid scope_9"},
    ),
    Row(
        row="bad scope", error="invalid_scope", description="scope must hold 'openid'.", changes={"scope": "scope_all"}
    ),
    Row(row="51 characters", error=MESSAGE, description=NOT_SHOWABLE, changes={"binding_message": "4" * 51}),
    Row(row="other character", error=MESSAGE, description=NOT_SHOWABLE, changes={"binding_message": "4 2"}),
    Row(
        row="device channel failed",
        status=503,
        error="server_error",
        description="This person has no activated phone; activate one first, or use channel=CARD.",
        changes={"login_hint": WITHOUT_PHONE},
    ),
]

POLLING = [
    stranger(WRONG_SECRET, basic(secret="no")),
    Row(
        row="not yet approved",
        error="authorization_pending",
        description="The person has not answered yet; ask again after the interval.",
    ),
    Row(
        row="polled before interval",
        error="slow_down",
        description="Asked before the interval was over.",
        before="poll",
    ),
    Row(
        row="user refused",
        error="access_denied",
        description="The resource owner or authorization server denied the request",
        before="refuse",
    ),
    Row(
        row="expires_in passed", error="expired_token", description="The time of this request is over.", before="expire"
    ),
    Row(row="bad auth_req_id", error=GRANT, description=GONE, changes={"auth_req_id": "a.b.c"}),
    Row(row="used auth_req_id", error=GRANT, description=GONE, before="use"),
    Row(row="foreign auth_req_id", error=GRANT, description=GONE, headers=basic("neighbour", "other")),
    Row(row="CIBA not enabled", error=GRANT, description="CIBA is not activated for this client.", before="deactivate"),
    Row(row="auth_req_id missing", error=INVALID, description="auth_req_id is missing.", changes={"auth_req_id": None}),
]

ROWS_OF_THE_TABLE = {
    "asking": {
        "bad client authentication", "no login_hint", "no scope", "unknown user", "disabled user", "user_code sent",
        "notification token in poll mode", "bad scope", "51 characters", "other character", "device channel failed",
    },
    "polling": {
        "not yet approved", "polled before interval", "user refused", "expires_in passed", "bad auth_req_id",
        "used auth_req_id", "foreign auth_req_id", "CIBA not enabled", "auth_req_id missing",
    },
}  # fmt: skip


def send(site: Site, path: str, form: dict[str, str], row: Row) -> TestResponse:
    """Send what a row says."""
    asked = {name: value for name, value in {**form, **(row.changes or {})}.items() if value is not None}
    return site.call("POST", path, data=asked, headers=basic() if row.headers is None else row.headers)


def poll(site: Site, auth_req_id: str) -> TestResponse:
    """Poll as the portal that asked."""
    return site.call("POST", TOKEN, data={"grant_type": CIBA_GRANT, "auth_req_id": auth_req_id}, headers=basic())


def happen(site: Site, before: str, auth_req_id: str = "") -> None:
    """Let happen what comes first."""
    if before == "deactivate":
        site.provider.server.register_client(PORTAL)
    elif before == "poll":
        poll(site, auth_req_id)
    elif before == "expire":
        site.provider.clock.advance(120)
    elif before:
        answer = {"refuse": "refuse", "use": "approve"}[before]
        assert site.control("POST", "/answers", {"idnat": IDNAT, "answer": answer}).status_code == 200
    if before == "use":
        assert poll(site, auth_req_id).status_code == 200


def told(answer: TestResponse) -> tuple[Any, ...]:
    """Return everything that RFC 6749 5.2 speaks of."""
    shown = ("Content-Type", "Cache-Control", "Pragma", "WWW-Authenticate")
    return answer.status_code, json_of(answer), *(answer.headers.get(name) for name in shown)


def expected(row: Row) -> tuple[Any, ...]:
    """Return what a row should tell: JSON that nobody keeps, with a challenge for who was not recognised."""
    body = {"error": row.error, "error_description": row.description}
    return (
        row.status,
        body,
        "application/json",
        "no-store",
        "no-cache",
        'Basic realm="psc"' if row.status == 401 else None,
    )


def name_of(row: Row) -> str:
    """Return a test's name."""
    return row.row


@pytest.mark.parametrize("row", ASKING, ids=name_of)
def test_asking(site: Site, row: Row) -> None:
    """At the CIBA endpoint (CIBA 13); nothing is asked of anybody."""
    happen(site, row.before)
    answer = send(site, CIBA, QUESTION, row)

    assert expected(row) == told(answer)
    assert [] == site.provider.server.ciba.everything(now=site.provider.clock.now())


@pytest.mark.parametrize("row", POLLING, ids=name_of)
def test_polling(site: Site, row: Row) -> None:
    """At the token endpoint (CIBA 11)."""
    made = json_of(site.call("POST", CIBA, data=QUESTION, headers=basic()))["auth_req_id"]
    happen(site, row.before, made)
    answer = send(site, TOKEN, {"grant_type": CIBA_GRANT, "auth_req_id": made}, row)

    assert expected(row) == told(answer)


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("path", [CIBA, TOKEN])
def test_an_outage_on_demand(site: Site, path: str, status: int) -> None:
    """502 to 504, at both endpoints, as a proxy in front of PSC would answer; for one request, or for one login."""
    seam = Seam.CIBA_ANSWER if path == CIBA else Seam.TOKEN_ANSWER
    site.control("POST", "/plans", {"deviations": [to_json(AnswerStatus(seam, status))], "login_hint": IDNAT})
    first = site.call("POST", CIBA, data=QUESTION, headers=basic())
    if path == CIBA:
        again = site.call("POST", CIBA, data=QUESTION, headers=basic())
        assert (status, 200) == (first.status_code, again.status_code)
        return

    assert (200, status) == (first.status_code, poll(site, json_of(first)["auth_req_id"]).status_code)


def test_no_row_of_the_table_is_missing() -> None:
    """Each has at least one way in."""
    assert ROWS_OF_THE_TABLE["asking"] <= {row.row for row in ASKING}
    assert ROWS_OF_THE_TABLE["polling"] <= {row.row for row in POLLING}
