"""A portal that stands and can be logged in to: anybody's, or a miniature of ours beside its provider."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.cli.options import UsageError, add_language, secret_in
from conformance.cli.run import introduce, secret_of, start_provider
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor, read_file
from conformance.lab import first_login, open_lab
from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.server import free_port, portal_toml
from conformance.plugin import load_profile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.descriptor import Descriptor
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.visit import Lab

STRICT = "strict"
_TOKEN = ("le jeton de l'API de contrôle du fournisseur", "the provider's control token")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A portal, its provider, and the lab that holds both.

    Attributes:
        file: its descriptor; None for a miniature.
        trouble: what was wrong with the first honest login, as a stable word, or None.
    """

    lab: Lab
    described: Descriptor
    file: Path | None
    trouble: str | None


def add_portal(parser: argparse.ArgumentParser, talk: Talk) -> None:
    """Offer which portal, which provider, and what outcomes mean."""
    parser.add_argument(
        "portal", metavar="portal.toml", nargs="?", help=talk("description du portail", "description of the portal")
    )
    parser.add_argument(
        "--fault",
        metavar="NAME",
        help=talk(
            "un portail miniature au lieu d'un fichier : strict, ou l'un de ses défauts",
            "a miniature portal in place of a file: strict, or one of its defects",
        ),
    )
    parser.add_argument(
        "--provider",
        metavar="URL",
        help=talk(
            "fournisseur déjà démarré par « serve » ; sinon il en est démarré un",
            "provider started by 'serve' already; otherwise one is started",
        ),
    )
    parser.add_argument(
        "--control-token-env",
        metavar="NAME",
        help=talk(
            "variable d'environnement qui contient le jeton de l'API de contrôle de ce fournisseur",
            "environment variable that holds the token of that provider's control API",
        ),
    )
    parser.add_argument(
        "--profile",
        default="",
        help=talk("core, strict, psc, ou le chemin d'un profil", "core, strict, psc, or the path of a profile"),
    )
    add_language(parser, talk)


@contextmanager
def standing(options: argparse.Namespace, terminal: Terminal, folder: Path) -> Iterator[Standing]:
    """Have a portal stand for the length of a ``with`` block, and log somebody in once.

    Args:
        options: as ``add_portal`` offers them.
        terminal: who is told.
        folder: where the output of a portal goes that is started here.

    Raises:
        UsageError: there is no portal, or two.
        DescriptorError, ControlFailed, LaunchError: the portal or the provider cannot be used.
    """
    if bool(options.portal) == bool(options.fault):
        raise UsageError(
            "portal.toml : donnez le fichier d'un portail, ou --fault NAME pour une miniature",
            "portal.toml: give the file of one portal, or --fault NAME for a miniature",
        )
    with ExitStack() as stack:
        made = _miniature(options, stack) if options.fault else _described(options, terminal, folder, stack)
        described, provider, file = made
        token = secret_in(options.control_token_env, "--control-token-env", _TOKEN)
        lab = open_lab(described, provider, load_profile(options.profile or described.profile), control_token=token)
        stack.callback(lab.close)
        yield Standing(lab=lab, described=described, file=file, trouble=first_login(lab))


def defect_named(name: str) -> AnyDefect | None:
    """Return the defect of that name, None for the correct portal.

    Raises:
        UsageError: there is none of that name.
    """
    if name == STRICT:
        return None
    kinds: tuple[Any, ...] = (PropertyDefect, Defect)
    found: list[AnyDefect] = [one for kind in kinds for one in kind if one == name]
    if not found:
        known = ", ".join((STRICT, *PropertyDefect))
        raise UsageError(
            f"--fault : {name!r} n'est pas un défaut ; défauts connus : {known}",
            f"--fault: {name!r} is no defect; known are {known}",
        )
    return found[0]


def _miniature(options: argparse.Namespace, stack: ExitStack) -> tuple[Descriptor, str, None]:
    defect = defect_named(options.fault)
    seat = stack.enter_context(running_seat(SUITE_SETTINGS))
    base = stack.enter_context(demo_portal(seat.provider, defect, jwks_cooldown_seconds=0.0))
    text = portal_toml(base, name=f"{options.fault} (miniature)", jwks_cooldown_seconds=0.0)
    return read_descriptor(text), seat.url, None


def _described(
    options: argparse.Namespace, terminal: Terminal, folder: Path, stack: ExitStack
) -> tuple[Descriptor, str, Path]:
    path = Path(options.portal)
    described = read_file(path)
    port = (described.launch.port or free_port()) if described.launch else 0
    described = read_file(path, port=port)
    running = options.provider or described.provider.url
    secret = secret_of(described, own_provider=not running)
    provider = running or start_provider(described, terminal, stack)
    token = os.environ.get(options.control_token_env or "")
    introduce(described, provider, secret, token, path=path, folder=folder, stack=stack)
    return described, provider, path
