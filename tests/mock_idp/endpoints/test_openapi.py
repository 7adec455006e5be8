"""The description of the control API is true: it has every route, its examples work, answers are as described."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mock_idp.web import journeys
from mock_idp.web.tls_doors import TlsDoors
from tests.mock_idp.endpoints.site import CONTROL, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, PORTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from mock_idp.keys import SigningKeys

DOCUMENT: dict[str, Any] = json.loads(
    files("mock_idp.web").joinpath("control_openapi.json").read_text(encoding="utf-8")
)
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]


def prepared(keys: SigningKeys) -> Site:
    """A provider in which every example of the description makes sense."""
    site = Site(keys=keys)
    site.provider.tls_doors = TlsDoors(site.provider)
    site.provider.server.register_client(replace(PORTAL, ciba=True))
    journeys.enrol(site.provider, IDNAT, "1234", device_id="device")
    login_id = site.begin()
    journeys.ask_approval(site.provider, login_id, IDNAT)
    site.provider.plans.arm("token", ())
    site.code()
    return site


@pytest.fixture
def site(keys: SigningKeys) -> Iterator[Site]:
    """A provider of one's own."""
    with closed(prepared(keys)) as site:
        yield site


@contextmanager
def closed(site: Site) -> Iterator[Site]:
    """Close the doors that the examples have opened."""
    try:
        yield site
    finally:
        if site.provider.tls_doors is not None:
            site.provider.tls_doors.close()


def send(site: Site, method: str, path: str, body: Any = None) -> TestResponse:
    """Send what the description says."""
    return site.control(method, path.replace("{token}", "token").replace("{device}", "device"), body)


def check(operation: dict[str, Any], answer: TestResponse) -> None:
    """Compare an answer with what its operation describes."""
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, (answer.status_code, answer.text)
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
    if "content" not in described:
        assert answer.data == b""
        return
    schema = {**described["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(answer.json)


def test_every_route_is_described_and_nothing_else(site: Site) -> None:
    """A route that is added without a word here is noticed."""
    routes = {
        (method, rule.rule.removeprefix(CONTROL).translate(str.maketrans("<>", "{}")))
        for rule in site.app.url_map.iter_rules()
        if rule.endpoint.startswith("control.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == {(method, path) for method, path, _ in OPERATIONS}
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_example_works(site: Site, method: str, path: str, operation: dict[str, Any]) -> None:
    """It is what its own schema allows, and the answer is what the description says of success."""
    request = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if request:
        Draft202012Validator(request["schema"]).validate(request["example"])
    answer = send(site, method, path, request.get("example"))

    assert answer.status_code in {200, 201, 204}, answer.text
    check(operation, answer)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_schema_is_one(method: str, path: str, operation: dict[str, Any]) -> None:
    """JSON Schema 2020-12, which OpenAPI 3.1 speaks."""
    request = operation.get("requestBody", {}).get("content", {}).get("application/json", {})

    assert method in {"GET", "POST", "DELETE"}, path
    Draft202012Validator.check_schema(request.get("schema", {}))
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"]["Entry"])


CLOSED = [
    pytest.param(method, path, request, id=operation["operationId"])
    for method, path, operation in OPERATIONS
    if (request := operation.get("requestBody", {}).get("content", {}).get("application/json", {}))
    and request["schema"].get("additionalProperties") is False
]


@pytest.mark.parametrize(("method", "path", "request_"), CLOSED)
def test_a_member_that_nobody_knows_is_told(site: Site, method: str, path: str, request_: dict[str, Any]) -> None:
    """A misspelt one would do nothing, and nobody would notice."""
    answer = send(site, method, path, {**request_["example"], "inconnu": 1})

    assert 400 == answer.status_code
    assert re.match(r"inconnu: unknown (member|key)", json_of(answer)["error"]), answer.text


def test_the_description_is_served(site: Site) -> None:
    """From the API itself."""
    assert DOCUMENT == site.control("GET", "/openapi.json").json


@pytest.fixture(scope="module")
def shared(keys: SigningKeys) -> Iterator[Site]:
    """One provider for many requests."""
    with closed(prepared(keys)) as site:
        yield site


MEMBERS = sorted(
    {
        name
        for _, _, operation in OPERATIONS
        for name in operation.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("schema", {})
        .get("properties", {})
    }
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.text(max_size=4), max_size=2),
    st.sampled_from([IDNAT, "portal", "approve", "publish", "retire", "CARD", "mtls", "1234", "a" * 64]),
)


@given(
    which=st.sampled_from([one for one in OPERATIONS if "requestBody" in one[2]]),
    body=st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=5),
)
def test_whatever_is_sent_is_answered_as_described(
    shared: Site, *, which: tuple[str, str, dict[str, Any]], body: dict[str, Any]
) -> None:
    """A status that the description knows, with the body that it says."""
    method, path, operation = which

    check(operation, send(shared, method, path, body))
