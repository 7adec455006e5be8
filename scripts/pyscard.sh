#!/usr/bin/env bash
# Builds pyscard, pinned in requirements-card.lock, into .venv: the tests of the card with a real PC/SC service use it.
# Usage: scripts/pyscard.sh     Quick when it is there already; returns 3 when a compiler or headers are missing.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/bootstrap.sh dev
wanted="$(sed -n 's/^pyscard==\([0-9.]*\).*/\1/p' requirements-card.lock)"
present="$(.venv/bin/python -c 'import importlib.metadata as m; print(m.version("pyscard"))' 2>/dev/null || true)"
[ "$wanted" = "$present" ] && exit 0
scripts/system-packages.sh pyscard
echo "pyscard: building pyscard $wanted ..." >&2
# Its build tools come from requirements-dev.lock, hence no isolation: nothing unpinned is fetched. They are found on
# the PATH.
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m pip --disable-pip-version-check --quiet install \
    --require-hashes --no-deps --no-build-isolation --requirement requirements-card.lock
