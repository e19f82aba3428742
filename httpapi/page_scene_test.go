package httpapi_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A scene is a fake that also knows what a collector knows: the last runs, the
// changes of state and the definitions.
type scene struct {
	fake
	runs        map[string][]collector.Run
	transitions map[string][]collector.Transition
	definitions map[string]checks.Check
	last, first map[string]*checks.Evidence
}

func (s *scene) Runs(name string) []collector.Run               { return s.runs[name] }
func (s *scene) Transitions(name string) []collector.Transition { return s.transitions[name] }
func (s *scene) Definition(name string) (checks.Check, bool) {
	def, known := s.definitions[name]
	return def, known
}

func (s *scene) Evidence(name string) (last, first *checks.Evidence) {
	return s.last[name], s.first[name]
}

// sceneTime is the moment of every scene.
func sceneTime() time.Time { return time.Date(2026, 11, 22, 3, 12, 44, 0, time.UTC) }

// nineChecks is a web shop at three in the morning: its database refuses
// connections, so two checks wait, and a disk fills up.
func nineChecks() *scene {
	now := sceneTime()
	s := &scene{runs: map[string][]collector.Run{}, transitions: map[string][]collector.Transition{}, definitions: map[string]checks.Check{}}
	add := func(name, kind, output string, change func(r *collector.Result, def *checks.Check)) {
		r := passed(name)
		r.Type, r.Output, r.Severity = kind, output, checks.SeverityCritical
		r.Time, r.Expires, r.Since, r.LastSuccess = now.Add(-4*time.Second), now.Add(18*time.Second), now.Add(-51*time.Hour), now.Add(-4*time.Second)
		def := checks.Check{Name: name, Type: kind, Timeout: 5 * time.Second}
		change(r, &def)
		s.report.Results, s.definitions[name] = append(s.report.Results, r), def
		for i := range 90 {
			run := collector.Run{Time: now.Add(time.Duration(i-90) * 20 * time.Second), Duration: time.Duration(800+(i*7919)%900) * time.Microsecond}
			if r.State == collector.StateFailed && (i > 74 || i == 31 || i == 32) {
				run.Duration, run.Reason = time.Duration(180+i)*time.Microsecond, checks.ReasonRefused
			}
			if i == 12 {
				run.Duration, run.Reason = 5*time.Second, checks.ReasonTimeout
			}
			s.runs[name] = append(s.runs[name], run)
		}
	}
	plain := func(*collector.Result, *checks.Check) {}
	fails := func(r *collector.Result) {
		r.Passed, r.State, r.Reason = false, collector.StateFailed, checks.ReasonRefused
		r.Since, r.LastSuccess, r.Duration = now.Add(-5*time.Minute), now.Add(-5*time.Minute-20*time.Second), 212*time.Microsecond
		r.Expires = now.Add(5 * time.Second)
	}
	waits := func(r *collector.Result, def *checks.Check) {
		fails(r)
		r.State, r.Reason, r.Cause, r.Duration = collector.StateSkipped, checks.ReasonSkipped, []string{"postgres"}, 0
		def.DependsOn = []string{"postgres"}
	}
	add("postgres", "postgres", "connecting to 10.0.4.17:5432: connection refused", func(r *collector.Result, def *checks.Check) {
		fails(r)
		def.ByHand = []string{"psql", "-h", "10.0.4.17", "-p", "5432", "-U", "shop", "-d", "shop", "-c", "SELECT 1"}
		r.Description, r.Runbook, r.Tags, r.Labels = "orders and customers", "https://wiki.example.org/runbooks/postgres", []string{"ready"}, map[string]string{"team": "shop"}
		def.DependsOn = []string{"disk"}
	})
	add("orders", "http", "skipped: postgres fails", waits)
	add("search", "http", "status 503, want 200 to 299: {\"error\": \"index is being rebuilt\"}", func(r *collector.Result, _ *checks.Check) {
		fails(r)
		r.Reason, r.Optional, r.Severity, r.Since, r.Duration = checks.ReasonStatus, true, checks.SeverityWarning, now.Add(-40*time.Minute), 48*time.Millisecond
		r.Tags, r.Labels = []string{"shop"}, map[string]string{"team": "search"}
	})
	add("redis", "redis", "redis 7.2.5 replies PONG", plain)
	add("checkout", "http", "skipped: postgres fails", waits)
	add("disk", "disk", "86.2% of 252GiB used, 34GiB free, 3.1% of inodes used", func(r *collector.Result, def *checks.Check) {
		r.Warning, r.Severity = "86.2% of 252GiB used, warns at 85%", checks.SeverityWarning
		r.Values = []collector.Value{{Name: "used_ratio", Value: 0.862}, {Name: "free_bytes", Value: 34 << 30}, {Name: "inodes_used_ratio", Value: 0.031}}
		def.Limits = []checks.Limit{{Name: "used_ratio", Warn: "from 85%", Fail: "from 95%"}, {Name: "inodes_used_ratio", Warn: "from 85%", Fail: "from 95%"}}
		def.ByHand = []string{"df", "-h", "/"}
		r.Description = "where the database and the logs are"
	})
	add("memory", "memory", "41.3% of 23.5GiB used", plain)
	add("mail", "smtp", "no reply within 5s", func(r *collector.Result, _ *checks.Check) {
		r.Passed, r.Opposite, r.Threshold, r.Reason, r.Duration = false, 3, 20, checks.ReasonTimeout, 5*time.Second
	})
	add("certificate", "tls", "valid for 63 more days", plain)
	s.report.Status, s.report.Time, s.report.Version = collector.StatusFailed, now, 1
	down := s.report.Results[0]
	s.transitions["postgres"] = []collector.Transition{
		{Time: now.Add(-51 * time.Hour), State: collector.StatePassed, Output: "PostgreSQL 16.4 replies"},
		{Time: now.Add(-26 * time.Hour), State: collector.StateFailed, Reason: checks.ReasonTimeout, Output: "connecting to 10.0.4.17:5432: no reply within 5s"},
		{Time: now.Add(-26*time.Hour + 90*time.Second), State: collector.StatePassed, Output: "PostgreSQL 16.4 replies"},
		{Time: down.Since, State: collector.StateFailed, Reason: down.Reason, Output: down.Output},
	}
	evidence := func(at time.Time) map[string]*checks.Evidence {
		return map[string]*checks.Evidence{"postgres": {
			Time: at, Duration: 212 * time.Microsecond, Reason: checks.ReasonRefused, Output: down.Output,
			Phases:   []checks.Phase{{Name: "resolving", Peer: "db.example.org", Duration: 80 * time.Microsecond}, {Name: "connecting", Peer: "10.0.4.17:5432", Duration: 130 * time.Microsecond}},
			Attempts: []checks.Attempt{{Address: "10.0.4.17:5432", Error: "connection refused"}},
		}}
	}
	s.last, s.first = evidence(down.Time), evidence(down.Since)
	return s
}

