#!/usr/bin/env bash
# Builds the container image from wheels made here. Usage: scripts/image.sh [TAG]
# BASE_IMAGE=...   the image to start from (default python:3.13-slim); wheels are collected for its Python
# ENGINE=...       docker or podman (default: the first one found)
set -euo pipefail

cd "$(dirname "$0")/.."
tag="${1:-psc-conformance:dev}"
base="${BASE_IMAGE:-python:3.13-slim}"
engine="${ENGINE:-$(command -v docker || command -v podman || true)}"
if [ -z "$engine" ]; then
    echo "image: no container engine found; install docker or podman." >&2
    exit 2
fi

python=.venv/bin/python
rm -rf wheelhouse
mkdir wheelhouse
"$python" -m hatchling build --target wheel --directory wheelhouse >/dev/null
version="$("$python" -m hatchling version)"

# The image's Python decides which wheels fit, and it need not be the one running here.
target="$("$engine" run --rm --network none "$base" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
case "$(uname -m)" in
    x86_64) cpu=x86_64 ;;
    aarch64 | arm64) cpu=aarch64 ;;
    *) echo "image: no wheels are collected for $(uname -m)." >&2 && exit 2 ;;
esac
platforms=()
for libc in manylinux2014 manylinux_2_17 manylinux_2_24 manylinux_2_26 manylinux_2_27 manylinux_2_28 manylinux_2_31 manylinux_2_34; do
    platforms+=(--platform "${libc}_${cpu}")
done
echo "image: collecting wheels for Python $target on $cpu ..." >&2
"$python" -m pip --disable-pip-version-check --quiet download --require-hashes --requirement requirements.lock \
    --dest wheelhouse --only-binary :all: --python-version "$target" --implementation cp "${platforms[@]}"

echo "image: building $tag from $base ..." >&2
"$engine" build --build-arg BASE_IMAGE="$base" --build-arg VERSION="$version" \
    --build-arg REVISION="$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" --tag "$tag" .
