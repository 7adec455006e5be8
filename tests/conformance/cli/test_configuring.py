"""What `serve` serves: the file, the options that say more than it, and mistakes in either."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.configuring import READY_CALLBACK, READY_CLIENT, client_of, configuration_of
from conformance.cli.names import check_names, named
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
        "client_secret_env": None, "redirect_uri": [], "post_logout_redirect_uri": [], "client_certificate": None,
        "client_auth": None, "psc_profile": None, "public_url": None, "impersonate": None, "host": "127.0.0.1",
        "https_port": None, "tls": False,
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
    settings = named(configured.settings, options(), 4711)
    first, second = client_of(options(), configured, None), client_of(options(), configured, None)

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
    settings = named(configured.settings, asked, 4711)

    assert client_of(asked, configured, None) is None
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
    ready = client_of(asked, configured, None)

    assert "http://a.example" == named(configured.settings, asked, 1).issuer_base
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


@pytest.mark.parametrize("flag", ["issuer_base", "wallet_base", "public_url"])
def test_an_address_that_is_none(flag: str) -> None:
    """The option is named."""
    with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')}: 'auth' is no address"):
        check_names(options(**{flag: "auth"}))


def test_a_secret_that_was_drawn_once_stays() -> None:
    """When the store remembers it, a portal need not be told again; everything else is as typed."""
    configured = configuration_of(options())
    first = client_of(options(), configured, None)
    assert first is not None
    again = client_of(options(redirect_uri=["https://p.example/cb"]), configured, first[0])

    assert again is not None
    assert (first[0].client_secret, ("https://p.example/cb",)) == (again[0].client_secret, again[0].redirect_uris)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"client_auth": "mtls"}, "--client-auth mtls: --client-certificate is missing"),
        ({"client_auth": "either"}, "--client-auth either: --client-certificate is missing"),
        ({"client_certificate": "/no/such.pem"}, "--client-certificate /no/such.pem: cannot be read"),
        ({"client_certificate": "{empty}"}, "--client-certificate .*: holds no certificate; give a PEM file"),
    ],
)
def test_a_portal_that_could_not_authenticate(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """The option is named, with what to give."""
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    asked = options(**{name: value.format(empty=empty) for name, value in given.items()})

    with pytest.raises(UsageError, match=said):
        client_of(asked, configuration_of(asked), None)


def test_the_date_of_the_option_goes_before_that_of_the_file(tmp_path: Path) -> None:
    """Whoever types it wants it."""
    path = tmp_path / "psc.toml"
    path.write_text('[provider]\npsc_profile = "2022-23"\n', encoding="utf-8")
    dates = [
        configuration_of(options(config=str(path), psc_profile=date)).settings.psc_profile for date in (None, "2021")
    ]

    assert ["2022-23", "2021"] == dates
