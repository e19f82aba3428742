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
	needed := 0.0
	for _, c := range l.config.Checks {
		needed += c.Timeout.Seconds() / max(c.FailedTTL, time.Second).Seconds()
	}
	if needed > float64(*g.Concurrency) {
		l.warning(l.places["global.concurrency"], "if all %d checks hang, %.0f of them are under way at a time, but concurrency is %d",
			len(l.config.Checks), needed, *g.Concurrency)
	}
}
