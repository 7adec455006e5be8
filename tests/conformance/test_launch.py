"""A portal that the suite starts itself: placeholders, readiness, restart, and what is said when it does not start."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli import main
from conformance.descriptor import DescriptorError, Launch, read_descriptor
from conformance.launch import Facts, LaunchedPortal, LaunchError, launched
from conformance.miniatures.server import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).with_name("launched_portal.py")
FACTS = Facts(members={"port": "8081", "client_secret": "très-secret"})
SLEEPER = (sys.executable, "-c", "import threading; threading.Event().wait()")


def descriptor(**launch: str) -> str:
    """Return a descriptor of the program beside this file; `launch` adds lines to its table."""
    more = "\n".join(f"{key} = {value}" for key, value in launch.items())
    return f"""schema = 1
[portal]
name = "lancé"
base_url = "http://127.0.0.1:{{port}}"
login = "/login"
logout = "/logout"
after_logout = ["/logged-out"]
[whoami]
url = "/me"
anonymous = ["401"]
identity = {{ json = "/identifier" }}
[launch]
command = [{json.dumps(sys.executable)}, {json.dumps(str(PROGRAM))}]
env = {{ ISSUER = "{{issuer}}", DISCOVERY = "{{discovery}}", PORT = "{{port}}", CLIENT_ID = "{{client_id}}", CLIENT_SECRET = "{{client_secret}}", POISON = "yes", PYTHONPATH = {json.dumps(os.pathsep.join(sys.path))} }}
{more}
[provider]
port = 0
[profile]
name = "strict"
"""  # noqa: E501


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, dict[str, dict[str, Any]]]]:
    """Run scenarios against the launched portal; return the exit code and the verdicts by scenario."""

    def play(text: str, *patterns: str) -> tuple[int, dict[str, dict[str, Any]]]:
        (tmp_path / "portal.toml").write_text(text, encoding="utf-8")
        chosen = [part for pattern in patterns for part in ("--select", pattern)]
        folder = tmp_path / "report"
        code = main(["run", str(tmp_path / "portal.toml"), "--report-dir", str(folder), "--lang", "en", *chosen])
        log = (folder / "events.jsonl").read_text(encoding="utf-8") if (folder / "events.jsonl").exists() else ""
        events = [json.loads(line) for line in log.splitlines()]
        return code, {event["scenario"]: event for event in events if event["kind"] == "verdict"}

    return play


@pytest.mark.integration
def test_a_poisoned_portal_is_restarted(run: Callable[..., tuple[int, dict[str, dict[str, Any]]]]) -> None:
    """What it took is noted, and the scenario that follows is judged on a fresh portal."""
    code, verdicts = run(descriptor(), "idt.iss.*")

    assert 1 == code
    assert 1 < len(verdicts)
    assert {("poisoned", "failed", "process")} == {
        (one["outcome"], one["verdict"], one["recovered"]) for one in verdicts.values()
    }


@pytest.mark.integration
def test_the_gentlest_reset_is_tried_first(run: Callable[..., tuple[int, dict[str, dict[str, Any]]]]) -> None:
    """A portal with a reset address is not restarted."""
    _, verdicts = run(descriptor(reset='{ post = "/__reset" }'), "idt.iss.wrong")

    assert ["caches"] == [one["recovered"] for one in verdicts.values()]


@pytest.mark.integration
def test_without_a_reset_what_follows_is_inconclusive(
    run: Callable[..., tuple[int, dict[str, dict[str, Any]]]],
) -> None:
    """A portal that nobody may restart stays poisoned; that is never counted as a refusal."""
    _, verdicts = run(descriptor(reset='"none"'), "idt.iss.wrong", "idt.iss.prefix")

    assert [("poisoned", None), ("inconclusive", None)] == [
        (one["outcome"], one["recovered"]) for one in verdicts.values()
    ]


def test_placeholders_are_filled_in() -> None:
    """An unknown one is named, with those that are known."""
    assert "--port=8081" == FACTS.fill("--port={port}")
    with pytest.raises(LaunchError, match=r"'\{prt\}' holds an unknown placeholder; known are \{port\}"):
        FACTS.fill("{prt}")


def portal(tmp_path: Path, *command: str, ready_seconds: float = 30) -> LaunchedPortal:
    """Return a portal that is not started yet."""
    launch = Launch(command=command, ready_seconds=ready_seconds)
    return LaunchedPortal(
        launch, base_url=f"http://127.0.0.1:{free_port()}", facts=FACTS, folder=tmp_path, log=tmp_path / "portal.log"
    )


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """The command is named."""
    with pytest.raises(LaunchError, match=r"'\./no-such-program' cannot be started"):
        portal(tmp_path, "./no-such-program").start()


def test_a_program_that_ends_at_once(tmp_path: Path) -> None:
    """Its exit code and the file with its output are named, and the file has it; the secret is nowhere."""
    one = portal(tmp_path, sys.executable, "-c", "import sys; print('no database'); sys.exit(7)", "{client_secret}")
    with pytest.raises(LaunchError, match="ended with code 7; its output is in") as caught:
        one.start()

    assert "no database\n" == (tmp_path / "portal.log").read_text(encoding="utf-8")
    assert "très-secret" not in f"{caught.value} {one!r} {FACTS!r}"


def test_a_program_that_never_answers_is_stopped(tmp_path: Path) -> None:
    """After the time in the descriptor, and nothing is left running."""
    one = portal(tmp_path, *SLEEPER, ready_seconds=0.3)
    with pytest.raises(LaunchError, match=r"did not answer within 0\.3 s"):
        one.start()

    assert one._process is None


def test_stopping_twice_is_no_error(tmp_path: Path) -> None:
    """Leaving the block of a portal that never started neither."""
    one = portal(tmp_path, "./no-such-program")
    with pytest.raises(LaunchError), launched(one):
        raise AssertionError
    one.stop()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"reset": '"reboot"'}, r"\[launch\] reset: 'reboot' is not understood; write one of restart, none"),
        ({"reset": "{ poste = '/x' }"}, r"reset poste: unknown key; did you mean post\?"),
        ({"readdy": '"/x"'}, r"\[launch\] readdy: unknown key"),
        ({"ready_seconds": "0"}, r"ready_seconds: 0 is too small"),
        ({"env2": "{}"}, r"env2: unknown key"),
    ],
)
def test_mistakes_in_the_table_are_named(line: dict[str, str], said: str) -> None:
    """The key and the remedy."""
    with pytest.raises(DescriptorError, match=said):
        read_descriptor(descriptor(**line))


def test_a_launch_needs_a_command() -> None:
    """An empty one is refused."""
    text = descriptor().replace("command = [", "command = []  # [")
    with pytest.raises(DescriptorError, match=r"\[launch\] command: missing; write program and arguments"):
        read_descriptor(text)
