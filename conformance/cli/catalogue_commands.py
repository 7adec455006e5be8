"""``psc-conformance list`` and ``explain ID``: what the suite looks for, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.cli.explaining import explain
from conformance.cli.listing import list_scenarios
from conformance.cli.options import add_language

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk


def add(commands: Any, talk: Talk) -> None:
    """Offer both subcommands."""
    _add_listing(commands, talk)
    explaining: argparse.ArgumentParser = commands.add_parser(
        "explain", help=talk("un scénario en détail", "one scenario in detail")
    )
    explaining.add_argument("id", metavar="ID", help=talk("identifiant du scénario", "id of the scenario"))
    explaining.add_argument(
        "--stack",
        metavar="STACK",
        help=talk(
            "seulement les conseils pour cette pile (spring, keycloak, …)",
            "only the advice for this stack (spring, keycloak, …)",
        ),
    )
    add_language(explaining, talk)
    explaining.set_defaults(execute=explain)


def _add_listing(commands: Any, talk: Talk) -> None:
    listing: argparse.ArgumentParser = commands.add_parser("list", help=talk("les scénarios", "the scenarios"))
    several = (
        ("--select", "ID", "seulement ceux-ci, * permis", "only these, * allowed"),
        ("--family", "FAMILY", "seulement cette famille (idt, psc.acr)", "only this family (idt, psc.acr)"),
        (
            "--clause",
            "CLAUSE",
            "seulement cette clause ; le début ou * suffit (RFC9700, 'OIDC-CORE 3.1.3.7')",
            "only this clause; its beginning or * will do (RFC9700, 'OIDC-CORE 3.1.3.7')",
        ),
        (
            "--level",
            "LEVEL",
            "seulement ce niveau : must, should, may, fact",
            "only this level: must, should, may, fact",
        ),
    )
    for flag, metavar, fr, en in several:
        listing.add_argument(flag, action="append", default=[], metavar=metavar, help=talk(fr, en))
    listing.add_argument(
        "--profile",
        metavar="PROFILE",
        help=talk(
            "niveaux tels que ce profil les voit : core, strict, psc, ou un fichier",
            "levels as this profile sees them: core, strict, psc, or a file",
        ),
    )
    listing.add_argument(
        "--json", action="store_true", help=talk("en JSON, pour un programme", "as JSON, for a program")
    )
    add_language(listing, talk)
    listing.set_defaults(execute=list_scenarios)
