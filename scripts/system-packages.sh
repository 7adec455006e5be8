#!/usr/bin/env bash
# Installs what the project needs from the operating system: as root on Debian, quietly, and only what is missing.
# Usage: scripts/system-packages.sh PURPOSE...      purposes: venv browser
# Anywhere else it changes nothing, says what to install, and returns 3.
# PSC_SYSTEM_PACKAGES=no makes it never install anything.
set -euo pipefail

missing=()
for purpose in "$@"; do
    case "$purpose" in
        venv)
            python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
            ;;
        browser)
            command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
                command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
            ;;
        *)
            echo "system-packages: unknown purpose '$purpose'; known: venv browser." >&2
            exit 2
            ;;
    esac
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "${PSC_SYSTEM_PACKAGES:-yes}" = no ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "system-packages: missing: ${missing[*]}" >&2
    echo "  Debian or Ubuntu: sudo apt-get install ${missing[*]}" >&2
    echo "  elsewhere: install the equivalent with your system's package manager." >&2
    exit 3
fi

export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>"$log"; }
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
echo "system-packages: installing ${missing[*]} ..." >&2
if ! install; then
    # The package list may be absent or stale: refresh it once, then try again.
    apt-get update -qq >/dev/null 2>&1 || true
    if ! install; then
        cat "$log" >&2
        echo "system-packages: apt-get could not install: ${missing[*]}" >&2
        exit 1
    fi
fi
