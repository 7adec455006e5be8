#!/usr/bin/env bash
# Makes .venv from nothing and installs the pinned packages, then this project itself.
# Usage: scripts/bootstrap.sh runtime|dev     (dev: also what linting and testing need)
# Quick on the second run: a stamp in .venv remembers the lock, the project file, the interpreter and the folder.
set -euo pipefail

cd "$(dirname "$0")/.."
kind="${1:-runtime}"
case "$kind" in
    runtime) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *)
        echo "bootstrap: unknown set '$kind'; use 'runtime' or 'dev'." >&2
        exit 2
        ;;
esac

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    echo "bootstrap: Python 3.11 or newer is needed, and none was found on the PATH." >&2
    echo "  Debian 12 or newer: apt-get install python3 python3-venv" >&2
    echo "  elsewhere: install it, or say which one to use: PYTHON=/path/to/python3.12 make ..." >&2
    exit 2
fi

stamp_name() {
    # The folder is part of the key: an environment that was copied or moved still points at the old place.
    "$python" - "$1" "$2" <<'PY'
import hashlib, pathlib, sys
kind, lock = sys.argv[1:]
key = hashlib.sha256(f"{sys.version}\n{pathlib.Path.cwd()}\n".encode())
for name in (lock, "pyproject.toml"):
    key.update(pathlib.Path(name).read_bytes())
print(f".venv/.psc-{kind}-{key.hexdigest()[:20]}")
PY
}

if [ -x .venv/bin/python ]; then
    # `dev` contains everything `runtime` does, so its stamp answers for both.
    for known in "$(stamp_name "$kind" "$lock")" "$(stamp_name dev requirements-dev.lock)"; do
        [ -e "$known" ] && exit 0
    done
fi

if [ -e .venv ] && ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "bootstrap: .venv does not work (moved, or left half made): making it again." >&2
    rm -rf .venv
fi
if [ ! -e .venv ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        scripts/system-packages.sh venv
    fi
    echo "bootstrap: making .venv with $("$python" --version) ..." >&2
    "$python" -m venv .venv
fi

pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet)
echo "bootstrap: installing $lock (hashes checked) ..." >&2
"${pip[@]}" install --require-hashes --requirement "$lock"
# The build backend comes from the lock too, so nothing unpinned is fetched here.
"${pip[@]}" install --no-deps --no-build-isolation --editable .

rm -f .venv/.psc-"$kind"-*
touch "$(stamp_name "$kind" "$lock")"
