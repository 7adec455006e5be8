"""A site: provider and portal as containers on a network of their own, ready when the ``with`` block begins."""

from __future__ import annotations

import logging
import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from conformance.containers.building import build_image, build_ours, forget_image
from conformance.containers.engine import (
    connect,
    log_of,
    make_container,
    make_network,
    need_image,
    put_file,
    read_file,
    refusals,
    remove_all,
)
from conformance.containers.parts import AUTHORITY, PORT, PSC_BAS, Names, Portal, SiteError, environment_of
from conformance.containers.readiness import answers_within
from conformance.containers.suite import DESCRIPTOR, HOME, REPORT, Suite, SuiteResult
from conformance.leave import polite_end

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from docker import DockerClient
    from docker.models.containers import Container

LOG: Final = logging.getLogger(__name__)
IMAGE: Final = "psc-conformance:dev"
LOGS: Final = Path("psc-report") / "containers"
CLIENT_SECRET: Final = "PSC_CLIENT_SECRET"  # noqa: S105  # the name of a variable
CONTROL_TOKEN: Final = "PSC_CONTROL_TOKEN"  # noqa: S105  # same
TRUSTED: Final = "PSC_AUTHORITY_FILE"
WRITTEN_AUTHORITY: Final = f"{HOME}/psc-authority.pem"
PROVIDER_SECONDS: Final = 30.0
SUITE_SECONDS: Final = 900.0

_SLICE: Final = 2.0
_BUILD: Final = (
    "construisez-la avec « make image », ou nommez-en une autre (image=)",
    "build it with 'make image', or name another (image=)",
)


