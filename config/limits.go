package config

import (
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Limits of the file. A TTL of 0 is off; the library takes any.
const (
	minTTL         = 100 * time.Millisecond
	maxTTL         = 8760 * time.Hour // A year.
	minTimeout     = time.Millisecond
	maxTimeout     = 5 * time.Minute
	maxConcurrency = 10_000
	maxThreshold   = 1000

	// DefaultMaxWait is how long a reader waits for a run when the file does
	// not say: haproxy's own patience with a check is 2 s or more.
	DefaultMaxWait = time.Second
)

// defaults returns the section global with everything filled in.
func (l *loading) defaults() global {
	g := l.file.Global
	fill(&g.Timeout, collector.DefaultTimeout)
	fill(&g.SuccessTTL, collector.DefaultSuccessTTL)
	fill(&g.FailedTTL, collector.DefaultFailedTTL)
	fill(&g.MaxWait, DefaultMaxWait)
	fill(&g.Concurrency, collector.DefaultConcurrency)
	l.timeout("global.timeout", "global.", *g.Timeout)
	l.ttl("global.success_ttl", "global.", *g.SuccessTTL)
	l.ttl("global.failed_ttl", "global.", *g.FailedTTL)
	if *g.MaxWait < 0 || *g.MaxWait > maxTimeout {
		l.fault("global.max_wait", "global.max_wait: %v, want 0s to 5m", *g.MaxWait)
	}
	if *g.Concurrency < 1 || *g.Concurrency > maxConcurrency {
		l.fault("global.concurrency", "global.concurrency: %d, want 1 to %d", *g.Concurrency, maxConcurrency)
	}
	l.config.MaxWait, l.config.Concurrency = *g.MaxWait, *g.Concurrency
	return g
}

// fill sets what was not given.
func fill[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

// given reports whether somebody wrote that setting: what a check has from
// global is not told once more.
func (l *loading) given(path string) bool {
	_, given := l.places[path]
	return given
}

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func (l *loading) timeout(path, about string, d time.Duration) time.Duration {
	if l.given(path) && (d < minTimeout || d > maxTimeout) {
		l.fault(path, "%s%s: %v, want 1ms to 5m", about, lastKey(path), d)
	}
	return d
}

// ttl turns the file's 0, which is off, into the library's negative.
func (l *loading) ttl(path, about string, d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	if l.given(path) && (d < minTTL || d > maxTTL) {
		l.fault(path, "%s%s: %v, want 0s (off) or 100ms to 8760h", about, lastKey(path), d)
	}
	return d
}

func (l *loading) threshold(path, about string, n *int) int {
	if n == nil {
		return 1
	}
	if *n < 1 || *n > maxThreshold {
		l.fault(path, "%s%s: %d, want 1 to %d", about, lastKey(path), *n, maxThreshold)
	}
	return *n
}
