package config

import (
	"cmp"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// Limits of the file. A TTL of 0 is off; the library takes any.
const (
	minTTL         = 100 * time.Millisecond
	maxTTL         = 8760 * time.Hour // A year.
	maxTimeout     = 5 * time.Minute
	maxConcurrency = 10_000
	maxThreshold   = 1000

	// defaultMaxWait is how long a reader waits for a run if the file does not
	// say: haproxy's own timeout of a check is 2 s or more.
	defaultMaxWait = time.Second
)

// global fills in the defaults of section global, which checks inherit.
func (l *loading) global(g global, n *document.Node) {
	durations(n, g.Timeout, g.SuccessTTL, g.FailedTTL)
	within(n.Get("max_wait"), g.MaxWait, 0, maxTimeout, "0s to 5m")
	within(n.Get("startup_wait"), g.StartupWait, 0, maxTimeout, "0s to 5m")
	within(n.Get("concurrency"), g.Concurrency, 1, maxConcurrency, "1 to 10000")
	l.config.Collector = collector.Options{
		Timeout:     duration(g.Timeout, collector.DefaultTimeout),
		SuccessTTL:  duration(g.SuccessTTL, collector.DefaultSuccessTTL),
		FailedTTL:   duration(g.FailedTTL, collector.DefaultFailedTTL),
		MaxWait:     duration(g.MaxWait, defaultMaxWait),
		StartupWait: duration(g.StartupWait, 0),
		Concurrency: collector.DefaultConcurrency,
	}
	if g.Concurrency != nil {
		l.config.Collector.Concurrency = *g.Concurrency
	}
}

// durations reports those of a check or of global that are out of range.
func durations(n *document.Node, timeout, success, failed *time.Duration) {
	within(n.Get("timeout"), timeout, time.Millisecond, maxTimeout, "1ms to 5m")
	ttl(n.Get("success_ttl"), success)
	ttl(n.Get("failed_ttl"), failed)
}

func ttl(n *document.Node, d *time.Duration) {
	if d != nil && *d != 0 {
		within(n, d, minTTL, maxTTL, "0s (off) or 100ms to 8760h")
	}
}

// within reports a value that is given and out of range, and whether there is none.
func within[T cmp.Ordered](n *document.Node, v *T, least, most T, want string) bool {
	if v == nil || *v >= least && *v <= most {
		return true
	}
	n.Fault("%v, want %s", shown(*v), want)
	return false
}

// shown is a value as the file writes it: 1h, not 1h0m0s.
func shown(v any) any {
	d, is := v.(time.Duration)
	if !is {
		return v
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// duration returns what the library takes: off is 0s in the file and negative in
// the library.
func duration(given *time.Duration, otherwise time.Duration) time.Duration {
	switch {
	case given == nil:
		return otherwise
	case *given == 0:
		return -1
	}
	return *given
}
