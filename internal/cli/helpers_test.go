package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

// runCommand runs a command line to its end.
func runCommand(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = cli.Run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// A file is a configuration that a test changes.
type file struct {
	t    *testing.T
	path string
}

func newFile(t *testing.T, text string) file {
	t.Helper()
	f := file{t, filepath.Join(t.TempDir(), "healthcheck.yml")}
	f.write(text)
	return f
}

func (f file) write(text string) {
	f.t.Helper()
	if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}
