#!/usr/bin/env bash
# Resolves the lock files again: names, versions and hashes only, for Python 3.11 and newer on every platform.
# Needs `uv` (in .venv or on the PATH). Usage: scripts/lock.sh [--upgrade]
set -euo pipefail

cd "$(dirname "$0")/.."
if [ -x .venv/bin/uv ]; then
    uv=.venv/bin/uv
elif ! uv="$(command -v uv)"; then
    echo "lock: uv is needed: .venv/bin/python -m pip install uv" >&2
    exit 2
fi

# No comments and no registry: where packages come from is the business of whoever installs them.
options=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
    --no-emit-find-links "$@")
"$uv" pip compile pyproject.toml --group build "${options[@]}" --output-file requirements.lock >/dev/null
"$uv" pip compile pyproject.toml --group build --group dev --constraint requirements.lock "${options[@]}" \
    --output-file requirements-dev.lock >/dev/null
# The card's reader library alone: it is built here, which not every machine can (scripts/pyscard.sh).
echo "pyscard>=2.2" | "$uv" pip compile - --no-deps "${options[@]}" --output-file requirements-card.lock >/dev/null
# A tool that few machines have a wheel of (scripts/fuzz.sh); 3.1 has none for Python 3.11.
echo "atheris==3.0.0" | "$uv" pip compile - --no-deps "${options[@]}" --output-file requirements-fuzz.lock >/dev/null
echo "lock: requirements.lock, requirements-card.lock, requirements-fuzz.lock and requirements-dev.lock are up to date." >&2
