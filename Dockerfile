# pgsync as one small image: the program with Swift inside it, its libraries, and nothing that could build anything.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libgnutls28-dev libmicrohttpd-dev libpq-dev libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# SwiftPM wants to see every target of Package.swift, those of the tests too; it does not build them here.
COPY Package.swift ./
COPY Tests Tests
COPY migrations migrations
COPY sql sql
COPY Sources Sources
# The cache keeps what was compiled, so that a changed file costs its module and not the whole program.
RUN --mount=type=cache,target=/source/.build,sharing=locked \
    swift build -c release --product pgsync --static-swift-stdlib -Xlinker --strip-all \
    && install -D .build/release/pgsync /output/pgsync

FROM ${RUNTIME_IMAGE}
ARG PGSYNC_VERSION=0.1.0
LABEL org.opencontainers.image.title="pgsync" \
    org.opencontainers.image.description="Keeps a double-entry ledger in step with PostgreSQL tables" \
    org.opencontainers.image.version="${PGSYNC_VERSION}" \
    org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libgnutls30 libmicrohttpd12 libpq5 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 pgsync \
    && useradd --system --uid 10001 --gid pgsync --home-dir /nonexistent --shell /usr/sbin/nologin pgsync \
    && install -d -o pgsync -g pgsync -m 0700 /run/pgsync
COPY LICENSE /usr/share/doc/pgsync/LICENSE
COPY --from=build /output/pgsync /usr/local/bin/pgsync

USER 10001:10001
ENV PGSYNC_HEALTH_FILE=/run/pgsync/health
# Of a worker; what else the image runs is over soon or has no health of this kind.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
    CMD ["pgsync", "worker", "--check-health"]
ENTRYPOINT ["pgsync"]
CMD ["worker"]
