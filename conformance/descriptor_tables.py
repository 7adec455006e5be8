"""The tables of ``portal.toml``, each read into its value, with errors that name the key and the remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from conformance.described import CibaForm, Exempt, Launch, Lookup, Mtls, PortalClock, Probe, ProviderSeat
from conformance.hop import origin_host
from conformance.toml_reader import DescriptorError, Table

LOGGED_OUT_SIGNS: Final = ("401", "403", "redirect-to-provider", "redirect", "no-identity")
"""How a who-am-I page says that nobody is there; any other status of the four hundreds is understood as well."""
_REFUSAL: Final = re.compile(r"4\d\d")
_POINTER: Final = re.compile(r"(/[^/]*)+")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_BY_ID: Final = re.compile(r"#[^\s#.\[\]>]+")
_WANTED_ADDRESS: Final = (
    "une adresse complète, comme https://portail.test",
    "a full address such as https://portail.test",
)
_WANTED_PATH: Final = ("un chemin comme /login, ou une adresse", "a path such as /login, or an address")


def address_in(table: Table, key: str, base: str, default: str | None = None, *, port: int = 0) -> str:
    """Return the address that a key gives, empty when it gives none; ``base`` is what a path hangs on.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
    written = table.text(key, default).replace("{port}", str(port or 1))
    if not written:
        return ""
    url = joined_address(table, key, base, written)
    return url if base else url.rstrip("/")


def joined_address(table: Table, key: str, base: str, written: str) -> str:
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


def hosts_in(portal: Table, urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hosts that a browser may visit: those of the addresses, and those that ``allow_hosts`` names.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
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


def read_probe(table: Table, base: str) -> Probe:
    """Return how the who-am-I page of ``[whoami]`` is read.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
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
        url=address_in(table, "url", base),
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


def read_seat(table: Table) -> ProviderSeat:
    """Return where the provider of ``[provider]`` stands.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
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


def read_launch(table: Table, base: str) -> Launch:
    """Return how the portal of ``[launch]`` is started and reset.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
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
        reset_url="" if isinstance(reset, str) else address_in(reset, "post", base),
        restarts=reset != "none",
    )
    table.finish()
    return found


def read_mtls(table: Table) -> Mtls:
    """Return how the portal of ``[mtls]`` logs in with its certificate.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
    parameters, thumbprint = table.table("parameters"), table.text("certificate_sha256", "")
    if thumbprint and not _SHA256.fullmatch(thumbprint):
        raise DescriptorError(
            f"{table.place} certificate_sha256 : écrivez 64 chiffres hexadécimaux, le SHA-256 du DER du certificat",
            f"{table.place} certificate_sha256: write 64 hexadecimal digits, the SHA-256 of the certificate's DER",
        )
    found = Mtls(
        parameters=tuple((name, parameters.text(name)) for name in parameters.names()), certificate_sha256=thumbprint
    )
    table.finish()
    return found


def read_clock(table: Table, base: str) -> PortalClock:
    """Return how the clock of ``[clock]`` is set.

    Raises:
        DescriptorError: a key is unknown or of the wrong kind, there is not exactly one way to set it, or the file's
            path is not a full one.
    """
    found = PortalClock(
        post=address_in(table, "post", base, ""),
        field=table.text("field", "seconds"),
        faketime=table.text("faketime", ""),
    )
    if bool(found.post) == bool(found.faketime):
        raise DescriptorError(
            f'{table.place} : écrivez post = "/adresse" ou faketime = "/chemin/fichier", et un seul des deux',
            f'{table.place}: write post = "/address" or faketime = "/path/to/file", and exactly one of them',
        )
    if found.faketime and not Path(found.faketime).is_absolute():
        raise DescriptorError(
            f"{table.place} faketime : {found.faketime!r} dépend du dossier courant ; écrivez un chemin complet",
            f"{table.place} faketime: {found.faketime!r} depends on the folder one is in; write a full path",
        )
    table.finish()
    return found


def read_ciba(table: Table, base: str) -> CibaForm:
    """Return the form of ``[ciba]`` in which an identifiant is typed.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
    found = CibaForm(
        url=address_in(table, "url", base),
        form=table.text("form", ""),
        field=table.text("field", "identifiant"),
        wait=address_in(table, "wait", base, ""),
    )
    table.finish()
    return found


def read_exempt(table: Table) -> Exempt:
    """Return one entry of ``skip``.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
    found = Exempt(pattern=table.text("id"), reason=table.text("reason"))
    table.finish()
    return found


def read_known(table: Table) -> Exempt:
    """Return one entry of ``known``.

    Raises:
        DescriptorError: a key is unknown, missing or of the wrong kind.
    """
    pattern, reason, issue = table.text("id"), table.text("reason"), table.text("issue", "")
    found = Exempt(pattern=pattern, reason=reason, issue=issue, until=table.day("until"))
    table.finish()
    return found
