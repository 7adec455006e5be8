"""``psc-conformance init URL``: finds a portal's way to the provider and writes its ``portal.toml``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from conformance.browser import Browser
from conformance.cli.options import UsageError, add_language, port_number
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.descriptor import Descriptor
from conformance.draft import Draft, write_draft
from conformance.exit_codes import ExitCode
from conformance.hop import origin_host
from conformance.lab import open_lab
from conformance.profiles import builtin_profile
from conformance.scouting import LoginFound, find_login, find_logout, find_probe
from conformance.trial import CONTROL_PERSONA
from conformance.visit import Visit
from conformance.workstation import PASSWORD, WorkstationError

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.scouting import LogoutFound, ProbeFound
    from conformance.visit import Lab

SECRET_ENV: Final = "PSC_CLIENT_SECRET"  # noqa: S105  # the name of a variable
DEFAULT_FILE: Final = "portal.toml"


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "init", help=talk("écrire le portal.toml d'un portail démarré", "write the portal.toml of a running portal")
    )
    parser.add_argument("url", metavar="URL", help=talk("page d'accueil du portail", "home page of the portal"))
    parser.add_argument(
        "--provider",
        metavar="URL",
        help=talk("fournisseur déjà démarré par « serve »", "provider started by 'serve' already"),
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=8080,
        help=talk("sinon, port du fournisseur à démarrer", "otherwise, port of the provider to start"),
    )
    parser.add_argument(
        "--client-secret-env",
        default=SECRET_ENV,
        metavar="NAME",
        help=talk("variable qui contient le secret du portail", "variable that holds the portal's secret"),
    )
    parser.add_argument(
        "--output", default=DEFAULT_FILE, metavar="FILE", help=talk("fichier à écrire", "file to write")
    )
    parser.add_argument("--force", action="store_true", help=talk("remplacer le fichier", "replace the file"))
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inside:
    """What only somebody who is logged in sees."""

    probe: ProbeFound | None
    logout: LogoutFound | None
    after_logout: str


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Look around, log in once, and write the file."""
    home, target = str(options.url), Path(options.output)
    if not origin_host(home):
        raise UsageError(
            f"URL : {home!r} n'est pas une adresse ; écrivez par exemple http://127.0.0.1:8081",
            f"URL: {home!r} is no address; write for instance http://127.0.0.1:8081",
        )
    if target.exists() and not options.force:
        raise UsageError(
            f"--output {target} : le fichier existe ; donnez un autre nom, ou --force pour le remplacer",
            f"--output {target}: the file exists; give another name, or --force to replace it",
        )
    with ExitStack() as stack:
        provider = options.provider or _start(options, stack)
        login = find_login(Browser(frozenset({origin_host(home)})), home)
        if login is None:
            terminal.say(
                f"Aucun lien ni bouton près de {home} ne mène à un fournisseur d'identité. Le portail répond-il ?",
                f"No link or button near {home} leads to an identity provider. Does the portal answer?",
                "bold red",
            )
            return ExitCode.UNREACHABLE
        _tell(terminal, login)
        inside = _look_inside(options, terminal, home, login, provider)
    draft = Draft(
        base_url=_base(home),
        login=login,
        probe=inside.probe,
        logout=inside.logout,
        after_logout=inside.after_logout,
        provider=options.provider or "",
        port=options.port,
        secret_env=options.client_secret_env,
    )
    target.write_text(write_draft(draft), encoding="utf-8")
    terminal.say(f"Écrit : {target.resolve()}", f"Written: {target.resolve()}", "bold")
    return ExitCode.CLEAN


def _start(options: argparse.Namespace, stack: ExitStack) -> str:
    try:
        return stack.enter_context(running_seat(SUITE_SETTINGS, port=options.port)).url
    except OSError as error:
        port, why = options.port, error.strerror
        raise UsageError(
            f"--port {port} : impossible d'y écouter ({why}) ; choisissez-en un autre",
            f"--port {port}: cannot listen there ({why}); choose another",
        ) from None


def _tell(terminal: Terminal, login: LoginFound) -> None:
    request = login.request
    form = f" ({login.form})" if login.form else ""
    terminal.say(f"  Connexion : {login.url}{form}", f"  Login: {login.url}{form}")
    terminal.say(f"  client_id : {request.get('client_id')}", f"  client_id: {request.get('client_id')}")
    terminal.say(f"  redirect_uri : {request.get('redirect_uri')}", f"  redirect_uri: {request.get('redirect_uri')}")


def _look_inside(
    options: argparse.Namespace, terminal: Terminal, home: str, login: LoginFound, provider: str
) -> _Inside:
    lab = open_lab(_sketch(home, login), provider, builtin_profile("core"))
    try:
        request = login.request
        secret = os.environ.get(options.client_secret_env, "")
        if secret:
            callback = request.get("redirect_uri") or ""
            lab.control.register(request.get("client_id") or "", secret, [callback], [])
        return _log_in(lab, home, terminal)
    except WorkstationError as error:
        name = options.client_secret_env
        raise UsageError(
            f"le fournisseur ne prend pas la demande du portail ({error.fr}) ; donnez à {name} le secret du portail, "
            "ou enregistrez celui-ci avec « serve --client-id »",
            f"the provider does not take the portal's request ({error.en}); set {name} to the portal's secret, "
            "or register it with 'serve --client-id'",
        ) from None
    finally:
        lab.close()


def _log_in(lab: Lab, home: str, terminal: Terminal) -> _Inside:
    person = lab.control.person(persona=CONTROL_PERSONA, password=PASSWORD, identity_claim=lab.identity_claim)
    visit = Visit(lab, person, lab.control.arm(()))
    visit.log_in()
    landing = visit.page
    if landing is None or not visit.journal():
        return _Inside(probe=None, logout=None, after_logout="")
    probe = find_probe(visit.browser, lab.portal.browser(), landing, dict(person.claims))
    where = f"{probe.url} ({probe.how} {probe.where})" if probe else "—"
    terminal.say(f"  Qui suis-je : {where}", f"  Who am I: {where}")
    logout = find_logout(landing) or find_logout(visit.browser.open(home))
    after = ""
    if logout is not None:
        page = visit.browser.open(
            logout.url,
            logout.method,
            () if logout.method == "POST" else None,
            stop_before=lambda url: origin_host(url) != origin_host(home),
        )
        after = dict(_pairs(page.stopped_at)).get("post_logout_redirect_uri", "")
    terminal.say(f"  Déconnexion : {logout.url if logout else '—'}", f"  Logout: {logout.url if logout else '—'}")
    return _Inside(probe=probe, logout=logout, after_logout=after)


def _pairs(url: str | None) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url or "").query)


def _sketch(home: str, login: LoginFound) -> Descriptor:
    """Return as much of a descriptor as one login needs."""
    callback = login.request.get("redirect_uri") or home
    hosts = tuple(dict.fromkeys(origin_host(url) for url in (home, login.url, callback)))
    return Descriptor(
        name=urlsplit(home).netloc,
        base_url=_base(home),
        login=login.url,
        login_form=login.form,
        callback=callback,
        allow_hosts=hosts,
    )


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
