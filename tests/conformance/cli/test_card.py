"""`card`: what cannot be inserted is named, and an inserted card answers the other commands until it is taken out."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from conformance.cli import main
from tests.house.inventory import ROOT
from virtual_card.transport.frames import frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDNAT = "899799000015"
SECONDS = 30


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody else's card, and files in a folder of the test's own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@contextmanager
def inserted(*options: str, removed: bool = False) -> Iterator[socket.socket]:
    """Insert a card in a process of its own, before a reader of the test's; give the reader's end of the wire.

    The process is told to end, unless the card is removed meanwhile.
    """
    with socket.create_server(("127.0.0.1", 0)) as reader:
        reader.settimeout(SECONDS)
        port = str(reader.getsockname()[1])
        command = [sys.executable, "-m", "conformance.cli", "card", "insert", IDNAT, "--reader-port", port, *options]
        # The four packages are found from here; the files stay in the test's folder.
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            line, _ = reader.accept()
            with line:
                line.settimeout(SECONDS)
                yield line
        finally:
            if not removed:
                process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=SECONDS)[0].decode()
            assert 0 == process.returncode, said
            assert "Traceback" not in said


def sent(line: socket.socket, command: str) -> str:
    """Send a command to the card and return its answer."""
    line.sendall(frame(bytes.fromhex(command)))
    size = int.from_bytes(line.recv(2, socket.MSG_WAITALL), "big")
    return line.recv(size, socket.MSG_WAITALL).hex().upper()


@pytest.mark.integration
def test_an_inserted_card_is_asked_changed_traced_and_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One after the other, as a script does; no PIN in anything that is printed."""
    for name, value in {"OLD": "1234", "NEW": "7391", "BAD": "0000", "PUK": "12345678"}.items():
        monkeypatch.setenv(name, value)
    with inserted("--memory", "memory.json", removed=True) as line:
        wrong = sent(line, "00200001 04 30303030")
        codes = [
            main(["card", "status", "--lang", "en"]),
            main(["card", "pin", "--pin-env", "OLD", "--new-pin-env", "NEW", "--lang", "en"]),
            main(["card", "pin", "--pin-env", "BAD", "--new-pin-env", "NEW", "--lang", "en"]),
            main(["card", "unblock", "--puk-env", "PUK", "--new-pin-env", "NEW", "--lang", "en"]),
            main(["card", "trace"]),
            main(["card", "remove", "--lang", "en"]),
        ]
    said = capsys.readouterr().out
    status = json.loads(said.splitlines()[0])
    trusted = x509.load_pem_x509_certificates((tmp_path / "psc-card-hierarchy.pem").read_bytes())
    with inserted("--memory", "memory.json") as line:
        kept = [sent(line, "00200001"), sent(line, "00200001 04 37333931")]

    assert ("63C2", [0, 0, 1, 0, 0, 0]) == (wrong, codes)
    assert (IDNAT, "cps3", {"pin": 2, "puk": 10}) == (status["holder"], status["profile"], status["tries_left"])
    assert "PIN changed." in said
    assert "Refused (pin-refused): the PIN is wrong; tries left: 2" in said
    assert "0020000104********" in said
    assert ["63C3", "9000"] == kept
    assert [] == [secret for secret in ("7391", "12345678", "30303030", "37333931") if secret in said]
    assert 6 == len(trusted)


@pytest.mark.integration
def test_a_card_in_a_bad_state_is_inserted_so() -> None:
    """One try left, of another profile."""
    with inserted("--fault", "pin-one-try-left", "--profile", "cps4") as line:
        assert "63C1" == sent(line, "01200001")


@pytest.mark.integration
@pytest.mark.parametrize(("fault", "opposed"), [("opposition", 2), ("stale-dates", 0), ("expired", 0)])
def test_the_lists_of_oppositions_come_with_the_authorities(tmp_path: Path, fault: str, opposed: int) -> None:
    """Every certificate of a card in opposition is on one; of any other card, none is."""
    with inserted("--fault", fault) as line:
        assert "63C3" == sent(line, "00200001")
    pem = (tmp_path / "psc-card-hierarchy.pem").read_bytes()
    mark = b"-----BEGIN X509 CRL-----"
    lists = [x509.load_pem_x509_crl(mark + one) for one in pem.split(mark)[1:]]

    assert (3, opposed) == (len(lists), max(map(len, lists)))


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (["insert"], "IDNAT '' has no card; take one of 899799000015"),
        (["insert", "899799000114"], "IDNAT '899799000114' has no card"),
        (["insert", IDNAT, "--pinless", "--fault", "pin-blocked"], "it has no PIN, so pin-blocked cannot happen to it"),
        (["insert", IDNAT, "--memory", "damaged.json"], "memory file damaged.json: is no JSON; delete it"),
        (["insert", IDNAT, "--hierarchy", "no/such/file"], "--hierarchy no/such/file: cannot be written"),
        (["status"], "card status: no card is inserted; insert one"),
        (["remove"], "card remove: no card is inserted"),
        (["pin", "--pin-env", "NOT_SET"], "--pin-env: NOT_SET is not set"),
    ],
)
def test_what_cannot_be_done_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, typed: list[str], complaint: str
) -> None:
    """Option, value, remedy; exit code 2."""
    (tmp_path / "damaged.json").write_text("{")
    code = main(["card", *typed, "--lang", "en"])
    said = " ".join(capsys.readouterr().out.split())

    assert (2, True) == (code, complaint in said), said
