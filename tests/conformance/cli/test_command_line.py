"""The command as people start it: a process of its own, its exit codes, both languages, and never a trace."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from conformance.catalogue import catalogue
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.miniatures.server import free_port, portal_toml
from conformance.miniatures.table import MINIATURES
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.cli.seat import Seat

pytestmark = pytest.mark.integration

PATIENCE = 90
COMMAND = (sys.executable, "-m", "conformance.cli")
LANGUAGES = ("fr", "en")


def command(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run the command and return its exit code and everything it said, which never holds a trace."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**surroundings(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    said = done.stdout + done.stderr

    assert "Traceback" not in said, said
    assert 'File "' not in said, said
    return done.returncode, said


def surroundings() -> dict[str, str]:
    """Return the environment without what would change what is said."""
    left_out = {"PSC_DEBUG", "LANG", "LC_ALL", "LC_MESSAGES"}
    return {**{name: value for name, value in os.environ.items() if name not in left_out}, "COLUMNS": "200"}


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider that other processes talk to."""
    with running_seat(SUITE_SETTINGS) as seat:
        yield seat


@pytest.fixture(scope="module")
def base(seat: Seat) -> Iterator[str]:
    """The correct portal, connected to it."""
    with demo_portal(seat.provider) as base:
        yield base


def described(folder: Path, base: str, *changes: tuple[str, str]) -> str:
    """Write a descriptor with something changed in it, and return its path."""
    text = portal_toml(base)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "portal.toml").write_text(text, encoding="utf-8")
    return str(folder / "portal.toml")


# -- demo


def test_the_demonstration_shows_a_correct_portal(tmp_path: Path) -> None:
    """The journey, the scenarios, and where the report is; exit code 0."""
    code, said = command("demo", "--report-dir", str(tmp_path), "--select", "idt.iss.*", "--lang", "fr")

    assert 0 == code, said
    assert "06 Mot de passe à 4 chiffres choisi, puis confirmé" in said
    assert "✓ idt.iss.wrong" in said
    assert f"Rapport : {tmp_path / 'report.html'}" in said
    assert (tmp_path / "report.html").is_file()


def test_the_demonstration_shows_a_fault(tmp_path: Path) -> None:
    """Found by its scenario and by nothing else; that is a success of the demonstration."""
    picked = ("--select", "idt.iss.*", "--select", "idt.aud.wrong")
    code, said = command(
        "demo", "--fault", "never_compares_iss", "--report-dir", str(tmp_path), *picked, "--lang", "en"
    )

    assert 0 == code, said
    assert "✗ idt.iss.wrong" in said
    assert "Defect 'never_compares_iss' found by idt.iss.wrong, and by nothing else." in said
    assert "The portal noticed nothing: it opened a session." in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_faults_are_listed(language: str) -> None:
    """Each with what it is."""
    code, said = command("demo", "--fault", "?", "--lang", language)

    assert 0 == code
    for defect, one in MINIATURES.items():
        assert re.search(rf"{defect} +{re.escape(one.title_fr if language == 'fr' else one.title_en)}", said)


