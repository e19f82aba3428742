package instance

import (
	"encoding/binary"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// configMetrics says which configuration is in use, and whether the last reload
// succeeded.
type configMetrics struct {
	successful, at, hash prometheus.Gauge
}

func newConfigMetrics() *configMetrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "healthcheck_config_" + name, Help: help})
	}
	return &configMetrics{
		successful: gauge("last_reload_successful", "Whether the last attempt to load the configuration succeeded (1) or failed (0)."),
		at:         gauge("last_reload_success_timestamp_seconds", "When the configuration was last loaded, in Unix time."),
		hash:       gauge("hash", "Hash of the files of the configuration in use."),
	}
}

func (m *configMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.successful, m.at, m.hash}
}

func (m *configMetrics) failed() { m.successful.Set(0) }

func (m *configMetrics) loaded(cfg *config.Config) {
	m.successful.Set(1)
	m.at.SetToCurrentTime()
	// A float64 holds 48 bits exactly.
	m.hash.Set(float64(binary.BigEndian.Uint64(cfg.Hash[:8]) >> 16))
}
