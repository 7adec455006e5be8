#!/usr/bin/env bash
# Installs what the project needs from the operating system: as root on Debian, quietly, and only what is missing.
# Usage: scripts/system-packages.sh PURPOSE...      purposes: venv browser pyscard pcsc screen firefox apache node redis containers podman
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
        pyscard) # to build it: a C compiler and the headers of PC/SC
            command -v cc >/dev/null 2>&1 || missing+=(gcc libc6-dev)
            [ -e /usr/include/PCSC/winscard.h ] || missing+=(libpcsclite-dev)
            ;;
        pcsc) # a PC/SC service with virtual readers, and real programs that use cards
            [ -x /usr/sbin/pcscd ] || missing+=(pcscd)
            [ -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so ] || missing+=(vsmartcard-vpcd)
            command -v pkcs11-tool >/dev/null 2>&1 || missing+=(opensc)
            command -v openssl >/dev/null 2>&1 || missing+=(openssl)
            command -v curl >/dev/null 2>&1 || missing+=(curl)
            compgen -G '/usr/lib/*/engines-3/pkcs11.so' >/dev/null || missing+=(libengine-pkcs11-openssl)
            ;;
        firefox)
            command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || missing+=(firefox-esr)
            ;;
        screen) # a screen nobody looks at, a hand that types, the certificate store of browsers, a network that changes
            command -v Xvfb >/dev/null 2>&1 || missing+=(xvfb)
            command -v xdotool >/dev/null 2>&1 || missing+=(xdotool)
            command -v certutil >/dev/null 2>&1 || missing+=(libnss3-tools)
            command -v ip >/dev/null 2>&1 || missing+=(iproute2)
            ;;
        apache) # a real web server with a certified OpenID Connect module, for the tests of the suite
            [ -x /usr/sbin/apache2 ] || missing+=(apache2-bin)
            [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing+=(libapache2-mod-auth-openidc)
            ;;
        node) # to run portals made of npm packages, and to set a portal's clock
            command -v node >/dev/null 2>&1 || missing+=(nodejs)
            command -v npm >/dev/null 2>&1 || missing+=(npm)
            compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(faketime)
            ;;
        redis) # a server for the tests of the store that several processes share
            command -v redis-server >/dev/null 2>&1 || command -v valkey-server >/dev/null 2>&1 || missing+=(redis-server)
            ;;
        containers) # a container engine, and what a base image is made with where none can be pulled
            if ! docker version >/dev/null 2>&1 && [ ! -x /usr/sbin/dockerd ]; then missing+=(docker.io iptables); fi
            command -v mmdebstrap >/dev/null 2>&1 || missing+=(mmdebstrap)
            command -v docker-compose >/dev/null 2>&1 || docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
            ;;
        podman) # the other engine, with names on its networks
            command -v podman >/dev/null 2>&1 || missing+=(podman)
            [ -x /usr/lib/podman/aardvark-dns ] || missing+=(aardvark-dns netavark)
            command -v runc >/dev/null 2>&1 || missing+=(runc)
            ;;
        *)
            echo "system-packages: unknown purpose '$purpose'; known: venv browser pyscard pcsc screen firefox apache node redis containers podman." >&2
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
# Another installation may be running: wait for it instead of failing.
install() { apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>"$log"; }
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
