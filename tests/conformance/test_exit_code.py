"""What a run's exit code says of its verdicts: a pass only where something was shown."""

from __future__ import annotations

import pytest

from conformance.exit_codes import ExitCode
from conformance.outcome import Verdict
from conformance.runner import exit_code


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.PASSED], ExitCode.CLEAN),
        ([Verdict.WARNING], ExitCode.CLEAN),
        ([Verdict.REVIEW, Verdict.SKIPPED], ExitCode.CLEAN),
        ([Verdict.PASSED, Verdict.INCONCLUSIVE], ExitCode.CLEAN),
        ([Verdict.PASSED, Verdict.FAILED], ExitCode.FAILURES),
        ([Verdict.FAILED, Verdict.INCONCLUSIVE], ExitCode.FAILURES),
        ([], ExitCode.NOTHING),
        ([Verdict.SKIPPED], ExitCode.NOTHING),
        ([Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE], ExitCode.NOTHING),
        ([Verdict.INCONCLUSIVE, Verdict.SKIPPED], ExitCode.NOTHING),
    ],
)
def test_verdicts(verdicts: list[Verdict], code: ExitCode) -> None:
    """One that decided is enough for a pass, one that failed for a failure."""
    assert code is exit_code(verdicts, 0)


@pytest.mark.parametrize(
    ("status", "errors", "code"),
    [
        (0, 1, ExitCode.HARNESS),
        (1, 0, ExitCode.CLEAN),
        (2, 0, ExitCode.INTERRUPTED),
        (2, 1, ExitCode.HARNESS),
        (3, 0, ExitCode.HARNESS),
        (4, 0, ExitCode.HARNESS),
        (5, 0, ExitCode.CLEAN),
    ],
)
def test_trouble_of_ours_comes_first(status: int, errors: int, code: ExitCode) -> None:
    """Whatever the verdicts say; pytest's own 1 is only that some scenario failed, which the verdicts know better."""
    assert code is exit_code([Verdict.PASSED], status, errors=errors)
