# syntax=docker/dockerfile:1
# Both bases are Debian 13: what is installed by the Python of the first runs by that of the second, which is without
# a shell, a package manager and a compiler.
ARG BUILD_BASE=debian:13-slim
ARG BASE=gcr.io/distroless/python3-debian13:nonroot

FROM ${BUILD_BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN apt-get update \
 && apt-get install --yes --no-install-recommends binutils ca-certificates python3-venv
WORKDIR /build
# The lock alone comes first: a change of the sources then installs no dependency again.
COPY requirements-build.txt requirements.txt ./
# More than a fifth of what is installed are symbols for debuggers. Libraries that were patched for their wheels are left alone.
RUN python3 -m venv /tools \
 && python3 -m venv --without-pip /venv \
 && /tools/bin/pip install --require-hashes --requirement requirements-build.txt \
 && /tools/bin/pip --python /venv/bin/python install --require-hashes --no-compile --requirement requirements.txt \
 && find /venv -name '*.so' -not -path '*.libs/*' -exec strip --strip-unneeded {} +
COPY pyproject.toml LICENSE ./
COPY src/ src/
# The base has Python's own library without bytecode, and who serves can write none: it is made here, by the sources'
# hashes. What only a migration imports goes without: ten megabytes, for one start a version.
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /tools/bin/pip --python /venv/bin/python install --no-deps --no-compile /wheels/*.whl \
 && PYTHONPYCACHEPREFIX=/bytecode /venv/bin/python -m compileall -q --invalidation-mode checked-hash \
      -x '/(alembic|ensurepip|idlelib|mako|pydoc_data|sqlalchemy|testing|tests?|tkinter|turtledemo)/' /usr/lib/python3.13 /venv/lib \
 && mkdir --mode=0700 /data

FROM ${BASE}
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="orders" \
      org.opencontainers.image.description="A contract-driven Orders service that keeps the Service Standard v1" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
# The root file system may be read-only: the embedded database goes to the volume, and the bytecode is there already.
ENV PATH=/venv/bin:/usr/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPYCACHEPREFIX=/bytecode \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    DATABASE_URL=sqlite:////data/orders.db
WORKDIR /app
COPY --from=build --chown=10001:10001 /data /data
COPY --from=build /venv /venv
COPY --from=build /bytecode /bytecode
COPY service.yaml ./
COPY openapi/ openapi/
COPY asyncapi/ asyncapi/
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["orders"]
CMD ["serve"]
