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
	// SuccessTTL and FailedTTL are how long a pass and a failure are kept when
	// the check does not say. Zero means 27s and 9s, negative: not at all.
	SuccessTTL, FailedTTL time.Duration
	// Timeout bounds one run when the check does not say. Zero means 5s.
	Timeout time.Duration
	// CollectWait bounds how long a scrape waits for runs of expired checks.
	// Zero means 500ms, negative: not at all.
	CollectWait time.Duration
	// MaxWait bounds how long Report waits for runs. Zero: as long as the run
	// may take; negative: not at all.
	MaxWait time.Duration
	// StartupWait bounds how long Report waits, from New on, for the first
	// results of checks that are not optional, where that is longer than
	// MaxWait. Zero: the longest chain of timeouts among them, at most 5s;
	// negative: not at all.
	StartupWait time.Duration
	// Concurrency is how many runs are under way at a time. Zero means 64.
	Concurrency int
	// OnChange is called when a check's State has changed: for each name in
	// order, also across Replace, one call at a time, from a goroutine of its own
	// and with no lock held. It is not called for a first result that passed, and
	// not for what a Change that is aborted has seen. When a call takes longer
	// than changes come, those in between are merged. A panic is logged. Nil:
	// no calls.
	OnChange func(old, new Result)
	// OnStatus is called when the status of the whole has changed, by drains as
	// well: in order, one call at a time, with no lock held. At first old is
	// empty, because the status is not known before each check has a result,
	// unless one that is not optional has failed. Results count as they are, also after they have expired. A
	// panic is logged. Nil: no calls.
	OnStatus func(old, new Status)
	// Wrap returns the function that is called in place of a check's own, for
	// example one that traces or tries again. It is called once for each
	// definition; its panic, or a nil function, is an error of that definition.
	// Nil: no wrapping.
	Wrap func(checks.Check) checks.Func
	// Restore is what [Collector.State] returned before a restart. A result
	// serves, if the fingerprint of its check is the same, until its TTL is over
	// and, while the first run is under way, one timeout longer. Nil: nothing.
	Restore *Saved
	// Scrubber removes secrets from outputs, warnings, reasons and logged
	// errors. Nil: New makes one, which [Collector.Scrubber] returns.
	Scrubber *scrub.Scrubber
	// BaseContext is the parent of every run's context, for its values and its
	// end: from then on no run starts, those under way are cancelled, and nothing
	// is published any more. A process that stops ends it when its servers
	// are closed, so that no client sees a check fail because it was killed.
	// Nil: context.Background.
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
