package logging_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
)

func TestLogLinesAreStampedScrubbedAndOfTheirLevel(t *testing.T) {
	clean := func(s string) string { return strings.ReplaceAll(s, "hunter2", "********") }
	for _, format := range []string{"logfmt", "json"} {
		var b strings.Builder
		l := logging.New(&b, logging.Options{Level: "info", Format: format, Scrub: clean})
		level.Debug(l.Logger).Log("msg", "not shown")
		l.Structured.Debug("not shown")
		level.Warn(l.Logger).Log("msg", "ours", "err", errors.New("password hunter2"))
		l.Structured.Info("theirs", "url", "http://u:hunter2@h")
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 2 {
			t.Fatalf("%s: %d lines, want 2:\n%s", format, len(lines), b.String())
		}
		for i, want := range []string{"logging_test.go", "url"} {
			if line := lines[i]; !strings.Contains(line, map[string]string{"logfmt": "ts=", "json": `"ts":`}[format]) || !strings.Contains(line, "caller") ||
				!strings.Contains(line, want) || strings.Contains(line, "hunter2") || !strings.Contains(line, "********") {
				t.Errorf("%s: %s", format, line)
			}
		}
	}
}
