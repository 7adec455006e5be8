"""The shell: Flask routes, the clock, randomness and threads around the pure core."""

from __future__ import annotations

from mock_idp.web.app import create_app
from mock_idp.web.serve import RunningProvider, run_provider
from mock_idp.web.services import Provider

__all__ = ["Provider", "RunningProvider", "create_app", "run_provider"]
