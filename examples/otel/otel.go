package otel

import (
	"go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

// NewReader returns a reader that collects the metrics of s beside those of
// OpenTelemetry's own instruments. Options are those of metric.NewManualReader;
// for a push exporter make a metric.NewPeriodicReader with the same producer.
func NewReader(s *service.Service, options ...metric.ManualReaderOption) metric.Reader {
	bridge := prometheus.NewMetricProducer(prometheus.WithGatherer(s.Registry()))
	return metric.NewManualReader(append(options, metric.WithProducer(bridge))...)
}
