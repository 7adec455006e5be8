"""The suite against a single-page application that nobody here wrote the checks of, in the browser driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.exit_codes import ExitCode
from conformance.outcome import Verdict
from tests.portals.judging import judged

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.browser(seconds=30)
@pytest.mark.integration
@pytest.mark.requires("chromium", "playwright", "npm-portals")
def test_a_single_page_portal_in_a_real_browser(tmp_path: Path) -> None:
    """What oidc-client-ts checks passes; that it takes any issuer's word, relying on TLS alone, is found."""
    only = ("rsp.state.wrong", "uin.sub.mismatch", "idt.iss.wrong")
    result = judged("spa", tmp_path, "/", only=only)

    assert {"rsp.state.wrong", "uin.sub.mismatch"} == set(result.seen(Verdict.PASSED))
    assert {"idt.iss.wrong"} == set(result.seen(Verdict.FAILED))
    assert ExitCode.FAILURES == result.code, result.said
