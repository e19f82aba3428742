//go:build unix

package e2e_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// startEmbedded runs the service of examples/embedded, which has a check of its
// own of the redis at that address.
func startEmbedded(t testing.TB, redis string) *testservers.Server {
	t.Helper()
	program := filepath.Join(t.TempDir(), "embedded")
	if err := build(filepath.Join(root, "examples/embedded"), ".", program); err != nil {
		t.Fatal(err)
	}
	return testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  program,
			Args:  []string{addr, redis},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/") },
		}
	})
}
