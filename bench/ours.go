package main

import (
	"context"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// newCollector makes a collector of n checks that pass, with their first
// results.
func newCollector(n int, o collector.Options) (*collector.Collector, error) {
	return newCollectorOf(n, o, func(i int) checks.Func {
		output := checkName(i) + " ok"
		return func(context.Context) (string, error) { return output, nil }
	})
}

func newCollectorOf(n int, o collector.Options, function func(i int) checks.Func) (*collector.Collector, error) {
	cs := make([]checks.Check, n)
	for i := range cs {
		cs[i] = checks.Check{Name: checkName(i), Func: function(i)}
	}
	c, err := collector.New(o, cs...)
	if err != nil {
		return nil, err
	}
	report, err := c.Report(context.Background(), collector.Filter{})
	if err == nil && report.Status != collector.StatusPassed {
		err = fmt.Errorf("%d checks: status %s, want passed", n, report.Status)
	}
	return c, err
}

// kept is long enough for every measurement: nothing expires.
const kept = time.Hour
