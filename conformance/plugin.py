"""The plugin that makes pytest run scenarios against a portal."""

import pytest  # noqa: F401  filled in with the next commits
