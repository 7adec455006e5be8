"""The provider's configuration file: settings, portals and people in one TOML text, and errors that name the place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints
from urllib.parse import urlsplit

from mock_idp.ecps.idnat import Doubt, warnings
from mock_idp.ecps.settings import EcpsSettings, EcpsSettingsError
from mock_idp.people import PeopleError, Person, builtin_people, people_from
from mock_idp.protocol.client_reading import ClientError, client_from
from mock_idp.settings import Settings
from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mock_idp.protocol.clients import Client

A_YEAR = 366 * 24 * 3600
TEN_YEARS = 10 * A_YEAR
LAST_PORT = 65_535
BASES = frozenset({"issuer_base", "wallet_base", "card_base", "mtls_base"})
TABLES = frozenset({"clients", "people", "builtin_people", "ecps"})


DOUBTS = {
    Doubt.RPPS_WITHOUT_TYPE: (
        "ressemble à un numéro RPPS sans le 8 qui le précède",
        "looks like an RPPS number without the 8 before it",
    ),
    Doubt.RPPS_LENGTH: (
        "commence par 8 sans être 8 suivi des 11 chiffres d'un numéro RPPS",
        "begins with 8 and is not 8 and the 11 digits of an RPPS number",
    ),
    Doubt.RPPS_KEY: (
        "son dernier chiffre n'est pas la clé du numéro RPPS",
        "its last digit is not the key of the RPPS number",
    ),
    Doubt.NO_SLASH: (
        "son premier chiffre annonce une structure, et aucune barre oblique ne suit",
        "its first digit announces a structure, and no slash follows",
    ),
    Doubt.KIND_UNKNOWN: ("son premier caractère n'est d'aucun type connu", "its first character is of no known kind"),
    Doubt.LOWER_CASE: ("contient des minuscules, à saisir telles quelles", "holds small letters, to be typed as such"),
    Doubt.NOT_ASCII: ("contient un caractère qu'aucune carte n'imprime", "holds a character that no card prints"),
}


class ConfigurationError(Spoken, ValueError):
    """A configuration that cannot be read; the message names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a configuration file says.

    Attributes:
        settings: where the provider stands and what it does.
        clients: portals that are known from the start.
        ecps: limits of the e-CPS journeys, from the table ``[provider.ecps]``.
        people: the directory: the personas that ship, unless ``builtin_people = false``, then the file's own.
        warnings: what looks mistyped, in French and English, and is taken all the same: published samples fail the
            check digit too.
    """

    settings: Settings
    clients: tuple[Client, ...] = ()
    ecps: EcpsSettings = field(default_factory=EcpsSettings)
    people: tuple[Person, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


def read_settings(text: str, *, source: str = "psc.toml") -> Configuration:
    """Return the configuration that a TOML text describes, in its ``[provider]`` table.

    Durations are seconds.  ``docs/provider.md`` lists the keys.

    Args:
        text: the content of the file.
        source: its name, for messages.

    Raises:
        ConfigurationError: the text is no TOML, or a key is unknown, of the wrong type or has a value that cannot be.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{source} : ce n'est pas du TOML : {error}", f"{source}: this is no TOML: {error}"
        ) from None
    table = document.get("provider")
    if not isinstance(table, dict):
        raise ConfigurationError(
            f"{source} : provider : manque ; mettez tout sous une table [provider]",
            f"{source}: provider: missing; put everything under a [provider] table",
        )
    if others := sorted(set(document) - {"provider"}):
        raise ConfigurationError(
            f"{source} : {others[0]} : clé inconnue ; tout se trouve sous [provider]",
            f"{source}: {others[0]}: unknown; everything stands under [provider]",
        )
    place = f"{source}: provider"
    try:
        clients = tuple(
            client_from(members, f"{place}.clients {number}")
            for number, members in enumerate(_tables(table, "clients", place), 1)
        )
        own = people_from(_tables(table, "people", place), f"{place}.people")
    except (ClientError, PeopleError) as error:
        raise ConfigurationError(error.fr, error.en) from None
    with_builtin = _read(table.get("builtin_people", True), bool, f"{place}.builtin_people")
    return Configuration(
        settings=_settings({name: value for name, value in table.items() if name not in TABLES}, place),
        clients=_each_once(clients, place),
        ecps=_ecps(table.get("ecps", {}), f"{place}.ecps"),
        people=_together(builtin_people() if with_builtin else (), own, place),
        warnings=tuple(
            _doubtful(person, doubt, f"{place}.people") for person in own for doubt in warnings(person.idnat)
        ),
    )


def _doubtful(person: Person, doubt: Doubt, place: str) -> tuple[str, str]:
    fr, en = DOUBTS[doubt]
    at = f"{place}: {person.key}: idnat {person.idnat}"
    return f"{at} : {fr} ; il est pris tel quel", f"{at}: {en}; it is taken as it stands"


