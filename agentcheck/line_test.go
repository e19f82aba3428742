package agentcheck_test

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func result(name string, state collector.State, output string) *collector.Result {
	return &collector.Result{Check: name, State: state, Passed: state == collector.StatePassed, Output: output}
}

func optional(r *collector.Result) *collector.Result {
	r.Optional = true
	return r
}

func muted(r *collector.Result) *collector.Result {
	r.Muted = &collector.Mute{Reason: "maintenance"}
	return r
}

func TestALineForEveryStatus(t *testing.T) {
	down := result("redis", collector.StateFailed, "connection refused")
	up := result("db", collector.StatePassed, "ok")
	search := optional(result("search", collector.StateFailed, "no answer"))
	for _, c := range []struct {
		name   string
		report collector.Report
		weight int
		want   string
	}{
		{"passed", collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{up}}, 0, "up 100%\n"},
		{"no checks", collector.Report{Status: collector.StatusPassed}, 50, "up 100%\n"},
		{"degraded", collector.Report{Status: collector.StatusDegraded, Results: []*collector.Result{search}}, 0, "up 100%\n"},
		{"degraded with a weight", collector.Report{Status: collector.StatusDegraded, Results: []*collector.Result{search}}, 50, "up 50%\n"},
		{"drained", collector.Report{Status: collector.StatusFailed, Draining: "deploy", Results: []*collector.Result{up}}, 50, "up 0% #draining: deploy\n"},
		{"drained and failed", collector.Report{Status: collector.StatusFailed, Draining: "deploy", Results: []*collector.Result{down}}, 50, "up 0% #draining: deploy\n"},
		{"failed", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{up, search, down}}, 50, "down #redis: connection refused\n"},
		{"skipped", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("api", collector.StateSkipped, "skipped: redis fails")}}, 0, "down #api: skipped: redis fails\n"},
		{"skipped before its cause", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("api", collector.StateSkipped, "skipped: redis fails"), down}}, 0, "down #redis: connection refused\n"},
		{"unknown", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("api", collector.StateUnknown, "not checked yet")}}, 0, "\n"},
		{"unknown beside a failure", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("api", collector.StateUnknown, "not checked yet"), down}}, 0, "down #redis: connection refused\n"},
		{"muted", collector.Report{Status: collector.StatusDegraded, Results: []*collector.Result{up, muted(result("redis", collector.StateFailed, "connection refused"))}}, 0, "up 100%\n"},
		{"an optional one unknown", collector.Report{Status: collector.StatusDegraded, Results: []*collector.Result{up, optional(result("api", collector.StateUnknown, "not checked yet"))}}, 0, "up 100%\n"},
		{"unknown and drained", collector.Report{Status: collector.StatusFailed, Draining: "100% #ready", Results: []*collector.Result{result("api", collector.StateUnknown, "not checked yet")}}, 0, "up 0% #draining: 100_ _r_eady\n"},
		{"failed, its output hidden", collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("redis", collector.StateFailed, "")}}, 0, "down #redis\n"},
		{"failed without saying why", collector.Report{Status: collector.StatusFailed}, 0, "down #failed\n"},
	} {
		if got := lineOf(t, c.report, c.weight); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAReasonCannotBeTakenForACommand(t *testing.T) {
	for output, want := range map[string]string{
		"95 % used, want < 90%":                             "95 _ used, want < 90_",
		"line one\r\nready\nup 100%\n":                      "line one r_eady up 100_",
		"not ready, DRAIN or (maint)":                       "not r_eady, D_RAIN or (m_aint)",
		"ready,ready/drain":                                 "r_eady,r_eady/d_rain",
		"readyZ readyA readya readyz Zready zready":         "readyZ readyA readya readyz Zready zready",
		"already drained for maintenance":                   "already drained for maintenance",
		"# comment #2":                                      "_ comment _2",
		"a\x00b\tc\x1b[31m\x7f!":                            "a b c [31m !",
		"größer als 😀":                                      "gr??er als ?",
		"\xff\xfe":                                          "??",
		"  spaces   everywhere ":                            "spaces everywhere",
		strings.Repeat("long ", 100) + "ready":              strings.Repeat("long ", 21) + "long...",
		strings.Repeat("1234567 ", 13) + "readyness of all": strings.Repeat("1234567 ", 13) + "r_eady...",
	} {
		rep := collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("redis", collector.StateFailed, output)}}
		if got := lineOf(t, rep, 0); got != "down #redis: "+want+"\n" {
			t.Errorf("%q: %q, want %q", output, got, want)
		}
	}
	rep := collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{result("ready", collector.StateFailed, "no")}}
	if got := lineOf(t, rep, 0); got != "down #r_eady: no\n" {
		t.Errorf("a check named ready: %q", got)
	}
}

// allowed is all that haproxy may ever read.
var allowed = regexp.MustCompile(`^(up \d{1,3}%( #draining:[ -"$&-~]{0,111})?|down #[ -"$&-~]{1,120}|)\n$`)

var administrative = regexp.MustCompile(`(?i)(^|[^a-z])(ready|drain|maint)([^a-z]|$)`)

func FuzzLine(f *testing.F) {
	f.Add("redis", "connection refused")
	f.Add("ready", "ready\r\ndrain,maint#100%\x00\xff")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, name, output string) {
		for _, draining := range []string{"", output} {
			rep := collector.Report{
				Status: collector.StatusFailed, Draining: draining,
				Results: []*collector.Result{result(name, collector.StateFailed, output)},
			}
			if got := lineOf(t, rep, 0); !allowed.MatchString(got) || administrative.MatchString(got) {
				t.Errorf("%q, %q: %q", name, output, got)
			}
		}
	})
}

// lineOf returns what a server sends for a report.
func lineOf(t *testing.T, rep collector.Report, weight int) string {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	stop := start(t, agentcheck.Server{Reporter: &fake{report: rep}, DegradedWeight: weight}, l)
	defer stop()
	ours, theirs := net.Pipe()
	l.conns <- theirs
	return readAll(t, ours)
}
