"""``portal.toml``: what the suite must know of a portal, read with errors that name the key and the remedy."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from conformance.described import Descriptor, DriverChoice, Exempt, Launch, Lookup, Probe, ProviderSeat
from conformance.hop import origin_host
from conformance.toml_reader import DescriptorError, Table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Descriptor",
    "DescriptorError",
    "DriverChoice",
    "Exempt",
    "Launch",
    "Lookup",
    "Probe",
    "ProviderSeat",
    "read_descriptor",
    "read_file",
]

LOGGED_OUT_SIGNS: Final = ("401", "403", "redirect-to-provider", "redirect", "no-identity")
"""How a who-am-I page says that nobody is there; any other status of the four hundreds is understood as well."""
_REFUSAL: Final = re.compile(r"4\d\d")
_POINTER: Final = re.compile(r"(/[^/]*)+")
_BY_ID: Final = re.compile(r"#[^\s#.\[\]>]+")
_WANTED_ADDRESS: Final = (
    "une adresse complète, comme https://portail.test",
    "a full address such as https://portail.test",
)
_WANTED_PATH: Final = ("un chemin comme /login, ou une adresse", "a path such as /login, or an address")


def read_file(path: Path, *, port: int = 0) -> Descriptor:
    """Return the descriptor in a file.

    Args:
        path: of the file.
        port: what ``{port}`` in ``base_url`` stands for, when the suite starts the portal.

    Raises:
        DescriptorError: the file cannot be read, or not be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DescriptorError(
            f"{path} : ce fichier n'existe pas ; écrivez-le, ou corrigez le chemin",
            f"{path}: there is no such file; write one, or correct the path",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = type(error).__name__
        raise DescriptorError(
            f"{path} : illisible ({why}) ; il faut un texte en UTF-8",
            f"{path}: cannot be read ({why}); it must be a UTF-8 text",
        ) from None
    return read_descriptor(text, source=path.name, port=port)


def read_descriptor(text: str, *, source: str = "portal.toml", port: int = 0) -> Descriptor:
    """Return the portal that a TOML text describes.

    Args:
        text: of the file.
        source: what to call it in messages.
        port: what ``{port}`` in ``base_url`` stands for.

    Raises:
        DescriptorError: it is no TOML, a key is unknown, missing or of the wrong kind, or an address is none.
    """
    try:
        whole = Table(tomllib.loads(text), source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DescriptorError(
            f"{source} : ce n'est pas du TOML : {error}", f"{source}: this is no TOML: {error}"
        ) from None
    if whole.number("schema", 1) != 1:
        raise DescriptorError(
            f"{source} schema : cette version lit le schéma 1", f"{source} schema: this version reads schema 1"
        )
    portal, limits, expect = whole.table("portal"), whole.table("limits"), whole.table("expect")
    base = _address(portal, "base_url", "", port=port)
    named = portal.text("name")
    login, callback = _address(portal, "login", base), _address(portal, "callback", base, "/callback")
    logout = _address(portal, "logout", base, "")
    told = tuple(_address(portal, key, base, "") for key in ("backchannel_logout", "frontchannel_logout"))
    flows = portal.texts("flows", ("code",))
    if "code" not in flows:
        raise DescriptorError(
            f'{portal.place} flows : ajoutez "code" ; c\'est le flux que cette suite joue',
            f'{portal.place} flows: "code" is missing; it is the flow that this suite drives',
        )
    forget, refresh = whole.table("reset"), whole.table("refresh")
    seat, profile, driver = whole.table("provider"), whole.table("profile"), whole.table("driver")
    probe = _probe(whole.table("whoami"), base) if "whoami" in whole else None
    refreshed = _address(refresh, "url", base, "")
    described = Descriptor(
        name=named,
        base_url=base,
        login=login,
        callback=callback,
        login_form=portal.text("login_form", ""),
        logout=logout,
        logout_method=portal.text("logout_method", "POST", one_of=("GET", "POST")),
        after_logout=tuple(_joined(portal, "after_logout", base, one) for one in portal.texts("after_logout")),
        backchannel_logout=told[0],
        frontchannel_logout=told[1],
        allow_hosts=_hosts(portal, (base, login, callback, logout, *told, probe.url if probe else "", refreshed)),
        probe=probe,
        reset_url=_address(forget, "post", base, ""),
        refresh=refreshed,
        refresh_method=refresh.text("method", "POST", one_of=("GET", "POST")),
        login_seconds=limits.number("login_seconds", 10.0, least=0.1),
        jwks_cooldown_seconds=limits.number("jwks_cooldown_seconds", 60.0),
        profile=profile.text("name", "psc"),
        provider=_seat(seat),
        driver=DriverChoice(name=driver.text("name", "http"), options=driver.rest()),
        launch=_launch(whole.table("launch"), base) if "launch" in whole else None,
        skip=tuple(_exception(one) for one in expect.tables("skip")),
        known=tuple(_known(one) for one in expect.tables("known")),
    )
    for table in (portal, limits, expect, seat, profile, forget, refresh, whole):
        table.finish()
    return described


def _address(table: Table, key: str, base: str, default: str | None = None, *, port: int = 0) -> str:
    written = table.text(key, default).replace("{port}", str(port or 1))
    if not written:
        return ""
    url = _joined(table, key, base, written)
    return url if base else url.rstrip("/")


def _joined(table: Table, key: str, base: str, written: str) -> str:
    """Return an address as a full one, or say what is wrong with it."""
    try:
        url = urljoin(base, written)
    except ValueError:
        url = ""
    # whether it can be split is the first thing that origin_host looks at
    if not origin_host(url) or urlsplit(url).scheme not in {"http", "https"}:
        fr, en = _WANTED_PATH if base else _WANTED_ADDRESS
        raise DescriptorError(
            f"{table.place} {key} : {written!r} n'est pas une adresse ; écrivez {fr}",
            f"{table.place} {key}: {written!r} is no address; write {en}",
        )
    return url


def _hosts(portal: Table, urls: tuple[str, ...]) -> tuple[str, ...]:
    hosts = [origin_host(url) for url in urls if url]
    for written in portal.texts("allow_hosts"):
        host = origin_host(f"{urlsplit(urls[0]).scheme}://{written}")
        if not host:
            raise DescriptorError(
                f"{portal.place} allow_hosts : {written!r} n'est pas un hôte ; écrivez hôte ou hôte:port",
                f"{portal.place} allow_hosts: {written!r} is no host; write host or host:port",
            )
        hosts.append(host)
    return tuple(dict.fromkeys(hosts))


def _probe(table: Table, base: str) -> Probe:
    signs = table.texts("anonymous", ("401", "redirect-to-provider"))
    if strange := [sign for sign in signs if sign not in LOGGED_OUT_SIGNS and not _REFUSAL.fullmatch(sign)]:
        known = ", ".join(LOGGED_OUT_SIGNS)
        raise DescriptorError(
            f"{table.place} anonymous : {strange[0]!r} n'est pas compris ; valeurs connues : {known}",
            f"{table.place} anonymous: {strange[0]!r} is not understood; known are {known}",
        )
    identity = _lookup(table, "identity")
    if identity is None:
        raise DescriptorError(
            f'{table.place} identity : manque ; écrivez par exemple {{ json = "/identifier" }}',
            f'{table.place} identity: missing; write for instance {{ json = "/identifier" }}',
        )
    probe = Probe(
        url=_address(table, "url", base),
        anonymous=signs,
        identity=identity,
        claims=_lookup(table, "claims"),
        identity_claim=table.text("identity_claim", "SubjectNameID"),
    )
    table.finish()
    return probe


def _lookup(table: Table, key: str) -> Lookup | None:
    inner = table.inner(key)
    if inner is None:
        return None
    found = [(how, inner.text(how)) for how in ("json", "css", "regex", "header") if how in inner]
    if len(found) != 1:
        raise DescriptorError(
            f"{inner.place} : écrivez json, css, regex ou header, et un seul",
            f"{inner.place}: write exactly one of json, css, regex, header",
        )
    how, where = found[0]
    inner.finish()
    if how == "json" and not _POINTER.fullmatch(where):
        raise DescriptorError(
            f"{inner.place} json : {where!r} n'est pas un pointeur JSON ; écrivez par exemple /user/id",
            f"{inner.place} json: {where!r} is no JSON pointer; write for instance /user/id",
        )
    if how == "css" and not _BY_ID.fullmatch(where):
        raise DescriptorError(
            f"{inner.place} css : {where!r} : seul #id est compris ; donnez un id à l'élément",
            f"{inner.place} css: {where!r}: only #id is understood; give the element an id",
        )
    if how == "regex":
        _check_pattern(where, inner.place)
    return Lookup(how=how, where=where)


def _check_pattern(pattern: str, place: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise DescriptorError(
            f"{place} regex : ce motif ne se lit pas : {error}", f"{place} regex: this pattern cannot be read: {error}"
        ) from None
    if groups != 1:
        raise DescriptorError(
            f"{place} regex : mettez un groupe ( ), et un seul, autour de l'identifiant",
            f"{place} regex: put exactly one group ( ) around the identifier",
        )


def _seat(table: Table) -> ProviderSeat:
    url = table.text("url", "")
    if url and (not origin_host(url) or urlsplit(url).scheme not in {"http", "https"}):
        raise DescriptorError(
            f"{table.place} url : {url!r} n'est pas une adresse ; écrivez par exemple http://127.0.0.1:8080",
            f"{table.place} url: {url!r} is no address; write for instance http://127.0.0.1:8080",
        )
    return ProviderSeat(
        url=url.rstrip("/"),
        port=table.port("port", 8080),
        client_id=table.text("client_id", ""),
        client_secret_env=table.text("client_secret_env", ""),
        authority_trusted=table.flag("authority_trusted"),
    )


def _launch(table: Table, base: str) -> Launch:
    command = table.texts("command")
    if not command:
        raise DescriptorError(
            f'{table.place} command : manque ; écrivez le programme et ses arguments, comme ["./run.sh"]',
            f'{table.place} command: missing; write program and arguments, such as ["./run.sh"]',
        )
    env, reset = table.table("env"), table.inner_or_text("reset", "restart", one_of=("restart", "none"))
    found = Launch(
        command=command,
        env={name: env.text(name, "") for name in env.names()},
        folder=table.text("folder", "."),
        port=table.port("port", 0),
        ready=table.text("ready", "/"),
        ready_seconds=table.number("ready_seconds", 30.0, least=0.1),
        reset_url="" if isinstance(reset, str) else _address(reset, "post", base),
        restarts=reset != "none",
    )
    table.finish()
    return found


def _exception(table: Table) -> Exempt:
    found = Exempt(pattern=table.text("id"), reason=table.text("reason"))
    table.finish()
    return found


def _known(table: Table) -> Exempt:
    pattern, reason, issue = table.text("id"), table.text("reason"), table.text("issue", "")
    found = Exempt(pattern=pattern, reason=reason, issue=issue, until=table.day("until"))
    table.finish()
    return found
