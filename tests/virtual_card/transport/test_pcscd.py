"""What is said where no service can be started."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from virtual_card.transport import pcscd as room
from virtual_card.transport.pcscd import PcscdError, pcscd


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if pcscd and vpcd were installed, and we were root; what is started says who it is and waits."""
    program = tmp_path / "pcscd"
    program.write_text("#!/bin/sh\necho a pcscd that is none\nexec sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("virtual_card.transport.pcscd.DRIVER", Path("/"))
    monkeypatch.setattr("virtual_card.transport.pcscd.shutil.which", lambda *_, **__: str(program))
    monkeypatch.setattr("virtual_card.transport.pcscd.os.geteuid", lambda: 0)
    monkeypatch.setattr("virtual_card.transport.pcscd._LOCK", tmp_path / "lock")
    monkeypatch.setattr("virtual_card.transport.pcscd._SOCKET", tmp_path / "socket")


def test_the_configuration_says_where_and_what(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The port given is the one in the file, below 32768."""
    answers = iter([False, False, True])
    monkeypatch.setattr(room, "_answers", lambda: next(answers))
    with pcscd(tmp_path) as port:
        said = (tmp_path / "readers" / "vpcd").read_text(encoding="utf-8")

    assert port < 32768
    assert f"CHANNELID {port:#06x}" in said.splitlines()
    assert 'FRIENDLYNAME "CPS virtuelle"' in said.splitlines()


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither pcscd nor vpcd."""
    monkeypatch.setattr("virtual_card.transport.pcscd.DRIVER", tmp_path / "not-there")
    with pytest.raises(PcscdError, match="apt-get install pcscd vsmartcard-vpcd"), pcscd(tmp_path):
        pass


def test_other_rights_are_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not root, and the folder of the socket is not ours."""
    monkeypatch.setattr("virtual_card.transport.pcscd.os.geteuid", lambda: 1000)
    monkeypatch.setattr("virtual_card.transport.pcscd._SOCKET", tmp_path / "not-there" / "socket")
    with pytest.raises(PcscdError, match="not-there, which is root's; run as root"), pcscd(tmp_path):
        pass


def test_a_plain_user_with_the_sockets_folder_needs_no_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The service is told not to ask polkit, and the lock lies beside the socket."""
    monkeypatch.setattr("virtual_card.transport.pcscd.os.geteuid", lambda: 1000)
    monkeypatch.setattr("virtual_card.transport.pcscd._LOCK", Path("/not-there/a.lock"))
    program = tmp_path / "pcscd"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --help ] && echo --disable-polkit && exit\necho "I got $*"\nexit 1\n', encoding="utf-8"
    )
    with pytest.raises(PcscdError, match="I got --foreground --disable-polkit --config"), pcscd(tmp_path):
        pass

    assert (tmp_path / "a.lock").exists()


def test_a_plain_user_learns_that_an_old_service_will_not_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that asks polkit whatever it is told would start and refuse every program."""
    monkeypatch.setattr("virtual_card.transport.pcscd.os.geteuid", lambda: 1000)
    (tmp_path / "pcscd").write_text("#!/bin/sh\necho --foreground\n", encoding="utf-8")
    with pytest.raises(PcscdError, match="take pcscd 2, or run as root"), pcscd(tmp_path):
        pass


def test_a_service_that_runs_is_left_alone(tmp_path: Path) -> None:
    """Somebody else's pcscd answers."""
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(tmp_path / "socket"))
        theirs.listen()
        with pytest.raises(PcscdError, match="runs on this machine already; stop it"), pcscd(tmp_path):
            pass


def test_without_a_free_port_nothing_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All of them are held."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        monkeypatch.setattr(room, "PORTS", range(port, port + 1))
        with pytest.raises(PcscdError, match="stop what holds them"), pcscd(tmp_path):
            pass


def test_a_service_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    """What it said stands in the message."""
    (tmp_path / "pcscd").write_text("#!/bin/sh\necho no such option\nexit 1\n", encoding="utf-8")
    with pytest.raises(PcscdError, match="did not start; it said: no such option"), pcscd(tmp_path):
        pass
