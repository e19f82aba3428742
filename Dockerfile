# The binary comes from outside (make image builds it first): the image adds
# nothing that would have to be kept up to date.
#
# An empty base has no certificates: checks over TLS that do not name a ca_file
# then trust nobody. Give a base that has some (--build-arg BASE=…, a "distroless
# static" image, say), or mount the host's /etc/ssl/certs read-only.
ARG BASE=scratch
FROM ${BASE}

# The name of the binary in the build's folder, for other platforms.
ARG BINARY=healthcheck_exporter

COPY ${BINARY} /bin/healthcheck_exporter
COPY LICENSE /LICENSE

# nobody: a number, because an empty base has no /etc/passwd.
USER 65534:65534
EXPOSE 10927

# The image has no shell and no curl; the binary asks itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
	CMD ["/bin/healthcheck_exporter", "check", "--url=http://127.0.0.1:10927/healthcheck"]

ENTRYPOINT ["/bin/healthcheck_exporter"]
