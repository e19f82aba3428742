package config

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// enough is the length of a secret that is not found in harmless texts by chance.
const enough = 8

// warn says what is allowed but will hurt.
func (l *loading) warn(root *document.Node) {
	for _, s := range l.short {
		l.warning(s.at, "%s: %s", s.name, s.says)
	}
	if len(l.config.Checks) == 0 {
		l.warning(root.Get("checks").Place(), "there are no checks: every answer will be a success")
	}
	l.misread(root.Get("healthcheck"))
	needed := 0.0
	for _, c := range l.config.Checks {
		needed += c.Timeout.Seconds() / max(c.FailedTTL, time.Second).Seconds()
	}
	if limit := l.config.Collector.Concurrency; needed > float64(limit) {
		l.warning(root.Get("global").Get("concurrency").Place(), "if all %d checks hang, %.0f of them are under way at a time, but concurrency is %d",
			len(l.config.Checks), needed, limit)
	}
}

// misread warns of statuses that haproxy, Kubernetes and curl take for the
// opposite: to all of them 200 to 399 is up.
func (l *loading) misread(n *document.Node) {
	h := l.config.Healthcheck
	for _, s := range []struct {
		key    string
		status int
		up     bool
	}{
		{"success_status", h.Success.Status, true},
		{"failed_status", h.Failed.Status, false},
		{"draining_status", h.DrainingStatus, false},
	} {
		if s.status == 0 || (s.status < 400) == s.up {
			continue
		}
		taken := map[bool]string{true: "down", false: "up"}[s.up]
		at := n.Get(s.key)
		l.warning(at.Place(), "%s: %d, which haproxy and others take for %s", at.Name(), s.status, taken)
	}
}
