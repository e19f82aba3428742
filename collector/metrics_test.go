package collector_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// exposition returns the lines of c's metrics without their comments.
func exposition(t *testing.T, c *collector.Collector) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return slices.DeleteFunc(strings.Split(b.String(), "\n"), func(line string) bool {
		return line == "" || strings.HasPrefix(line, "#")
	})
}

// wantMetrics checks that each line is there. A line that begins with "! " is a
// prefix that no line may have.
func wantMetrics(t *testing.T, c *collector.Collector, want string) {
	t.Helper()
	lines := exposition(t, c)
	for line := range strings.Lines(want) {
		line = strings.TrimSpace(line)
		if absent, not := strings.CutPrefix(line, "! "); not {
			if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, absent) }) {
				t.Errorf("metrics have %s…, want none", absent)
			}
			continue
		}
		if line != "" && !slices.Contains(lines, line) {
			name, _, _ := strings.Cut(line, "{")
			near := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, name) })
			t.Errorf("metrics lack %s\nhave %s", line, fmt.Sprint(near))
		}
	}
}
