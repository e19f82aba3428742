module github.com/healthcheck-exporter/healthcheck_exporter/deploy/grafana

go 1.26

require (
	github.com/grafana/grafana-foundation-sdk/go v0.0.22
	go.yaml.in/yaml/v3 v3.0.6
)
