"""Provider, portal and suite as containers on a network of their own, for a vendor's tests; needs ``docker``.

``Site`` is the context manager; ``conformance.containers.fixtures`` has the pytest fixture.
"""

from __future__ import annotations

try:
    import docker  # noqa: F401  # asked for here, so that its absence is explained once
except ModuleNotFoundError:
    raise ImportError(
        "conformance.containers: the package 'docker' is missing; install psc-conformance[containers], or docker itself"
    ) from None

from conformance.containers.engine import EngineError, connect
from conformance.containers.parts import Names, Portal, SiteError
from conformance.containers.site import Site
from conformance.containers.suite import Suite, SuiteResult

__all__ = ["EngineError", "Names", "Portal", "Site", "SiteError", "Suite", "SuiteResult", "connect"]
