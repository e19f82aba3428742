module github.com/healthcheck-exporter/healthcheck_exporter

go 1.26.0
