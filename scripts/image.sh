#!/usr/bin/env bash
# Builds a container image from wheels made and collected here.
# Usage: scripts/image.sh [psc|card] [TAG]      (default psc; psc-conformance:dev, psc-conformance-card:dev)
#   psc    the provider and the suite; the build itself downloads nothing
#   card   the same with a PC/SC service and the card; the build fetches packages from the base image's Debian mirrors
# BASE_IMAGE=...   the image to start from (default: the Dockerfile's); wheels are collected for its Python
# ENGINE=...       docker or podman (default: the first one found)
# XDG_CACHE_HOME   collected wheels are kept there (default ~/.cache), by lock file and Python, for the next time
set -euo pipefail

cd "$(dirname "$0")/.."
target="${1:-psc}"
case "$target" in
    psc) tag="${2:-psc-conformance:dev}" ;;
    card) tag="${2:-psc-conformance-card:dev}" ;;
    *)
        echo "image: unknown image '$target'; use psc or card." >&2
        exit 2
        ;;
esac
base="${BASE_IMAGE:-$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)}"
arguments=(${BASE_IMAGE:+--build-arg "BASE_IMAGE=$BASE_IMAGE"})
engine="${ENGINE:-$(command -v docker || command -v podman || true)}"
if [ -z "$engine" ]; then
    echo "image: no container engine found; install docker or podman." >&2
    exit 2
fi
if ! "$engine" version >/dev/null 2>&1; then
    echo "image: $engine does not answer; start it (as root on Debian: scripts/engine.sh start)." >&2
    exit 2
fi
scripts/bootstrap.sh dev
python=.venv/bin/python

# The image's Python decides which wheels fit, and it need not be the one running here.
if ! version_of_base="$("$engine" run --rm --network none "$base" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"; then
    echo "image: BASE_IMAGE=$base cannot be run; pull it, name another, or make one: scripts/engine.sh base" >&2
    exit 2
fi
case "$(uname -m)" in
    x86_64) cpu=x86_64 ;;
    aarch64 | arm64) cpu=aarch64 ;;
    *) echo "image: no wheels are collected for $(uname -m)." >&2 && exit 2 ;;
esac

context="$(mktemp -d)"
trap 'rm -rf "$context"' EXIT
mkdir -p "$context/wheelhouse/dependencies" "$context/wheelhouse/own"
cp Dockerfile .dockerignore "$context"

wheels="${XDG_CACHE_HOME:-$HOME/.cache}/psc-conformance/wheels/$({ cat requirements.lock; echo "$version_of_base $cpu"; } | sha256sum | cut -c1-16)"
if [ ! -d "$wheels" ]; then
    platforms=()
    for libc in manylinux2014 manylinux_2_17 manylinux_2_24 manylinux_2_26 manylinux_2_27 manylinux_2_28 manylinux_2_31 \
        manylinux_2_34; do
        platforms+=(--platform "${libc}_${cpu}")
    done
    echo "image: collecting wheels for Python $version_of_base on $cpu ..." >&2
    "$python" -m pip --disable-pip-version-check --quiet download --require-hashes --requirement requirements.lock \
        --dest "$context/collected" --only-binary :all: --python-version "$version_of_base" --implementation cp "${platforms[@]}"
    mkdir -p "${wheels%/*}"
    # A whole folder or none; whoever was quicker has collected the same.
    cp -r "$context/collected" "$wheels.$$" && { mv -T "$wheels.$$" "$wheels" 2>/dev/null || rm -rf "$wheels.$$"; }
    rm -rf "$context/collected"
fi
cp "$wheels"/*.whl "$context/wheelhouse/dependencies"
"$python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' \
    >"$context/wheelhouse/dependencies/names.txt"
"$python" -m hatchling build --target wheel --directory "$context/wheelhouse/own" >/dev/null 2>&1
version="$("$python" -m hatchling version)"

echo "image: building $tag from $base ..." >&2
# Podman's own format has no health check; Docker does not read this.
BUILDAH_FORMAT=docker "$engine" build --quiet --target "$target" "${arguments[@]}" --build-arg VERSION="$version" \
    --build-arg REVISION="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" --tag "$tag" "$context" >"$context/log" 2>&1 || {
    cat "$context/log" >&2
    exit 1
}
# What builds of other days left without a name; today's stay, they make the next build quick.
"$engine" image prune --force --filter label=psc-conformance.image --filter until=24h >/dev/null 2>&1 || true
echo "image: $tag is built." >&2
