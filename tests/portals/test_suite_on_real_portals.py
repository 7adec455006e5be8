"""The suite against portals that nobody here wrote, under the profile of what the texts demand at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.exit_codes import ExitCode
from conformance.outcome import Verdict
from tests.portals.judging import judged

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration(seconds=50)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("mod_auth_openidc", marks=pytest.mark.requires("apache2-openidc")),
        pytest.param("openid_client", marks=pytest.mark.requires("node", "npm-portals")),
    ],
)
def test_no_certified_portal_fails(name: str, tmp_path: Path) -> None:
    """What a certified library is allowed to do is no failure; and most scenarios can be played on it."""
    result = judged(name, tmp_path, "/logged-out")

    assert {} == result.seen(Verdict.FAILED)
    assert ExitCode.CLEAN == result.code, result.said
    assert len(result.seen(Verdict.PASSED)) > 3 * len(result.seen(Verdict.INCONCLUSIVE))


def test_what_authlib_leaves_to_the_application_is_found(tmp_path: Path) -> None:
    """Its ``userinfo()`` compares no ``sub``: the suite bites on code that nobody here wrote, too."""
    result = judged("authlib_flask", tmp_path)

    assert "The portal thinks that the other person is logged in" in result.seen(Verdict.FAILED)["uin.sub.mismatch"]
    assert ExitCode.FAILURES == result.code, result.said
