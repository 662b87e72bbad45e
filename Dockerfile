# syntax=docker/dockerfile:1
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
# The lock alone comes first: a change of the sources then installs no dependency again.
COPY requirements-build.txt requirements.txt ./
RUN python -m venv --without-pip /venv \
 && pip install --require-hashes --requirement requirements-build.txt \
 && pip --python /venv/bin/python install --require-hashes --compile --requirement requirements.txt
COPY pyproject.toml LICENSE ./
COPY src/ src/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip --python /venv/bin/python install --no-deps --compile /wheels/*.whl

FROM ${BASE}
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="orders" \
      org.opencontainers.image.description="A contract-driven Orders service that keeps the Service Standard v1" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
# The root file system may be read-only: the embedded database goes to the volume, and bytecode is compiled above.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    DATABASE_URL=sqlite:////data/orders.db
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY service.yaml ./
COPY openapi/ openapi/
COPY asyncapi/ asyncapi/
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
CMD ["orders", "serve"]
