package server_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestTheMetricsHaveAPathOfTheirOwn(t *testing.T) {
	for path, free := range map[string]bool{
		"/metrics": true, "/a/b/": true, "/healthchecks": true,
		"metrics": false, "": false, "/": false, "/a/../b": false, "//a": false, "/a b": false, "/a?b": false,
		"/healthcheck": false, "/healthcheck/a": false, "/environment": false, "/-/x": false, "/-": false, "/debug/pprof": false, "/heartbeat/a": false, "/checks": false, "/checks/a": false, "/debug": false,
	} {
		if got := server.FreePath(path); got != free {
			t.Errorf("FreePath(%q) = %v, want %v", path, got, free)
		}
	}
}

func TestNoRouteIsFreeForTheMetrics(t *testing.T) {
	e := newExporter(t, "checks: []")
	o := e.options()
	o.Pprof = true
	paths, err := server.WebPaths(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 10 {
		t.Errorf("paths: %v", paths)
	}
	for _, path := range paths {
		if path != o.TelemetryPath && server.FreePath(path) {
			t.Errorf("FreePath(%q) = true, but it is a route", path)
		}
		if below := path + "below"; path != "/" && strings.HasSuffix(path, "/") && server.FreePath(below) {
			t.Errorf("FreePath(%q) = true, but %s is a route", below, path)
		}
	}
}
