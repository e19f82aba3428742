# `make image` builds the binary first. The image adds nothing that would have to be
# kept up to date.
#
# An empty base has no certificates: checks over TLS without a ca_file then trust
# nobody. Use a base that has some (--build-arg BASE=…, for example a "distroless
# static" image), or mount the host's /etc/ssl/certs read-only.
ARG BASE=scratch
FROM ${BASE}

# The name of the binary in the build's folder, for other platforms.
ARG BINARY=healthcheck_exporter
ARG VERSION=unknown
ARG REVISION=unknown

LABEL org.opencontainers.image.title="healthcheck_exporter" \
      org.opencontainers.image.description="Health checks for haproxy, Prometheus, Kubernetes and people" \
      org.opencontainers.image.source="https://github.com/healthcheck-exporter/healthcheck_exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY ${BINARY} /bin/healthcheck_exporter
# The bill of materials (make sbom).
COPY LICENSE dist/healthcheck_exporter.cdx.json /

# nobody, as a number: an empty base has no /etc/passwd.
USER 65534:65534
EXPOSE 10927

# The image has no shell and no curl; the binary asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
	CMD ["/bin/healthcheck_exporter", "check", "--url=http://127.0.0.1:10927/-/healthy"]

ENTRYPOINT ["/bin/healthcheck_exporter"]
