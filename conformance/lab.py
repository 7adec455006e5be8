"""Setting a run up: provider and portal introduced to each other, and the first honest login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.browser import Browser
from conformance.control import Control
from conformance.drivers import open_driver
from conformance.evidence import Role
from conformance.hop import origin_host
from conformance.judge import control_trouble
from conformance.masks import Masks
from conformance.toml_reader import DescriptorError
from conformance.trial import CONTROL_PERSONA
from conformance.visit import Lab, Visit
from conformance.workstation import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.descriptor import Descriptor
    from conformance.profiles import Profile


def open_lab(described: Descriptor, provider_url: str, profile: Profile, *, control_token: str | None = None) -> Lab:
    """Return the lab for a portal and a provider that runs.

    Raises:
        ControlFailed: there is no provider at that address.
        DriverError: the portal's driver cannot be used.
    """
    control = Control(provider_url, token=control_token)
    where = control.whereabouts()
    hosts = frozenset({origin_host(where.issuer), origin_host(where.wallet)})
    portal = open_driver(described, hosts)
    return Lab(
        control=control,
        where=where,
        portal=portal,
        described=described,
        profile=profile,
        masks=Masks(where.salt),
        identity_claim=portal.identity_claim,
        patience=described.login_seconds,
        cooldown=described.jwks_cooldown_seconds,
        refresh=(described.refresh, described.refresh_method) if described.refresh else None,
    )


def resets_of(described: Descriptor, restart: Callable[[], None] | None) -> tuple[tuple[str, Callable[[], None]], ...]:
    """Return the ways in which a portal can be made to forget, the gentlest first.

    Args:
        described: the portal.
        restart: restarts it, when the suite started it.
    """
    launch = described.launch
    found: list[tuple[str, Callable[[], None]]] = []
    if described.reset_url:
        found.append(("caches", lambda: _post(described.reset_url)))
    if launch is None:
        return tuple(found)
    if launch.reset_url:
        found.append(("caches", lambda: _post(launch.reset_url)))
    if launch.restarts and restart is not None:
        found.append(("process", restart))
    return tuple(found)


def _post(url: str) -> None:
    Browser(frozenset({origin_host(url)})).step(url, "POST", ())


def first_login(lab: Lab) -> str | None:
    """Log somebody in honestly, before anything else.

    Returns:
        What is wrong, as a stable word, or None when the right person is logged in.

    Raises:
        DescriptorError: the portal is said to name people by a claim that nobody has.
    """
    person = lab.control.person(persona=CONTROL_PERSONA, password=PASSWORD, identity_claim=lab.identity_claim)
    if lab.identity_claim not in person.claims:
        known = ", ".join(person.claims)
        raise DescriptorError(
            f"[whoami] identity_claim : {lab.identity_claim!r} n'est pas dans userinfo ; données connues : {known}",
            f"[whoami] identity_claim: {lab.identity_claim!r} is no claim of userinfo; known are {known}",
        )
    visit = Visit(lab, person, lab.control.arm(()), role=Role.BEFORE)
    try:
        visit.log_in()
        return control_trouble(visit.attempt(), probed=lab.portal.probed)
    finally:
        visit.browser.close()
