"""The pytest fixture for vendors: ``pytest_plugins = ["conformance.containers.fixtures"]`` in their ``conftest.py``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from conformance.containers.site import IMAGE, LOGS, Site

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from conformance.containers.parts import Names, Portal

FAILED = pytest.StashKey[bool]()


class OpenSite(Protocol):
    """Opens sites that last as long as the test."""

    def __call__(
        self,
        portal: Portal,
        *,
        image: str = IMAGE,
        checkout: Path | None = None,
        names: Names | None = None,
        closed: bool = True,
    ) -> Site:
        """Return a site for a portal, ready; arguments as for ``Site``."""
        ...


@pytest.fixture
def psc_site(request: pytest.FixtureRequest) -> Iterator[OpenSite]:
    """Open sites; when the test fails, what the containers wrote is in ``psc-report/containers/<test>``."""
    sites: list[Site] = []
    with ExitStack() as stack:

        def open_site(
            portal: Portal,
            *,
            image: str = IMAGE,
            checkout: Path | None = None,
            names: Names | None = None,
            closed: bool = True,
        ) -> Site:
            logs = request.config.rootpath / LOGS / request.node.name
            site = Site(portal, image=image, checkout=checkout, names=names, closed=closed, logs=logs)
            sites.append(stack.enter_context(site))
            return sites[-1]

        yield open_site
        if request.node.stash.get(FAILED, False):
            for site in sites:
                site.keep_logs()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test failed, before its fixtures are torn down."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
