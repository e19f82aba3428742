package otel_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/examples/otel"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

func TestOpenTelemetryCollectsTheMetricsOfChecks(t *testing.T) {
	s, err := service.New(service.Options{},
		checks.Check{Name: "redis", Func: checks.Bool(func() (bool, string) { return true, "redis ok" })},
		checks.Check{Name: "db", Func: checks.Bool(func() (bool, string) { return false, "refused" })},
	)
	if err != nil {
		t.Fatal(err)
	}
	s.HealthcheckHandler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))

	reader := otel.NewReader(s)
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	defer provider.Shutdown(t.Context())
	var collected metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			gauge, ok := m.Data.(metricdata.Gauge[float64])
			if !ok || m.Name != "healthcheck_passed" {
				continue
			}
			for _, point := range gauge.DataPoints {
				check, _ := point.Attributes.Value("check")
				got[check.AsString()] = point.Value
			}
		}
	}
	if len(got) != 2 || got["redis"] != 1 || got["db"] != 0 {
		t.Errorf("healthcheck_passed is %v, want redis 1 and db 0", got)
	}
}
