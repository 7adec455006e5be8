"""A portal as the suite sees it: the values that a ``portal.toml`` describes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Where on a page a value stands.

    Attributes:
        how: ``json`` (RFC 6901 pointer), ``css`` (``#id`` only), ``regex`` (one group) or ``header``.
        where: the pointer, the selector, the pattern or the name.
    """

    how: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The portal's who-am-I page.

    Attributes:
        url: its address.
        anonymous: how it answers when nobody is logged in, of ``LOGGED_OUT_SIGNS``.
        identity: where it names the person.
        claims: where it shows the person's userinfo, if it does.
        identity_claim: the userinfo claim that the name should equal.
    """

    url: str
    anonymous: tuple[str, ...]
    identity: Lookup
    claims: Lookup | None
    identity_claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CibaForm:
    """The portal's page for a login without a redirect (CIBA).

    Attributes:
        url: page with the form.
        form: name or id of the form; empty for the first one.
        field: where the identifiant national is typed.
        wait: page that the browser comes back to until the phone has answered; empty for wherever the form leads.
    """

    url: str
    form: str = ""
    field: str = "identifiant"
    wait: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mtls:
    """A portal that shows a TLS client certificate at the token endpoint, and trusts the provider's authority.

    Attributes:
        parameters: what is added to the login address for a portal that can do without as well.
        certificate_sha256: thumbprint of its certificate, for a registration that the suite makes; empty for none.
    """

    parameters: tuple[tuple[str, str], ...] = ()
    certificate_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalClock:
    """How the portal's clock is set ahead of real time; exactly one of the two ways.

    Attributes:
        post: address that takes a form with a number of seconds, 0 for real time; empty for none.
        field: the form's field.
        faketime: file that libfaketime reads in the portal's process (``FAKETIME_TIMESTAMP_FILE``); empty for none.
    """

    post: str = ""
    field: str = "seconds"
    faketime: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """A scenario that does not apply to this portal, or fails for a known reason.

    Attributes:
        pattern: scenario id, ``*`` allowed.
        reason: why; reports show it.
        issue: where the failure is followed, for known ones.
        until: last day on which a known failure is let pass; None for what does not apply.
    """

    pattern: str
    reason: str
    issue: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSeat:
    """The provider that the portal is connected to.

    Attributes:
        url: scheme, host and port of a provider that runs already; empty when the suite starts one itself.
        port: where the suite starts one.
        client_id: the portal's registration.
        client_secret_env: environment variable that holds its secret.
        authority_trusted: whether the portal trusts the provider's own authority when it speaks TLS to it.
    """

    url: str = ""
    port: int = 8080
    client_id: str = ""
    client_secret_env: str = ""
    authority_trusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverChoice:
    """How the portal is driven.

    Attributes:
        name: of an installed driver.
        options: the driver's own keys, which it reads and checks itself.
    """

    name: str = "http"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How the suite starts the portal itself.

    Attributes:
        command: program and arguments; ``{port}``, ``{issuer}`` and the like are filled in.
        env: further environment variables, filled in the same way.
        folder: to start it from, relative to the descriptor.
        port: where it will listen; 0 for any free one.
        ready: path that answers once it is up.
        ready_seconds: how long that may take.
        reset_url: address that makes it forget its caches, when posted to; empty for none.
        restarts: whether it may be restarted to make it forget everything.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = "."
    port: int = 0
    ready: str = "/"
    ready_seconds: float = 30.0
    reset_url: str = ""
    restarts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A portal as the suite sees it; every address is absolute.

    Attributes:
        home: page on which a person begins; empty when the suite is not told.
        login_form: name or id of the form that starts the login, or of a field in it; ``*`` for the first form of the
            page; empty when opening ``login`` starts it.
        logout: empty when the portal has none.
        after_logout: where the provider may send the browser after logout.
        backchannel_logout: where logout tokens go; empty when the portal takes none.
        ciba: how a login by CIBA begins; None when the portal does without.
        mtls: how it shows a client certificate; None when it does not.
        frontchannel_logout: what a browser loads in a frame to log out; empty when there is nothing.
        allow_hosts: ``host:port``; nothing else is ever requested.
        probe: None in degraded mode, in which much less can be said.
        reset_url: address that makes it forget what it read from the provider, when posted to; empty for none.
        clock: how its clock is set; None when it cannot be.
        refresh: page on which it uses its access token, and refreshes that when it is refused; empty for none.
        refresh_method: how that page is asked for.
        login_seconds: how long one request to the portal may take.
    """

    name: str
    base_url: str
    login: str
    callback: str
    home: str = ""
    login_form: str = ""
    logout: str = ""
    logout_method: str = "POST"
    after_logout: tuple[str, ...] = ()
    backchannel_logout: str = ""
    frontchannel_logout: str = ""
    ciba: CibaForm | None = None
    mtls: Mtls | None = None
    allow_hosts: tuple[str, ...] = ()
    probe: Probe | None = None
    reset_url: str = ""
    clock: PortalClock | None = None
    refresh: str = ""
    refresh_method: str = "POST"
    login_seconds: float = 10.0
    jwks_cooldown_seconds: float = 60.0
    profile: str = "psc"
    provider: ProviderSeat = field(default_factory=ProviderSeat)
    launch: Launch | None = None
    driver: DriverChoice = field(default_factory=DriverChoice)
    skip: tuple[Exempt, ...] = ()
    known: tuple[Exempt, ...] = ()
