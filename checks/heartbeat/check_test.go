package heartbeat_test

import (
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
