# The provider and the suite, from wheels built outside (`make image`); and the same with a PC/SC service and the card
# (`make image-card`), which fetches Debian packages while it builds. Classic syntax only, so that any builder can read it.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS dependencies
# Tells what an earlier build left behind from what is somebody else's (scripts/image.sh).
LABEL psc-conformance.image=build
COPY wheelhouse/dependencies /wheelhouse/dependencies
# Hashes are checked when the wheels are collected; here only what was collected can be installed. What pip compiles stays:
# a fifth more to carry, and a provider that is there at once. Of the thousand languages of Babel, ours are kept.
RUN python3 -m venv /opt/pip \
    && python3 -m venv --without-pip /opt/psc \
    && /opt/pip/bin/python -m pip --python /opt/psc/bin/python install --no-cache-dir --no-index \
        --find-links /wheelhouse/dependencies --requirement /wheelhouse/dependencies/names.txt \
    && find /opt/psc -path '*/babel/locale-data/*.dat' ! -name 'root.dat' ! -name 'fr*' ! -name 'en*' -delete

FROM dependencies AS build
COPY wheelhouse/own /wheelhouse/own
# Beside them, so that a change of ours is a small layer: a tenth of what a pipeline would fetch otherwise.
RUN /opt/pip/bin/python -m pip --python /opt/psc/bin/python install --no-cache-dir --no-index \
    --find-links /wheelhouse/dependencies --prefix /opt/own /wheelhouse/own/*.whl

# What both images have and no change of ours touches, so that it is made once.
FROM ${BASE_IMAGE} AS plain
LABEL psc-conformance.image=whole \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 psc && useradd --uid 10001 --gid psc --create-home --shell /usr/sbin/nologin psc \
    && chmod 755 /home/psc
# By number, so that a platform that forbids root can see that it is not.
USER 10001:10001
WORKDIR /home/psc
ENV PATH=/opt/psc/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
ENTRYPOINT ["psc-conformance"]

FROM plain AS psc
# Before anything that changes with every version of ours.
COPY --from=dependencies /opt/psc /opt/psc
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="psc-conformance (SIMULATEUR)" \
      org.opencontainers.image.description="A stand-in for Pro Sante Connect and a conformance suite for portals. Test tool; lies on purpose." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/own /opt/psc
# Under other public names this address is refused with 421, by a provider that is well: any orderly answer will do. No start
# period: newer engines then look only every five seconds, and older builders do not know the option that says otherwise.
HEALTHCHECK --interval=1s --timeout=3s --retries=15 \
    CMD ["python", "-ISc", "import socket; c = socket.create_connection(('127.0.0.1', 8080), 2); c.sendall(b'GET / HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n'); raise SystemExit(int(c.recv(12)[9:]) >= 500)"]
# 8080 is only for `docker run -p 127.0.0.1:8080:8080`; nothing is published by itself.
EXPOSE 8080
# The default host is loopback; in a container that would answer nobody, so it is said here.
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]

# A card in a reader of a real PC/SC service. It exposes no port: whoever reaches vpcd's can plug in a card.
FROM plain AS card
USER 0
# Debian withdraws a version when it mends it: pinned ones would soon be gone. The folder is where pcscd makes its socket.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes -o Acquire::Retries=3 --no-install-recommends opensc pcscd vsmartcard-vpcd \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
    && install --directory --owner=10001 --group=10001 /run/pcscd
USER 10001:10001
COPY --from=dependencies /opt/psc /opt/psc
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="psc-conformance card (SIMULATEUR)" \
      org.opencontainers.image.description="A fictional software CPS card in a virtual reader of pcscd. Test tool." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/own /opt/psc
# Programs can see the card, says who keeps it; what `psc-conformance card status` asks, without all that it loads.
HEALTHCHECK --interval=1s --timeout=3s --retries=15 \
    CMD ["python", "-ISc", "import os, socket; c = socket.socket(socket.AF_UNIX); c.settimeout(2); c.connect('%s/psc-conformance-card-%d.sock' % (os.environ.get('XDG_RUNTIME_DIR') or os.environ.get('TMPDIR') or '/tmp', os.geteuid())); c.sendall(b'{\"ask\": \"status\"}\\n'); raise SystemExit(b'\"seen\": true' not in c.makefile('rb').readline())"]
CMD ["card", "insert", "899799000015"]

# What a build without --target gives.
FROM psc
