"""The control API against its own description, by schemathesis: what is sent fits or does not, answers always do.

The library is imported by the tests that use it: it takes longer than most tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mock_idp.endpoints.site import CONTROL
from tests.mock_idp.endpoints.test_openapi import OPERATIONS, prepared

if TYPE_CHECKING:
    from mock_idp.journal import Entry
    from mock_idp.keys import SigningKeys
    from tests.mock_idp.endpoints.site import Site

pytestmark = pytest.mark.integration

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
CASES = [
    pytest.param(operation["operationId"], fits, id=f"{operation['operationId']}-{'fits' if fits else 'does-not'}")
    for _, _, operation in OPERATIONS
    for fits in (True, False)
    # any text is an address that fits, so only bodies and queries can be wrong
    if fits or "requestBody" in operation or any(one["in"] == "query" for one in operation.get("parameters", []))
]
EXAMPLES = settings(max_examples=8, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def site(keys: SigningKeys) -> Site:
    """A provider in which every example of the description makes sense, and whose journal lets nobody wait."""
    site = prepared(keys)
    journal = site.provider.journal

    def at_once(*, seconds: float, **which: Any) -> list[Entry]:
        del seconds
        return journal.entries(**which)

    journal.wait = at_once  # type: ignore[method-assign]  # for this provider only
    return site


@pytest.fixture(scope="module")
def schema(site: Site) -> Any:
    """The description, as the API serves it."""
    import schemathesis  # noqa: PLC0415

    return schemathesis.openapi.from_wsgi(CONTROL + "/openapi.json", site.app, base_url=site.settings.issuer_base)


@pytest.mark.parametrize(("name", "fits"), CASES)
def test_answers_are_as_described(site: Site, schema: Any, name: str, *, fits: bool) -> None:
    """Status, type, headers and body; what the description does not allow is refused."""
    from schemathesis import GenerationMode  # noqa: PLC0415
    from schemathesis.checks import CHECKS as KNOWN  # noqa: PLC0415

    operation = schema.find_operation_by_id(name)
    mode = GenerationMode.POSITIVE if fits else GenerationMode.NEGATIVE

    @EXAMPLES
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(
            base_url=site.settings.issuer_base + CONTROL, checks=[KNOWN.get_one(check) for check in CHECKS]
        )

    try_it()
