"""What ``serve`` serves: a configuration file, and the options that say more than it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.cli.options import UsageError, secret_in
from conformance.cli.seat import SUITE_SETTINGS
from conformance.origins import origin_host
from mock_idp.configuration import Configuration, ConfigurationError, read_settings
from mock_idp.people import builtin_people
from mock_idp.protocol import Client
from mock_idp.settings import Settings

if TYPE_CHECKING:
    import argparse

READY_CLIENT: Final = "portail"
READY_CALLBACK: Final = "http://127.0.0.1:8081/callback"


def configuration_of(options: argparse.Namespace) -> Configuration:
    """Return what the file says, with the options in place of what it does not say.

    Raises:
        UsageError: the file or an address cannot be used.
    """
    found = _file(options.config) if options.config else Configuration(settings=Settings(), people=builtin_people())
    if options.suite:
        habits = SUITE_SETTINGS
        settings = replace(
            found.settings,
            acr_values_policy=habits.acr_values_policy,
            scope_policy=habits.scope_policy,
            ciba_interval=habits.ciba_interval,
        )
        found = replace(found, settings=settings)
    for name in ("issuer_base", "wallet_base"):
        written = getattr(options, name)
        if written is not None and not origin_host(written):
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag}: {written!r} is no address; write for instance https://auth.psc.test")
    return found


def at_port(settings: Settings, options: argparse.Namespace, port: int) -> Settings:
    """Return settings with the addresses that options or file name, and otherwise those of the port."""
    plain = Settings()
    issuer = None if settings.issuer_base == plain.issuer_base else settings.issuer_base
    wallet = None if settings.wallet_base == plain.wallet_base else settings.wallet_base
    return replace(
        settings,
        issuer_base=options.issuer_base or issuer or f"http://127.0.0.1:{port}",
        wallet_base=options.wallet_base or wallet or f"http://localhost:{port}",
    )


def client_of(options: argparse.Namespace, configured: Configuration) -> tuple[Client, bool] | None:
    """Return the portal that the options describe, and whether its secret was drawn; None when the file has some."""
    if configured.clients and options.client_id is None:
        return None
    given = secret_in(options.client_secret_env, "--client-secret-env", "the portal's secret")
    name = options.client_id or READY_CLIENT
    client = Client(
        client_id=name,
        client_secret=given or secrets.token_urlsafe(24),
        redirect_uris=tuple(options.redirect_uri) or (READY_CALLBACK,),
        post_logout_redirect_uris=tuple(options.post_logout_redirect_uri),
        name=name,
    )
    return client, given is None


def _file(name: str) -> Configuration:
    path = Path(name)
    try:
        return read_settings(path.read_text(encoding="utf-8"), source=path.name)
    except FileNotFoundError:
        raise UsageError(f"--config {path}: there is no such file; write one, or correct the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path}: cannot be read ({type(error).__name__}); it must be a UTF-8 text") from None
    except ConfigurationError as error:
        raise UsageError(f"--config {error}") from None
