#!/usr/bin/env bash
# Installs the npm packages of the portals under tests/portals, from their lock files, into a cache outside the repository.
# Usage: scripts/npm-portals.sh     Quick when they are there already; returns 3 when npm is missing.
# Install scripts of packages are never run; the registry is whichever npm is set up for.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/psc-conformance/npm"
for lock in tests/portals/*/package-lock.json; do
    folder="$(dirname "$lock")"
    target="$cache/$(basename "$folder")-$(sha256sum "$lock" | cut -c1-20)"
    [ -d "$target/node_modules" ] && continue
    if ! command -v npm >/dev/null 2>&1; then
        echo "npm-portals: npm is missing; scripts/system-packages.sh node (Debian: apt-get install nodejs npm)" >&2
        exit 3
    fi
    echo "npm-portals: installing the packages of $folder ..." >&2
    mkdir -p "$cache"
    # beside the target first, so that a folder of that name is always a whole one
    making="$(mktemp -d "$cache/.making-XXXXXX")"
    cp "$folder/package.json" "$lock" "$making/"
    (cd "$making" && npm ci --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error >&2)
    if [ -d "$target" ] || ! mv -T "$making" "$target"; then
        rm -rf "$making"
    fi
done
