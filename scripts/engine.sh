#!/usr/bin/env bash
# Starts and stops a Docker engine by hand, for machines without systemd (root on Debian), and makes a base image where
# none can be pulled. An engine that answers already is used as it is, and never stopped.
# Usage: scripts/engine.sh start|stop|status     start is counted: the last stop ends the engine
#        scripts/engine.sh base [IMAGE]          makes sure IMAGE is there (default: psc-conformance-base:trixie)
# PSC_ENGINE_HOLDER=PID   who wants the engine (default: the calling process); a holder that is gone no longer counts
# XDG_CACHE_HOME          where the base image, the pid file and the log are kept (default: ~/.cache)
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/psc-conformance"
state="$cache/engine"
holder="${PSC_ENGINE_HOLDER:-$PPID}"
suite=trixie
mkdir -p "$state/holders"

answers() { docker version >/dev/null 2>&1; }

ours() { # the process id of the engine that this script started, if it still runs
    local pid
    pid="$(cat "$state/pid" 2>/dev/null)" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

holders() { # those that still live
    local file
    for file in "$state"/holders/*; do
        [ -e "$file" ] || continue
        if kill -0 "${file##*/}" 2>/dev/null; then echo "${file##*/}"; else rm -f "$file"; fi
    done
}

start() {
    if answers; then
        if ours >/dev/null; then touch "$state/holders/$holder"; fi
        return 0
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v dockerd >/dev/null 2>&1; then
        echo "engine: no container engine answers, and none can be started here (that takes root and dockerd)." >&2
        echo "  Start Docker, or set DOCKER_HOST; as root on Debian: scripts/system-packages.sh containers" >&2
        return 3
    fi
    echo "engine: starting dockerd ..." >&2
    setsid nohup dockerd --pidfile "$state/pid" >"$state/log" 2>&1 </dev/null 9>&- &
    local started=$! tries=0
    until answers; do
        if ! kill -0 "$started" 2>/dev/null || [ "$((tries += 1))" -gt 150 ]; then
            echo "engine: dockerd did not start; the end of $state/log:" >&2
            tail -n 5 "$state/log" >&2
            kill "$started" 2>/dev/null || true
            return 3
        fi
        sleep 0.2
    done
    touch "$state/holders/$holder"
}

stop() {
    rm -f "$state/holders/$holder"
    local pid left
    pid="$(ours)" || return 0
    left="$(holders | tr '\n' ' ')"
    if [ -n "$left" ]; then
        echo "engine: still wanted by process ${left% }; not stopped." >&2
        return 0
    fi
    kill "$pid"
    local tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$((tries += 1))" -le 150 ]; do sleep 0.2; done
    rm -f "$state/pid"
}

base() {
    local image="${1:-psc-conformance-base:$suite}"
    docker image inspect "$image" >/dev/null 2>&1 && return 0
    local archive="$cache/base-$suite.tar"
    if [ ! -s "$archive" ]; then
        if ! command -v mmdebstrap >/dev/null 2>&1; then
            echo "engine: $image is not on this engine, and mmdebstrap is not there to make it." >&2
            echo "  Pull an image with Python 3.11 or newer, or as root on Debian: scripts/system-packages.sh containers" >&2
            return 3
        fi
        echo "engine: making a base image from Debian packages ..." >&2
        mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates \
            --aptopt='Acquire::Retries "3"' "$suite" "$archive.part"
        mv "$archive.part" "$archive"
    fi
    docker import --change 'CMD ["python3"]' "$archive" "$image" >/dev/null
}

# Two of these at once take turns.
exec 9>"$state/lock"
flock 9
case "${1:-}" in
    start) start ;;
    stop) stop ;;
    status) if answers; then echo "engine: answers$(ours | sed 's/^/, started here, process /')"; else echo "engine: none"; fi ;;
    base) base "${2:-}" ;;
    *)
        echo "engine: unknown command '${1:-}'; use start, stop, status or base." >&2
        exit 2
        ;;
esac