class Site:
    """A provider, a portal connected to it, and room for the suite.

    Nothing is published on the host.  Whatever happens in the block, containers and network are removed at its end;
    when it ends with an exception, what the containers wrote is kept first.
    """

    def __init__(
        self,
        portal: Portal,
        *,
        image: str = IMAGE,
        checkout: Path | None = None,
        names: Names | None = None,
        closed: bool = True,
        logs: Path = LOGS,
    ) -> None:
        """Plan a site; nothing is made yet.

        Args:
            portal: the vendor's portal.
            image: of the provider and the suite (``make image``), on the engine already; or built from
            checkout: the folder of a checkout of psc-conformance.
            names: of the provider's hosts.
            closed: the network has no way out; False for a portal that needs others.
            logs: folder for what containers wrote, when something fails.
        """
        self.portal = portal
        self.names = names or Names()
        self._image = image
        self._checkout = checkout
        self._closed = closed
        self._logs = logs
        self._stack = ExitStack()
        self._secret = secrets.token_urlsafe(24)
        self._token = secrets.token_urlsafe(24)
        self._parts: dict[str, Container] = {}
        self._name = f"psc-{secrets.token_hex(4)}"
        self._client: DockerClient

    def __enter__(self) -> Self:
        """Make everything and wait until it answers.

        Raises:
            EngineError: there is no engine, or an image is missing.
            SiteError: the provider or the portal does not come up.
        """
        self._stack.enter_context(polite_end())
        try:
            self._client = connect()
            self._stack.callback(self._client.close)
            self._set_up()
        except BaseException:
            self._end(failed=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the logs of a failure, and remove everything."""
        self._end(failed=kind is not None)

    @property
    def provider(self) -> Container:
        """The provider's container."""
        return self._parts["provider"]

    @property
    def network(self) -> str:
        """Name of the network."""
        return self._name

    def run(
        self, descriptor: Path | str, report_dir: Path, *arguments: str, seconds: float = SUITE_SECONDS
    ) -> SuiteResult:
        """Play the scenarios from a container on the network, and fetch the reports.

        Args:
            descriptor: the portal's file, or its text; its addresses are those on the network.
            report_dir: where the reports go.
            arguments: further options of ``psc-conformance run``.
            seconds: how long it may take.

        Raises:
            SiteError: it did not end in time.
        """
        return self.begin(descriptor, report_dir, *arguments).wait(seconds)

    def begin(self, descriptor: Path | str, report_dir: Path, *arguments: str) -> Suite:
        """Start the suite and return at once; arguments as for ``run``."""
        text = descriptor if isinstance(descriptor, str) else descriptor.read_text(encoding="utf-8")
        options = ("--provider", self.names.issuer_base, "--control-token-env", CONTROL_TOKEN, "--report-dir", REPORT)
        command = ("run", f"{HOME}/{DESCRIPTOR}", *options, *arguments)
        env = {CONTROL_TOKEN: self._token} | ({TRUSTED: AUTHORITY} if self.names.https else {})
        container = self._make(f"suite-{len(self._parts)}", self._image, command, env=env)
        self._hand_authority(container)
        suite = Suite(container, report_dir)
        suite.start(text)
        return suite

    def keep_logs(self) -> None:
        """Write what the containers wrote into the folder of logs, without the secrets that were drawn for the site."""
        if self._parts:
            self._logs.mkdir(parents=True, exist_ok=True)
        for part, container in self._parts.items():
            text = log_of(container)
            for name, secret in ((CLIENT_SECRET, self._secret), (CONTROL_TOKEN, self._token)):
                text = text.replace(secret, f"‹{name}›")
            (self._logs / f"{part}.log").write_text(text, encoding="utf-8")

    def _end(self, *, failed: bool) -> None:
        try:
            if failed:
                self.keep_logs()
        except OSError as error:
            # what failed before matters more, and everything is removed all the same
            LOG.warning("could not keep the logs in %s: %s", self._logs, error)
        finally:
            self._stack.close()

    def _clean(self) -> None:
        with refusals(self._name):
            remove_all(self._client, self._name)

    def _set_up(self) -> None:
        if self._checkout is not None:
            build_ours(self._checkout, self._image)
        need_image(self._client, self._image, _BUILD)
        portal_image = self._portal_image()
        self._stack.callback(self._clean)
        with refusals("network"):
            make_network(self._client, self._name, closed=self._closed)
        aliases = (self.names.issuer, self.names.wallet)
        env = {CLIENT_SECRET: self._secret, CONTROL_TOKEN: self._token}
        self._start("provider", self._make("provider", self._image, self._serve(), aliases=aliases, env=env))
        self._wait("provider", f"http://127.0.0.1:{PORT}/", PROVIDER_SECONDS)
        portal = self._make(
            "portal",
            portal_image,
            self.portal.command,
            aliases=(self.portal.host,),
            env=environment_of(self.portal, self.names, self._secret),
            own=False,
        )
        self._hand_authority(portal)
        self._start("portal", portal)
        self._wait("portal", self.portal.base_url + self.portal.ready, self.portal.ready_seconds)

    def _hand_authority(self, container: Container) -> None:
        if self.names.https:
            folder, _, name = AUTHORITY.rpartition("/")
            put_file(container, folder or "/", name, read_file(self.provider, WRITTEN_AUTHORITY))

    def _portal_image(self) -> str:
        if bool(self.portal.image) is (self.portal.build is not None):
            raise SiteError(
                "portal : donnez une image ou un dossier à construire, et un seul des deux",
                "portal: give an image or a folder to build, and not both",
            )
        if self.portal.build is not None:
            built = f"psc-conformance-portal:{self._name}"
            self._stack.callback(forget_image, self._client, built)
            build_image(self._client, self.portal.build, built)
            return built
        need_image(self._client, self.portal.image, ("construisez-la ou tirez-la d'abord", "build or pull it first"))
        return self.portal.image

    def _serve(self) -> list[str]:
        portal = self.portal
        command = ["serve", "--suite", "--host", "0.0.0.0", "--port", str(PORT)]  # noqa: S104  # in its container
        if (self.names.issuer, self.names.wallet) == PSC_BAS:
            command += ["--impersonate", "bas"]
        else:
            command += ["--issuer-base", self.names.issuer_base, "--wallet-base", self.names.wallet_base]
        if self.names.https:
            command += ["--https-port", "443", "--https-authority", WRITTEN_AUTHORITY]
        command += ["--client-id", portal.client_id, "--client-secret-env", CLIENT_SECRET]
        command += ["--control-token-env", CONTROL_TOKEN, "--redirect-uri", portal.base_url + portal.callback]
        for path in portal.after_logout:
            command += ["--post-logout-redirect-uri", portal.base_url + path]
        return command

    def _make(
        self,
        part: str,
        image: str,
        command: Sequence[str],
        *,
        env: dict[str, str],
        aliases: Sequence[str] = (),
        own: bool = True,
    ) -> Container:
        with refusals(part):
            container = make_container(
                self._client,
                image,
                command,
                network=self._name,
                aliases=aliases,
                name=f"{self._name}-{part}",
                environment=env,
                own=own,
                entrypoint=self.portal.entrypoint if part == "portal" else (),
            )
        self._parts[part] = container
        return container

    @staticmethod
    def _start(part: str, container: Container) -> None:
        with refusals(part):
            container.start()

    def _wait(self, part: str, url: str, seconds: float) -> None:
        """Wait until an address answers; notice early that its container has ended."""
        left = seconds
        while left > 0:
            slice_ = min(_SLICE, left)
            if answers_within(self.provider, url, slice_):
                return
            self._parts[part].reload()
            if self._parts[part].status != "running":
                ended = self._parts[part].attrs["State"]["ExitCode"]
                raise SiteError(
                    f"{part} : terminé avec le code {ended} avant d'être prêt ; son journal est dans {self._logs}",
                    f"{part}: ended with code {ended} before it was ready; its log is in {self._logs}",
                )
            left -= slice_
        raise SiteError(
            f"{part} : {url} n'a pas répondu en {seconds:g} s ; son journal est dans {self._logs}",
            f"{part}: {url} did not answer within {seconds:g} s; its log is in {self._logs}",
        )
