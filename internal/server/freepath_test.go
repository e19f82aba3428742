package server_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestTheMetricsHaveAPathOfTheirOwn(t *testing.T) {
	for path, free := range map[string]bool{
		"/metrics": true, "/a/b/": true, "/healthchecks": true,
		"metrics": false, "": false, "/": false, "/a/../b": false, "//a": false, "/a b": false, "/a?b": false,
		"/healthcheck": false, "/healthcheck/a": false, "/environment": false, "/-/x": false, "/-": false, "/debug/pprof": false, "/heartbeat/a": false,
	} {
		if got := server.FreePath(path); got != free {
			t.Errorf("FreePath(%q) = %v, want %v", path, got, free)
		}
	}
}
