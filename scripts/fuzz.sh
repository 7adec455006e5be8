#!/usr/bin/env bash
# Fuzzes our parsers, guided by coverage: the card's APDU and TLV, tokens, claims, forms, descriptors, people and more.
# Usage: scripts/fuzz.sh [SECONDS per target, default 30] [TARGET ...]
# New inputs go to .fuzz/, never into the repository; a finding stops the run. Needs atheris, which has wheels for some
# versions of Python on Linux only: elsewhere this says so and returns 3.
set -euo pipefail

cd "$(dirname "$0")/.."
seconds="${1:-30}"
shift || true
scripts/bootstrap.sh dev
if ! .venv/bin/python -c 'import atheris' 2>/dev/null; then
    echo "fuzz: installing atheris (hashes checked) ..." >&2
    if ! .venv/bin/python -m pip --disable-pip-version-check --quiet install --only-binary :all: --require-hashes \
        --requirement requirements-fuzz.lock; then
        echo "fuzz: atheris has no wheel for $(.venv/bin/python --version) on this machine; the same targets run" >&2
        echo "  under Hypothesis in tests/virtual_card/test_any_bytes.py and tests/conformance/fuzzing/test_parsers.py." >&2
        exit 3
    fi
fi
[ $# -gt 0 ] || read -r -a all <<<"$(.venv/bin/python scripts/fuzz_parsers.py)"
for target in "${@:-${all[@]}}"; do
    mkdir -p ".fuzz/$target"
    echo "fuzz: $target, $seconds s ..." >&2
    .venv/bin/python scripts/fuzz_parsers.py "$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix=".fuzz/$target-" ".fuzz/$target"
done
echo "fuzz: nothing found." >&2