@pytest.mark.parametrize(
    ("arguments", "said_so"),
    [
        (("--fault", "nonsense"), "--fault: 'nonsense' is no defect; --fault '?' lists them"),
        (("--select", "no.such"), "select: no scenario is called 'no.such'"),
        (("--profile", "stict"), "profile: 'stict' is unknown; there are core, strict, psc"),
        (
            ("--report-dir", "/dev/null/x"),
            "--report-dir /dev/null/x: cannot be written to (Not a directory); choose another",
        ),
        (("--port", "99999"), "argument --port: '99999': write 0 to 65535"),
        (("--port", "-1"), "argument --port: '-1': write 0 to 65535"),
        (("--colour", "red"), "unrecognized arguments: --colour red"),
    ],
)
def test_a_demonstration_that_cannot_be_given_says_why(
    tmp_path: Path, arguments: tuple[str, str], said_so: str
) -> None:
    """Exit code 2, and the option is named."""
    where = () if "--report-dir" in arguments else ("--report-dir", str(tmp_path))
    code, said = command("demo", *where, *arguments, "--lang", "en")

    assert 2 == code, said
    assert said_so in said


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """With the option, exit code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        demo = command("demo", "--port", port, "--report-dir", str(tmp_path), "--lang", "en")
        serve = command("serve", "--port", port, "--lang", "en")

    assert (2, 2) == (demo[0], serve[0])
    assert f"--port {port}: cannot listen there (Address already in use); choose another port" in demo[1]
    assert f"cannot listen on 127.0.0.1:{port} (Address already in use); choose another" in serve[1]


# -- list, explain


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scenarios_are_listed(language: str) -> None:
    """One line each: id, clause, title."""
    code, said = command("list", "--lang", language)
    lines = said.splitlines()

    assert 0 == code
    assert [case.card.id for case in catalogue()] == [line.split()[0] for line in lines]
    for case, line in zip(catalogue(), lines, strict=True):
        assert line.endswith(case.card.title(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scenario_is_explained(language: str) -> None:
    """What it demands, the lie, how to mend, what each profile makes of it, how to see it fail."""
    code, said = command("explain", "idt.iss.wrong", "--lang", language)
    card = next(case.card for case in catalogue() if case.card.id == "idt.iss.wrong")

    assert 0 == code
    for part in (card.title(language), card.mend(language), card.demand.gist(language), card.demand.url, '"set-claim"'):
        assert part in said
    for part in ("core", "strict", "psc", f"make demo FAULT={card.caught_by}"):
        assert part in said


@pytest.mark.parametrize(
    ("arguments", "said_so"),
    [
        (("explain", "idt.iss.worng"), "explain: 'idt.iss.worng' is no scenario; 'psc-conformance list' shows them"),
        (("list", "--select", "zzz.*"), "select: no scenario is called 'zzz.*'"),
        (("explain",), "the following arguments are required: ID"),
        ((), "the following arguments are required: command"),
        (("dance",), "invalid choice: 'dance'"),
    ],
)
def test_what_does_not_exist_is_named(arguments: tuple[str, ...], said_so: str) -> None:
    """Exit code 2."""
    code, said = command(*arguments, LANG="en_GB.UTF-8")

    assert 2 == code, said
    assert said_so in said


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), {}, "fr"),
        ((), {"LANG": "en_GB.UTF-8"}, "en"),
        ((), {"LANG": "de_DE.UTF-8"}, "fr"),
        ((), {"LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB.UTF-8"}, "fr"),
        (("--lang", "fr"), {"LANG": "en_GB.UTF-8"}, "fr"),
        (("--lang=en",), {"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_option_then_the_locale_then_french(
    arguments: tuple[str, ...], environment: dict[str, str], language: str
) -> None:
    """For everything that is said."""
    _, said = command("explain", "sig.none", *arguments, **environment)

    assert {"fr": "Pour corriger", "en": "To mend"}[language] in said


# -- run


def test_a_clean_run(tmp_path: Path, seat: Seat, base: str) -> None:
    """Exit code 0; the reports are written, and say which language was asked for."""
    path = described(tmp_path, base)
    code, said = command(
        "run", path, "--provider", seat.url, "--profile", "core", "--select", "idt.*.wrong",
        "--report-dir", str(tmp_path / "r"), "--lang", "fr",
    )  # fmt: skip

    assert 0 == code, said
    assert f"JUnit : {tmp_path / 'r' / 'junit.xml'}" in said
    assert "0" == ET.parse(tmp_path / "r" / "junit.xml").getroot().get("failures")  # noqa: S314  # our own
    assert '<html lang="fr">' in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def test_a_run_with_a_failure(tmp_path: Path) -> None:
    """Exit code 1; what to mend is said."""
    with running_seat(SUITE_SETTINGS) as seat, demo_portal(seat.provider, next(iter(MINIATURES))) as base:
        path = described(tmp_path, base)
        code, said = command(
            "run", path, "--provider", seat.url, "--profile", "strict", "--select", "req.acr",
            "--report-dir", str(tmp_path / "r"), "--lang", "en",
        )  # fmt: skip
    events = [json.loads(line) for line in (tmp_path / "r" / "events.jsonl").read_text(encoding="utf-8").splitlines()]

    assert 1 == code, said
    assert "failed : The portal did not do what the clause asks." in said
    assert "req.acr : Add acr_values=eidas1" in said
    assert (1, 1) == (events[-1]["code"], events[-1]["counts"]["failed"])


def test_a_known_failure_that_passes_fails(tmp_path: Path, seat: Seat, base: str) -> None:
    """So that the list becomes shorter."""
    known = ("known = []", 'known = [{ id = "sig.none", reason = "bientôt", issue = "P-1", until = 9999-12-31 }]')
    code, said = command(
        "run", described(tmp_path, base, known), "--provider", seat.url, "--select", "sig.none",
        "--report-dir", str(tmp_path / "r"), "--lang", "en",
    )  # fmt: skip

    assert 1 == code, said


def test_nothing_that_applies_is_no_pass(tmp_path: Path, seat: Seat, base: str) -> None:
    """Exit code 5, and the reason is said: a run in which everything was left out has shown nothing."""
    skip = ("skip = []", 'skip = [{ id = "*", reason = "nothing today" }]')
    code, said = command(
        "run", described(tmp_path, base, skip), "--provider", seat.url, "--select", "sig.none",
        "--report-dir", str(tmp_path / "r"), "--lang", "en",
    )  # fmt: skip

    assert 5 == code, said
    assert "nothing today" in said


@pytest.mark.parametrize(
    ("change", "said_so"),
    [
        (('login = "/login"', ""), "portal.toml: [portal] login: missing"),
        (('name = "miniature"', "name = 3"), "portal.toml: [portal] name: write a text between quotes, not a number"),
        (("[limits]", "[limit]"), "portal.toml limit: unknown key"),
        (('"401"', '"maybe"'), "portal.toml: [whoami] anonymous: 'maybe' is not understood"),
        (("skip = []", 'skip = [{ id = "no.such", reason = "x" }]'), "[expect] skip: no scenario is called 'no.such'"),
        (('"SubjectNameID"', '"SubjectNameId"'), "[whoami] identity_claim: 'SubjectNameId' is no claim of userinfo"),
        (("schema = 1", "schema = "), "portal.toml: this is no TOML"),
    ],
)
def test_a_mistake_in_the_descriptor_is_named(
    tmp_path: Path, seat: Seat, base: str, change: tuple[str, str], said_so: str
) -> None:
    """Exit code 2, file and key."""
    path = described(tmp_path, base, change)
    code, said = command("run", path, "--provider", seat.url, "--report-dir", str(tmp_path / "r"), "--lang", "en")

    assert 2 == code, said
    assert said_so in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_portal_that_is_down_is_said(tmp_path: Path, seat: Seat, language: str) -> None:
    """Exit code 3, and what to check."""
    path = described(tmp_path, f"http://127.0.0.1:{free_port()}")
    code, said = command("run", path, "--provider", seat.url, "--report-dir", str(tmp_path / "r"), "--lang", language)

    assert 3 == code, said
    assert {"fr": "la première connexion honnête n'aboutit pas", "en": "first honest login does not succeed"}[
        language
    ] in said


def test_a_provider_that_is_gone_is_said(tmp_path: Path, base: str) -> None:
    """Exit code 3, its address, and how to start one."""
    url = f"http://127.0.0.1:{free_port()}"
    code, said = command(
        "run", described(tmp_path, base), "--provider", url, "--report-dir", str(tmp_path / "r"), "--lang", "en"
    )

    assert 3 == code, said
    assert f"nothing answers at {url} (ConnectionError); start it with 'psc-conformance serve'" in said


def test_something_else_at_the_providers_address_is_said(tmp_path: Path, base: str) -> None:
    """A web server that is none of ours."""
    code, said = command(
        "run", described(tmp_path, base), "--provider", base, "--report-dir", str(tmp_path / "r"), "--lang", "en"
    )

    assert 3 == code, said
    assert "provider:" in said


# -- serve


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``serve`` and give it with the address of its discovery document."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--lang", "en", *arguments],
        cwd=ROOT,
        env={**surroundings(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "Discovery:" in line)
            yield process, line.split()[-1]
        finally:
            process.kill()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_ends_orderly(sent: signal.Signals) -> None:
    """Discovery names the issuer; a signal ends it with exit code 0."""
    with serving() as (process, url):
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # loopback
            issuer = json.loads(answer.read())["issuer"]
        process.send_signal(sent)
        rest = process.communicate(timeout=PATIENCE)[0]

    assert url.startswith(issuer)
    assert 0 == process.returncode, rest
    assert "Stopped." in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("arguments", "said_so"),
    [
        (("--issuer-base", "nowhere"), "--issuer-base: 'nowhere' is no address"),
        (("--wallet-base", "http://[x"), "--wallet-base: 'http://[x' is no address"),
        (("--client-secret-env", "NO_SUCH_SECRET"), "NO_SUCH_SECRET is not set"),
        (("--port", "http"), "argument --port: 'http': write 0 to 65535"),
        (("--host", "256.256.256.256", "--port", "0"), "cannot listen on 256.256.256.256:0"),
    ],
)
def test_a_provider_that_cannot_be_served_says_why(arguments: tuple[str, ...], said_so: str) -> None:
    """Exit code 2, and the option is named."""
    code, said = command("serve", *arguments, "--lang", "en")

    assert 2 == code, said
    assert said_so in said


def test_the_version_is_said() -> None:
    """For a report of a mistake."""
    code, said = command("--version")

    assert 0 == code
    assert re.fullmatch(r"psc-conformance \d+\.\d+\.\d+\S*\n", said)
