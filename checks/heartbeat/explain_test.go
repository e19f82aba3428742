package heartbeat_test

import (
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestLimitIsWhenTheNextReportIsDue(t *testing.T) {
	faulttest.Explains(t, heartbeat.Check{MaxAge: 24 * time.Hour, Grace: time.Hour}, "", "[{last_success_timestamp_seconds  25h0m0s later {0 0 0 0}}]")
}

func TestOnlyGracesAndDurationsThatAreGivenAreNamed(t *testing.T) {
	start := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	for want, c := range map[string]struct {
		grace, took time.Duration
	}{
		"last success at 2026-11-26T03:00:00Z, want one at least every 1h":                              {},
		"last success at 2026-11-26T03:00:00Z, took 0s, want one at least every 1h with a grace of 0s":  {1, 1},
		"last success at 2026-11-26T03:00:00Z, took 5ms, want one at least every 1h with a grace of 1m": {time.Minute, 5 * time.Millisecond},
	} {
		b := checks.Beats{Since: start}.Add(checks.Beat{Time: start, Duration: c.took})
		if _, _, err := (heartbeat.Check{MaxAge: time.Hour, Grace: c.grace}).Judge(t.Context(), b, start.Add(3*time.Hour)); err == nil || err.Error() != want {
			t.Errorf("Judge with a grace of %v after %v = %v, want %s", c.grace, c.took, err, want)
		}
	}
}

func TestPlaceholderSaysWhoJudges(t *testing.T) {
	faulttest.Fails(t, heartbeat.Check{MaxAge: time.Hour}, checks.ReasonInternal, "local: a heartbeat is judged by a collector")
}
