"""The suite as plain pytest, in a process and a folder of its own; and a plugin that does nothing unless asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.cli.small_portal import demo_portal
from conformance.miniatures.defects import Defect
from conformance.miniatures.server import portal_toml
from tests.labs import suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.integration

SUITE = ("-q", "-rsf", "-p", "conformance.plugin", "--psc-language", "en", "--psc-portal", "portal.toml")
USAGE = 4


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider for all tests of this file."""
    with suite_seat() as one:
        yield one


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Somebody's folder, with a test of their own in it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_own="def test_own(): pass")
    return pytester


def test_the_suite_plays_on_a_correct_portal(folder: pytest.Pytester, seat: Seat) -> None:
    """By the command that the documentation gives; two families, since every scenario is played elsewhere."""
    with demo_portal(seat.provider) as base:
        (folder.path / "portal.toml").write_text(portal_toml(base), encoding="utf-8")
        done = folder.runpytest_subprocess(
            *SUITE,
            "--psc-provider",
            seat.url,
            "--psc-select",
            "idt.*",
            "--psc-select",
            "lgt.*",
            "--pyargs",
            "scenarios",
        )
    outcomes = done.parseoutcomes()

    assert (0, True) == (done.ret, outcomes["passed"] >= 20), done.stdout.str()
    assert {"passed"} == set(outcomes) - {"skipped", "deselected"}


def test_a_defect_fails_its_test_with_what_was_seen(folder: pytest.Pytester, seat: Seat) -> None:
    """Beside somebody's own tests, which run as ever."""
    with demo_portal(seat.provider, Defect.NEVER_COMPARES_NONCE) as base:
        (folder.path / "portal.toml").write_text(portal_toml(base), encoding="utf-8")
        done = folder.runpytest_subprocess(
            *SUITE,
            "--psc-provider",
            seat.url,
            "--psc-select",
            "idt.nonce.wrong",
            "--pyargs",
            "scenarios",
            "test_own.py",
        )

    assert {"passed": 1, "failed": 1} == {key: done.parseoutcomes()[key] for key in ("passed", "failed")}
    done.stdout.fnmatch_lines(["idt.nonce.wrong: The portal noticed nothing: it opened a session."])


def test_the_plugin_is_inert_without_a_portal(folder: pytest.Pytester) -> None:
    """Own tests run, scenarios are skipped with the remedy, nothing is asked of any network."""
    done = folder.runpytest_subprocess("-q", "-rs", "-p", "conformance.plugin", "--pyargs", "scenarios", "test_own.py")
    outcomes = done.parseoutcomes()

    assert (1, True) == (outcomes["passed"], outcomes["skipped"] >= 20)
    assert {"passed", "skipped"} == set(outcomes)
    done.stdout.fnmatch_lines(["*no portal: play scenarios with 'psc-conformance run portal.toml'*"])


@pytest.mark.parametrize(
    ("text", "more", "complaint"),
    [
        (None, (), "*portal.toml: there is no such file; write one, or correct the path"),
        (None, ("--psc-language", "fr"), "*portal.toml : ce fichier n'existe pas ; écrivez-le, ou corrigez le chemin"),
        ("[portal]\n", (), "*[[]portal] base_url: missing; write a text between quotes"),
        (portal_toml("http://127.0.0.1:1"), (), "*--psc-provider: missing; write the address of a running provider*"),
        (portal_toml("http://127.0.0.1:1"), ("--psc-provider", "http://127.0.0.1:1"), "*provider: nothing answers at*"),
        (
            portal_toml("http://127.0.0.1:1"),
            ("--psc-provider", "http://127.0.0.1:1", "--psc-profile", "odd"),
            "*odd*",
        ),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    folder: pytest.Pytester, text: str | None, more: tuple[str, ...], complaint: str
) -> None:
    """A usage error of pytest's, without a trace."""
    if text is not None:
        (folder.path / "portal.toml").write_text(text, encoding="utf-8")
    done = folder.runpytest_subprocess(*SUITE, *more, "--pyargs", "scenarios")

    assert USAGE == done.ret
    done.stderr.fnmatch_lines([complaint])
    done.stderr.no_fnmatch_line("*Traceback*")
