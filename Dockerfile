# The provider and the suite, from wheels built outside (`make image`); nothing is downloaded here.
# Classic syntax only, so that any builder can read it.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
# Tells what an earlier build left behind from what is somebody else's (scripts/image.sh).
LABEL psc-conformance.image=build
COPY wheelhouse /wheelhouse
# Hashes are checked when the wheels are collected; here only what was collected can be installed. What pip compiles stays:
# a fifth more to carry, and a provider that is there at once.
RUN python3 -m venv /opt/psc \
    && /opt/psc/bin/python -m pip install --no-cache-dir --no-index --find-links /wheelhouse psc-conformance \
    && /opt/psc/bin/python -m pip uninstall --yes pip

FROM ${BASE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL psc-conformance.image=whole \
      org.opencontainers.image.title="psc-conformance (SIMULATEUR)" \
      org.opencontainers.image.description="A stand-in for Pro Sante Connect and a conformance suite for portals. Test tool; lies on purpose." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/psc /opt/psc
RUN groupadd --gid 10001 psc && useradd --uid 10001 --gid psc --create-home --shell /usr/sbin/nologin psc \
    && chmod 755 /home/psc
# By number, so that a platform that forbids root can see that it is not.
USER 10001:10001
WORKDIR /home/psc
ENV PATH=/opt/psc/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Under other public names this address is refused with 421, by a provider that is well: any orderly answer will do.
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=2); c.request('GET', '/'); raise SystemExit(c.getresponse().status >= 500)"]
ENTRYPOINT ["psc-conformance"]
# 8080 is only for `docker run -p 127.0.0.1:8080:8080`; nothing is published by itself.
EXPOSE 8080
# The default host is loopback; in a container that would answer nobody, so it is said here.
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
