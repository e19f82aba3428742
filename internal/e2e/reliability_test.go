//go:build linux

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// record logs figures and, in the long form, writes them to
// docs/reliability.md, between the marks of that name.
func record(t testing.TB, name string, lines ...string) {
	t.Helper()
	text := strings.Join(lines, "\n")
	t.Logf("%s:\n%s", name, text)
	if !long() || t.Failed() {
		return
	}
	path := filepath.Join(root, "docs", "reliability.md")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	// Two tests may end at the same time.
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	place := regexp.MustCompile(`(?s)(<!-- figures: ` + regexp.QuoteMeta(name) + ` -->\n).*?(<!-- end -->)`)
	if !place.Match(before) {
		t.Fatalf("%s has no place for the figures of %s", path, name)
	}
	figures := fmt.Sprintf("%s\n\nMeasured on %s, %d processors, %s.\n", text, time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version())
	after := place.ReplaceAllFunc(before, func(old []byte) []byte {
		parts := place.FindSubmatch(old)
		return slices.Concat(parts[1], []byte(figures), parts[2])
	})
	if err := os.WriteFile(path, after, 0o644); err != nil {
		t.Fatal(err)
	}
}

// gauges is one scrape, by the names of the families.
type gauges map[string]*dto.MetricFamily

// metricsOf reads /metrics.
func metricsOf(t testing.TB, e *exporter) gauges {
	t.Helper()
	return exposed(t, e)
}

// sum adds up a family's values whose labels have all the given ones, which are
// pairs of name and value.
func (g gauges) sum(name string, labels ...string) (sum float64) {
	for _, m := range g[name].GetMetric() {
		if has(m, labels) {
			sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue()
		}
	}
	return sum
}

func has(m *dto.Metric, labels []string) bool {
	for pair := range slices.Chunk(labels, 2) {
		if !slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool {
			return l.GetName() == pair[0] && l.GetValue() == pair[1]
		}) {
			return false
		}
	}
	return true
}

// quantile returns the value below which that share of the values is. It sorts
// them.
func quantile[T int | float64 | time.Duration](values []T, share float64) T {
	if len(values) == 0 {
		var zero T
		return zero
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(share*float64(len(values))))]
}

func mib(bytes float64) string { return fmt.Sprintf("%.1f MiB", bytes/(1<<20)) }
