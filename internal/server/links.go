package server

import "github.com/healthcheck-exporter/healthcheck_exporter/httpapi"

// links are what the page offers at its end.
func (d *daemon) links() []httpapi.Link {
	links := []httpapi.Link{
		{Path: "/healthcheck", Text: "the report in JSON, for haproxy"},
		{Path: "/healthcheck?format=text", Text: "the report as text"},
		{Path: d.TelemetryPath, Text: "metrics, for Prometheus"},
		{Path: "/environment", Text: "what this host and process are"},
		{Path: "/-/healthy", Text: "whether the exporter itself is alive"},
		{Path: "/-/ready", Text: "whether every check has a first result"},
	}
	if d.Pprof {
		links = append(links, httpapi.Link{Path: "/debug/pprof/", Text: "profiles of the exporter"})
	}
	return links
}