// thousandChecks is a scene with a thousand checks, ten of which fail.
func thousandChecks() *scene {
	s := nineChecks()
	for i := range 991 {
		r := passed(fmt.Sprintf("shop-service-%04d", i))
		r.Output, r.Tags, r.Time, r.Expires = "status 200, 48 bytes in 12 ms", []string{"shop"}, s.report.Time.Add(-4*time.Second), s.report.Time.Add(18*time.Second)
		if i%120 == 0 {
			r = failed(r.Check, "connecting to 192.0.2.17:8080: connection refused")
			r.Reason, r.Since, r.Time, r.Expires = checks.ReasonRefused, s.report.Time.Add(-time.Minute), s.report.Time.Add(-4*time.Second), s.report.Time.Add(5*time.Second)
			r.LastSuccess = r.Since.Add(-9 * time.Second)
		}
		s.report.Results = append(s.report.Results, r)
	}
	return s
}

// sceneOptions are those of an exporter whose operator looks at the page.
func sceneOptions() httpapi.PageOptions {
	now := sceneTime()
	return httpapi.PageOptions{
		Links:   []httpapi.Link{{Path: "healthcheck", Text: "the report in JSON"}, {Path: "metrics", Text: "metrics, for Prometheus"}, {Path: "environment", Text: "what this host and process are"}},
		Footer:  []string{"healthcheck_exporter 1.0.0", "revision 9c5dbc9"},
		Started: now.Add(-6 * time.Minute),
		Trusted: func(*http.Request) bool { return true },
		Events: func() []httpapi.Event {
			return []httpapi.Event{
				{Time: now.Add(-6 * time.Minute), Text: "the exporter 1.0.0 was started"},
				{Time: now.Add(-5*time.Minute - 40*time.Second), Text: "the configuration was reloaded", Keys: []string{"checks.postgres.dsn", "checks.mail.failure_threshold"}},
			}
		},
		Pollers: func() []httpapi.Poller {
			return []httpapi.Poller{
				{Agent: "HAProxy", From: "private", Handler: "healthcheck", Asked: now.Add(-time.Second), Code: 500},
				{Agent: "Prometheus/3.5.0", From: "private", Handler: "metrics", Asked: now.Add(-9 * time.Second), Code: 200},
				{Agent: "curl/8.14.1", From: "loopback", Handler: "healthcheck", Asked: now.Add(-3 * time.Minute), Code: 500},
			}
		},
		Settings: func(check string) string {
			return "name: " + check + "\npostgres:\n  dsn: \"postgres://shop:********@10.0.4.17/shop\"\ndepends_on: [disk]\n"
		},
		RunNow: func(*http.Request) string { return "/-/run/" },
	}
}
