package collector_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Whatever a check is called, says and observes: what Prometheus sees is read
// back by its own parser as what was meant, and what the check says is in it
// nowhere.
func FuzzExposition(f *testing.F) {
	f.Add("redis", "ok", "refused", "session", "https://wiki.example.org/redis", "connect_seconds", 0.25)
	f.Add("a.b:c-d_0", "\"quoted\"\n# HELP x", "}\\ 1e9\n\n", "a,b", "x\ny", "le", -1e300)
	f.Add("x", "\xff\x00", "\u202e", "", "", "bytes\n", 0.0)
	f.Fuzz(func(t *testing.T, name, output, fault, tag, runbook, observed string, value float64) {
		const said = "words that are only said "
		check := checks.Check{Name: name, Runbook: runbook, Func: func(ctx context.Context) (string, error) {
			checks.Observe(ctx, observed, value)
			if fault != "" {
				return said + output, errors.New(said + fault)
			}
			return said + output, nil
		}}
		if tag != "" {
			check.Tags = []string{tag}
		}
		c, err := collector.New(collector.Options{}, check)
		if err != nil {
			return // A name or a tag that cannot be one.
		}
		if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
			t.Fatal(err)
		}
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(c)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var text, open strings.Builder
		for _, family := range families {
			if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
				t.Fatal(err)
			}
			if _, err := expfmt.MetricFamilyToOpenMetrics(&open, family); err != nil {
				t.Fatal(err)
			}
		}
		parser := expfmt.NewTextParser(model.LegacyValidation)
		parsed, err := parser.TextToMetricFamilies(strings.NewReader(text.String()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text.String())
		}
		if len(parsed) != len(families) {
			t.Errorf("%d families are read back, want %d", len(parsed), len(families))
		}
		for _, l := range parsed["healthcheck_check_info"].GetMetric()[0].GetLabel() {
			if l.GetName() == "runbook" && strings.ToValidUTF8(runbook, "\ufffd") != l.GetValue() || l.GetName() == "check" && l.GetValue() != name {
				t.Errorf("%s is read back as %q", l.GetName(), l.GetValue())
			}
		}
		if strings.Contains(text.String(), said) || strings.Contains(open.String(), said) {
			t.Errorf("what the check has said is in\n%s", text.String())
		}
	})
}
