package collector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// The defaults of Options.
const (
	DefaultSuccessTTL  = 27 * time.Second
	DefaultFailedTTL   = 9 * time.Second
	DefaultTimeout     = 5 * time.Second
	DefaultCollectWait = 500 * time.Millisecond
	DefaultConcurrency = 64
)

// A Histogram says how the durations of runs are counted.
type Histogram string

// The kinds of healthcheck_run_duration_seconds.
const (
	HistogramOff     Histogram = ""        // no such metric
	HistogramClassic Histogram = "classic" // fixed buckets, 1 ms to 60 s
	HistogramNative  Histogram = "native"  // a native (sparse) histogram without fixed buckets
)

// Options are the settings of a Collector. The zero value is useful.
type Options struct {
	// SuccessTTL and FailedTTL are how long a pass and a failure are kept
	// unless the check sets its own. Zero means 27s and 9s, negative means not
	// at all.
	SuccessTTL, FailedTTL time.Duration
	// Timeout bounds one run unless the check sets its own. Zero means 5s.
	Timeout time.Duration
	// CollectWait bounds how long a scrape waits for runs of expired checks.
	// Zero means 500ms, negative means not at all.
	CollectWait time.Duration
	// MaxWait bounds how long Report waits for runs. Zero means as long as the
	// run may take, negative means not at all.
	MaxWait time.Duration
	// StartupWait bounds how long Report waits, counted from New, for the first
	// results of checks that are not optional, if that is longer than MaxWait.
	// Zero means the longest chain of timeouts among them, at most 5s; negative
	// means not at all.
	StartupWait time.Duration
	// Concurrency is the maximum number of simultaneous runs. Zero means 64.
	Concurrency int
	// OnChange is called after a check's State has changed. For each name the
	// calls come in order and one at a time, also across Replace, from a
	// separate goroutine and with no lock held. OnChange is not called for a
	// first result that passed, nor for the results of an aborted Change. If
	// changes come faster than OnChange returns, those in between are merged. A
	// panic is logged. Nil means no calls.
	OnChange func(old, new Result)
	// OnStatus is called after the overall status has changed, also by a drain:
	// in order, one call at a time, with no lock held. In the first call old is
	// empty, because the status is not known before each check has a result,
	// unless a check that is not optional has failed. Expired results still
	// count. A panic is logged. Nil means no calls.
	OnStatus func(old, new Status)
	// Wrap returns the function to call in place of a check's own, for example
	// one that adds tracing or retries. It is called once for each definition;
	// a panic or a nil function is an error of that definition. Nil means no
	// wrapping.
	Wrap func(checks.Check) checks.Func
	// Restore is what [Collector.State] returned before a restart. A restored
	// result is used if the fingerprint of its check is unchanged, until its
	// TTL ends and, while the first run is under way, one timeout longer. Nil
	// restores nothing.
	Restore *Saved
	// Scrubber removes secrets from outputs, warnings, reasons and logged
	// errors. Nil: New makes one, which [Collector.Scrubber] returns.
	Scrubber *scrub.Scrubber
	// BaseContext is the parent of every run's context and provides its values.
	// When it ends, no run starts, runs under way are cancelled, and nothing
	// more is published. A process that shuts down ends it after its servers
	// are closed, so that no client sees a check fail because it was cancelled.
	// Nil means context.Background.
	BaseContext context.Context
	// Histogram adds healthcheck_run_duration_seconds. Empty: off.
	Histogram Histogram
	// Logger gets changes of state (warn, info) and runs (debug). Nil: no log.
	Logger log.Logger
}

// withDefaults fills in the defaults, or returns an error.
func (o Options) withDefaults() (Options, error) {
	o.SuccessTTL = either(o.SuccessTTL, DefaultSuccessTTL)
	o.FailedTTL = either(o.FailedTTL, DefaultFailedTTL)
	o.Timeout = either(o.Timeout, DefaultTimeout)
	o.CollectWait = either(o.CollectWait, DefaultCollectWait)
	o.Concurrency = either(o.Concurrency, DefaultConcurrency)
	if o.Scrubber == nil {
		o.Scrubber = scrub.New(scrub.Rules{})
	}
	if o.BaseContext == nil {
		o.BaseContext = context.Background()
	}
	var errs []error
	if o.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeout %v, want a positive duration", o.Timeout))
	}
	if _, err := (Limits{Concurrency: o.Concurrency}).validated(); err != nil {
		errs = append(errs, err)
	}
	switch o.Histogram {
	case HistogramOff, HistogramClassic, HistogramNative:
	default:
		errs = append(errs, fmt.Errorf("histogram %q, want classic, native or nothing", o.Histogram))
	}
	return o, errors.Join(errs...)
}

// logger returns the logger, never nil.
func (o Options) logger() log.Logger {
	if o.Logger == nil {
		return log.NewNopLogger()
	}
	return o.Logger
}

func either[T comparable](v, whenZero T) T {
	var zero T
	if v == zero {
		return whenZero
	}
	return v
}