def _tables(table: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    tables = table.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ConfigurationError(
            f"{place}.{name} : écrivez des tables [[provider.{name}]]",
            f"{place}.{name}: write [[provider.{name}]] tables",
        )
    return tables


def _each_once(clients: tuple[Client, ...], place: str) -> tuple[Client, ...]:
    seen: set[str] = set()
    for client in clients:
        if client.client_id in seen:
            raise ConfigurationError(
                f"{place}.clients : client_id {client.client_id!r} figure deux fois ; gardez-en un",
                f"{place}.clients: client_id {client.client_id!r} stands twice; keep one",
            )
        seen.add(client.client_id)
    return clients


def _together(shipped: tuple[Person, ...], own: tuple[Person, ...], place: str) -> tuple[Person, ...]:
    keys, idnats = {person.key for person in shipped}, {person.idnat for person in shipped}
    for person in own:
        if person.key in keys or person.idnat in idnats:
            raise ConfigurationError(
                f"{place}.people : {person.key} ({person.idnat}) est déjà fourni avec le simulateur ; choisissez une "
                "autre key et un autre idnat, ou écrivez builtin_people = false",
                f"{place}.people: {person.key} ({person.idnat}) ships with the simulator already; choose another key"
                " and idnat, or write builtin_people = false",
            )
    return (*shipped, *own)


def _settings(members: dict[str, Any], place: str) -> Settings:
    kinds = get_type_hints(Settings)
    known = [member.name for member in fields(Settings)]
    if unknown := sorted(set(members) - set(known)):
        raise _unknown(f"{place}.{unknown[0]}", {*known, *TABLES})
    read = {name: _read(value, kinds[name], f"{place}.{name}") for name, value in members.items()}
    for name in BASES & set(read):
        _check_base(read[name], f"{place}.{name}")
    host, _, port = read.get("mail_catcher", "localhost:25").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
        raise ConfigurationError(
            f"{place}.mail_catcher : écrivez hôte:port, comme 'localhost:1025'",
            f"{place}.mail_catcher: expected host:port, as in 'localhost:1025'",
        )
    return Settings(**read)


def _ecps(members: Any, place: str) -> EcpsSettings:
    if not isinstance(members, dict):
        raise ConfigurationError(
            f"{place} : écrivez une table [provider.ecps]", f"{place}: write a [provider.ecps] table"
        )
    kinds = get_type_hints(EcpsSettings)
    if unknown := sorted(set(members) - set(kinds)):
        raise _unknown(f"{place}.{unknown[0]}", kinds)
    try:
        return EcpsSettings(
            **{name: _read(value, kinds[name], f"{place}.{name}", longest=TEN_YEARS) for name, value in members.items()}
        )
    except EcpsSettingsError as error:
        raise ConfigurationError(f"{place}.{error.fr}", f"{place}.{error.en}") from None


def _unknown(place: str, known: Iterable[str]) -> ConfigurationError:
    there = ", ".join(sorted(known))
    return ConfigurationError(
        f"{place} : clé inconnue ; clés connues : {there}", f"{place}: unknown; known are {there}"
    )


def _read(value: Any, kind: Any, place: str, *, longest: int = A_YEAR) -> Any:
    if kind is timedelta:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= longest:
            fr, en = ("un an", "a year") if longest == A_YEAR else ("dix ans", "ten years")
            raise ConfigurationError(
                f"{place} : écrivez des secondes, plus que 0 et {fr} au plus, et non {value!r}",
                f"{place}: expected seconds above 0, {en} at most, got {value!r}",
            )
        return timedelta(seconds=value)
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigurationError(
                f"{place} : écrivez un nombre entier, et non {value!r}",
                f"{place}: expected a whole number, got {value!r}",
            )
        return value
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            known = [repr(member.value) for member in kind]
            raise ConfigurationError(
                f"{place} : {value!r} est inconnu ; écrivez {' ou '.join(known)}",
                f"{place}: {value!r} is not known; write {' or '.join(known)}",
            ) from None
    if not isinstance(value, kind) or value == "":
        fr, en = (
            ("true ou false", "true or false") if kind is bool else ("un texte entre guillemets", "text between quotes")
        )
        raise ConfigurationError(f"{place} : écrivez {fr}, et non {value!r}", f"{place}: expected {en}, got {value!r}")
    return value


def _check_base(value: str, place: str) -> None:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound or value != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ConfigurationError(
            f"{place} : écrivez schéma, hôte et port sans chemin, comme 'https://auth.example'",
            f"{place}: expected scheme, host and port without a path, as in 'https://auth.example'",
        )
