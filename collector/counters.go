package collector

import (
	"cmp"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Counts are the counters of a check at one moment.
type counts struct {
	passed, failed uint64
	failures       []reasonCount // in the order of first seen
}

type reasonCount struct {
	reason checks.Reason
	n      uint64
}

// Counters are kept per check name, even when the definition changes: a counter
// must not go back.
type counters struct {
	mu        sync.Mutex
	now       counts
	durations prometheus.Histogram // nil if disabled
}

func (c *Collector) newCounters(name string) *counters {
	n := &counters{}
	if c.durations != nil {
		n.durations, _ = c.durations.WithLabelValues(name).(prometheus.Histogram)
	}
	return n
}

func (c *counters) add(o *outcome) {
	if !o.ran {
		return
	}
	if c.durations != nil {
		c.durations.Observe(o.duration.Seconds())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.passed {
		c.now.passed++
		return
	}
	c.now.failed++
	for i := range c.now.failures {
		if c.now.failures[i].reason == o.reason {
			c.now.failures[i].n++
			return
		}
	}
	c.now.failures = append(c.now.failures, reasonCount{o.reason, 1})
}

func (c *counters) get() counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.now
	n.failures = slices.SortedFunc(slices.Values(n.failures), func(a, b reasonCount) int { return cmp.Compare(a.reason, b.reason) })
	return n
}
