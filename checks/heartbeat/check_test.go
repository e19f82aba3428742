package heartbeat_test

import (
	"maps"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		settings heartbeat.Check
		want     string
	}{
		{heartbeat.Check{MaxAge: time.Hour}, ""},
		{heartbeat.Check{}, "max_age: missing, want a duration such as 24h"},
		{heartbeat.Check{MaxAge: time.Millisecond}, "max_age: 1ms, want 1s to 8784h"},
		{heartbeat.Check{MaxAge: time.Hour, Grace: -time.Second}, "grace: -1s, want 0s to 8784h"},
		{heartbeat.Check{MaxAge: time.Hour, Token: "short"}, "token: too short, want at least 8 characters"},
		{heartbeat.Check{MaxAge: time.Hour, Token: "long enough", TokenFile: "/f"}, "token: given beside token_file, want one of them"},
	} {
		_, err := c.settings.Build()
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("Build(%+v) = %v, want %q", c.settings, err, c.want)
		}
	}
}

func TestWhoMayBeat(t *testing.T) {
	with := heartbeat.Check{MaxAge: time.Hour, Token: "correct horse"}
	for _, c := range []struct {
		settings    heartbeat.Check
		token, want string
	}{
		{with, "correct horse", ""},
		{with, "correct hors", "wrong or missing token"},
		{with, "", "wrong or missing token"},
		{heartbeat.Check{MaxAge: time.Hour}, "", "this check has no token, so it takes heartbeats over a Unix socket only"},
		{heartbeat.Check{MaxAge: time.Hour, TokenFile: "/nonexistent"}, "x", "the token of this check can't be read"},
	} {
		err := c.settings.Admit(t.Context(), c.token)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("Admit(%q) = %v, want %q", c.token, err, c.want)
		}
	}
}

func TestAJobThatRunsTooLongIsNamed(t *testing.T) {
	start := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	b := checks.Beats{Since: start}.Add(checks.Beat{Time: start}).Add(checks.Beat{Event: checks.BeatStart, Time: start.Add(time.Hour)})
	_, _, err := heartbeat.Check{MaxAge: 2 * time.Hour, Grace: 30 * time.Minute}.Judge(t.Context(), b, start.Add(3*time.Hour))
	const want = "last success at 2026-11-26T03:00:00Z, running since 2026-11-26T04:00:00Z, want one at least every 2h with a grace of 30m"
	if err == nil || err.Error() != want || checks.ReasonOf(err) != checks.ReasonTimeout {
		t.Errorf("Judge() = %v (%s), want %s", err, checks.ReasonOf(err), want)
	}
}

func TestLimitsOfTheSettings(t *testing.T) {
	for _, c := range []struct {
		settings heartbeat.Check
		valid    bool
	}{
		{heartbeat.Check{MaxAge: time.Second}, true},
		{heartbeat.Check{MaxAge: 366 * 24 * time.Hour, Grace: 366 * 24 * time.Hour}, true},
		{heartbeat.Check{MaxAge: 366*24*time.Hour + 1}, false},
		{heartbeat.Check{MaxAge: time.Hour, Grace: 366*24*time.Hour + 1}, false},
		{heartbeat.Check{MaxAge: time.Hour, Token: "12345678"}, true},
		{heartbeat.Check{MaxAge: time.Hour, Token: "1234567"}, false},
	} {
		if _, err := c.settings.Build(); (err == nil) != c.valid {
			t.Errorf("Build(%+v) = %v, want valid %v", c.settings, err, c.valid)
		}
	}
}

// Each judgement says what was reported, how long that holds, and what was
// measured.
func TestBeatsAreJudged(t *testing.T) {
	start := time.Date(2026, 11, 26, 3, 0, 0, 500_000_000, time.UTC)
	daily := heartbeat.Check{MaxAge: 24 * time.Hour, Grace: time.Hour}
	since := checks.Beats{Since: start}
	done := since.Add(checks.Beat{Time: start, Duration: 90 * time.Second})
	const from = "2026-11-26T03:00:00Z"
	for _, c := range []struct {
		name   string
		beats  checks.Beats
		after  time.Duration
		output string
		holds  time.Duration
		reason checks.Reason
		seen   map[string]float64
	}{
		{"nothing yet", since, time.Hour, "no success reported since " + from, 24 * time.Hour, "", nil},
		{"nothing for too long", since, 25 * time.Hour, "no success reported since " + from + ", want one at least every 24h with a grace of 1h", 0, checks.ReasonTimeout, nil},
		{"a success", done, time.Hour, "last success at " + from + ", took 1m30s", 24 * time.Hour, "",
			map[string]float64{"last_success_timestamp_seconds": 1795662000.5, "job_duration_seconds": 90}},
		{"the last moment", done, 25*time.Hour - 1, "last success at " + from + ", took 1m30s", 1, "",
			map[string]float64{"last_success_timestamp_seconds": 1795662000.5, "job_duration_seconds": 90}},
		{"an old success", done, 25 * time.Hour, "last success at " + from + ", took 1m30s, want one at least every 24h with a grace of 1h", 0, checks.ReasonTimeout,
			map[string]float64{"last_success_timestamp_seconds": 1795662000.5, "job_duration_seconds": 90}},
		{"a failure after a success", done.Add(checks.Beat{Time: start.Add(time.Hour), Event: checks.BeatFail}), 2 * time.Hour,
			"the job reported a failure at 2026-11-26T04:00:00Z", 0, checks.ReasonError, map[string]float64{"last_success_timestamp_seconds": 1795662000.5}},
		{"an exit code", since.Add(checks.Beat{Time: start, ExitCode: 3}), time.Hour,
			"the job ended with exit code 3 at " + from, 0, checks.ReasonExitCode, nil},
	} {
		seen := map[string]float64{}
		ctx := checks.WithObserver(t.Context(), func(name string, v float64) { seen[name] = v })
		output, holds, err := daily.Judge(ctx, c.beats, start.Add(c.after))
		if err != nil {
			output = err.Error()
		}
		if output != c.output || holds != c.holds || err != nil && checks.ReasonOf(err) != c.reason || (err == nil) != (c.reason == "") {
			t.Errorf("%s: %q, %v, %v (%s), want %q, %v, %s", c.name, output, holds, err, checks.ReasonOf(err), c.output, c.holds, c.reason)
		}
		if !maps.Equal(seen, c.seen) {
			t.Errorf("%s: observed %v, want %v", c.name, seen, c.seen)
		}
	}
}
