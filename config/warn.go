package config

import "time"

// warn says what is allowed but will hurt.
func (l *loading) warn(g global) {
	for _, t := range l.texts {
		if t.secret {
			l.short(t.node.Value, t.at, t.about)
		}
	}
	if len(l.config.Checks) == 0 {
		l.warning(l.places["checks"], "there are no checks: every answer will be that all is well")
	}
	l.misread()
	needed := 0.0
	for _, c := range l.config.Checks {
		needed += c.Timeout.Seconds() / max(c.FailedTTL, time.Second).Seconds()
	}
	if needed > float64(*g.Concurrency) {
		l.warning(l.places["global.concurrency"], "if all %d checks hang, %.0f of them are under way at a time, but concurrency is %d",
			len(l.config.Checks), needed, *g.Concurrency)
	}
}

// misread warns of statuses that haproxy, Kubernetes and curl take for the
// opposite: to all of them 200 to 399 is up.
func (l *loading) misread() {
	h := l.config.Healthcheck
	for _, s := range []struct {
		key    string
		status int
		up     bool
	}{
		{"success_status", h.SuccessStatus, true},
		{"failed_status", h.FailedStatus, false},
		{"draining_status", h.DrainingStatus, false},
	} {
		if s.status == 0 || (s.status < 400) == s.up {
			continue
		}
		taken := map[bool]string{true: "down", false: "up"}[s.up]
		path := "healthcheck." + s.key
		l.warning(l.places[path], "%s: %d, which haproxy and others take for %s", path, s.status, taken)
	}
}
