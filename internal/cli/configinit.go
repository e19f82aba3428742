package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/discover"
)

// runConfigInit writes a configuration from what listens and runs on this machine.
// It never writes over a file.
func runConfigInit(f *flags, stdout, stderr io.Writer) int {
	machine, err := discover.Read(os.DirFS("/proc"))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	text := discover.YAML(machine)
	if f.initOutput == "" {
		_, err = io.WriteString(stdout, text)
	} else {
		err = writeNew(f.initOutput, text)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	if f.initOutput != "" {
		fmt.Fprintf(stdout, "%s: %s\ntry: %s --config.file=%[1]s check\n", f.initOutput, count(strings.Count(text, "\n  - "), "check"), programName)
	}
	return exitPassed
}

// writeNew writes a file that does not exist yet. The file holds no secret.
func writeNew(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // The service's user must read it.
	if os.IsExist(err) {
		return fmt.Errorf("--output: %s exists, and config init never writes over a file", path)
	}
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	_, err = file.WriteString(text)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(path) // Half a configuration is worse than none.
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}
