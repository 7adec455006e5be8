"""``portal.toml``: what the suite must know of a portal, read with errors that name the key and the remedy."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from conformance.described import (
    CibaForm,
    Descriptor,
    DriverChoice,
    Exempt,
    Launch,
    Lookup,
    Mtls,
    PortalClock,
    Probe,
    ProviderSeat,
)
from conformance.descriptor_tables import (
    address_in,
    hosts_in,
    joined_address,
    read_ciba,
    read_clock,
    read_exempt,
    read_known,
    read_launch,
    read_mtls,
    read_probe,
    read_seat,
)
from conformance.toml_reader import DescriptorError, Table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "CibaForm",
    "Descriptor",
    "DescriptorError",
    "DriverChoice",
    "Exempt",
    "Launch",
    "Lookup",
    "Mtls",
    "PortalClock",
    "Probe",
    "ProviderSeat",
    "read_descriptor",
    "read_file",
]


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
    base = address_in(portal, "base_url", "", port=port)
    named = portal.text("name")
    login, callback = address_in(portal, "login", base), address_in(portal, "callback", base, "/callback")
    logout = address_in(portal, "logout", base, "")
    home = address_in(portal, "home", base, "")
    told = tuple(address_in(portal, key, base, "") for key in ("backchannel_logout", "frontchannel_logout"))
    flows = portal.texts("flows", ("code",))
    if "ciba" in flows and "ciba" not in whole:
        raise DescriptorError(
            f'{source} ciba : manque ; avec "ciba" parmi les flux, écrivez une table [ciba] et son url',
            f'{source} ciba: missing; with "ciba" among the flows, write a table [ciba] with its url',
        )
    if "code" not in flows:
        raise DescriptorError(
            f'{portal.place} flows : ajoutez "code" ; c\'est le flux que cette suite joue',
            f'{portal.place} flows: "code" is missing; it is the flow that this suite drives',
        )
    forget, refresh = whole.table("reset"), whole.table("refresh")
    seat, profile, driver = whole.table("provider"), whole.table("profile"), whole.table("driver")
    probe = read_probe(whole.table("whoami"), base) if "whoami" in whole else None
    refreshed = address_in(refresh, "url", base, "")
    described = Descriptor(
        name=named,
        base_url=base,
        login=login,
        callback=callback,
        home=home,
        login_form=portal.text("login_form", ""),
        logout=logout,
        logout_method=portal.text("logout_method", "POST", one_of=("GET", "POST")),
        after_logout=tuple(joined_address(portal, "after_logout", base, one) for one in portal.texts("after_logout")),
        backchannel_logout=told[0],
        frontchannel_logout=told[1],
        mtls=read_mtls(whole.table("mtls")) if "mtls" in whole else None,
        ciba=read_ciba(whole.table("ciba"), base) if "ciba" in whole else None,
        clock=read_clock(whole.table("clock"), base) if "clock" in whole else None,
        allow_hosts=hosts_in(
            portal, (base, home, login, callback, logout, *told, probe.url if probe else "", refreshed)
        ),
        probe=probe,
        reset_url=address_in(forget, "post", base, ""),
        refresh=refreshed,
        refresh_method=refresh.text("method", "POST", one_of=("GET", "POST")),
        login_seconds=limits.number("login_seconds", 10.0, least=0.1),
        jwks_cooldown_seconds=limits.number("jwks_cooldown_seconds", 60.0),
        profile=profile.text("name", "psc"),
        provider=read_seat(seat),
        driver=DriverChoice(name=driver.text("name", "http"), options=driver.rest()),
        launch=read_launch(whole.table("launch"), base) if "launch" in whole else None,
        skip=tuple(read_exempt(one) for one in expect.tables("skip")),
        known=tuple(read_known(one) for one in expect.tables("known")),
    )
    for table in (portal, limits, expect, seat, profile, forget, refresh, whole):
        table.finish()
    return described
