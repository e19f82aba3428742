package heartbeat

import "github.com/healthcheck-exporter/healthcheck_exporter/checks"

// Limits implements [checks.Limited].
func (c Check) Limits() []checks.Limit {
	return []checks.Limit{{Name: "last_success_timestamp_seconds", Fail: (c.MaxAge + c.Grace).String() + " later"}}
}
