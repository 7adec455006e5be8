"""What a portal that nobody here wrote makes of hours that pass: libfaketime sets the clock of its process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.exit_codes import ExitCode
from conformance.outcome import Verdict
from tests.portals.judging import judged

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.integration
@pytest.mark.requires("faketime")
def test_a_session_without_an_end_is_found(tmp_path: Path) -> None:
    """Flask's own sessions end with the browser, and not after half an hour."""
    result = judged("authlib_flask", tmp_path, only=("psc.life.tokens", "psc.life.idle"), faketime=True)

    assert {"psc.life.tokens"} == set(result.seen(Verdict.PASSED))
    assert {"psc.life.idle"} == set(result.seen(Verdict.WARNING)), result.said
    assert ExitCode.CLEAN == result.code, result.said
