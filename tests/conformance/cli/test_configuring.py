"""What `serve` serves: the file, the options that say more than it, and mistakes in either."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.configuring import READY_CALLBACK, READY_CLIENT, at_port, client_of, configuration_of
from conformance.cli.options import UsageError
from mock_idp.settings import Settings, Unlisted

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
[provider]
issuer_base = "https://auth.psc.example"
access_token_lifetime = 60
acr_values_policy = "reject"
[[provider.clients]]
client_id = "du-fichier"
client_secret = "fictif-0123456789"
redirect_uris = ["https://portail.example/cb"]
"""


def options(**given: Any) -> Namespace:
    """Return the options of `serve` as they stand when nobody types any, but for these."""
    plain: dict[str, Any] = {
        "config": None, "suite": False, "issuer_base": None, "wallet_base": None, "client_id": None,
        "client_secret_env": None, "redirect_uri": [], "post_logout_redirect_uri": [],
    }  # fmt: skip
    return Namespace(**{**plain, **given})


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A configuration file."""
    path = tmp_path / "psc.toml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_without_anything_a_ready_client_is_drawn() -> None:
    """The addresses follow the port, and the secret is another one each time."""
    configured = configuration_of(options())
    settings = at_port(configured.settings, options(), 4711)
    first, second = client_of(options(), configured), client_of(options(), configured)

    assert ("http://127.0.0.1:4711", "http://localhost:4711") == (settings.issuer_base, settings.wallet_base)
    assert first is not None
    assert second is not None
    assert (READY_CLIENT, (READY_CALLBACK,), True) == (first[0].client_id, first[0].redirect_uris, first[1])
    assert first[0].client_secret != second[0].client_secret
    assert configured.people


def test_the_file_is_enough(file: str) -> None:
    """Its portal is the one that is known; its address stays, the one it leaves out follows the port."""
    asked = options(config=file)
    configured = configuration_of(asked)
    settings = at_port(configured.settings, asked, 4711)

    assert client_of(asked, configured) is None
    assert ["du-fichier"] == [client.client_id for client in configured.clients]
    assert ("https://auth.psc.example", "http://localhost:4711") == (settings.issuer_base, settings.wallet_base)
    assert 60 == settings.access_token_lifetime.total_seconds()


def test_options_say_more_than_the_file(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address, a further portal with a secret of its own, and the habits of a suite."""
    monkeypatch.setenv("SECRET", "mien")
    asked = options(
        config=file, issuer_base="http://a.example", client_id="autre", client_secret_env="SECRET", suite=True
    )
    configured = configuration_of(asked)
    ready = client_of(asked, configured)

    assert "http://a.example" == at_port(configured.settings, asked, 1).issuer_base
    assert ready is not None
    assert ("autre", "mien", False) == (ready[0].client_id, ready[0].client_secret, ready[1])
    assert (Unlisted.IGNORE, Unlisted.IGNORE) == (
        configured.settings.acr_values_policy,
        configured.settings.scope_policy,
    )
    assert Unlisted.REJECT == Settings().acr_values_policy


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        (b"\xff\xfe", "must be a UTF-8 text"),
        (b"[provider]\nissuer = 'x'\n", "issuer"),
        (b"[provider\n", "psc.toml"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The option and the file are named, with what to do."""
    path = tmp_path / "psc.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=f"--config .*{said}"):
        configuration_of(options(config=str(path)))


@pytest.mark.parametrize("flag", ["issuer_base", "wallet_base"])
def test_an_address_that_is_none(flag: str) -> None:
    """The option is named."""
    with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')}: 'auth' is no address"):
        configuration_of(options(**{flag: "auth"}))
