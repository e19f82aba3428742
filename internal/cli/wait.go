package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// exitNotYet is the exit status of check --wait when the time is over.
const exitNotYet = 4

// retry is the pause before a failed check runs again, and between two questions
// to a running exporter.
const retry = 200 * time.Millisecond

// A source has the newest results: this process or a running exporter.
type source interface {
	// look returns the newest results within a short time. Checks whose run has
	// not finished are unknown.
	look(ctx context.Context) (collector.Report, error)
	// traces returns a func with the evidence of the failures that the last look
	// has returned: see [listing].
	traces() func(check string) []string
	// finish prints a report, whose results look has returned, in the format of
	// --output, and returns its exit status.
	finish(ctx context.Context, f *flags, report collector.Report, c *console) (int, error)
}

// waitLifetimes lets failed checks run again soon. It keeps a pass that is not
// cached for a second: otherwise two checks could never be seen passing together.
func waitLifetimes(c *checks.Check) {
	c.FailedTTL = retry
	if c.SuccessTTL < 0 {
		c.SuccessTTL = time.Second
	}
}

// waitFor waits until every check that counts has passed. It ends early if a
// failure cannot get better by waiting.
func (f *flags) waitFor(ctx context.Context, from source, c *console) (int, error) {
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	var now collector.Report
	var fault error
	for first := true; ; first = false {
		report, err := from.look(limited)
		switch {
		case err == nil:
			now, fault = latest(now, report), nil
		case first || !over(limited): // Otherwise it only says that the time is over.
			fault = err
		}
		took := shortDuration(time.Since(began))
		switch hopeless := beyondHope(now, fault); {
		case err == nil && report.Status != collector.StatusFailed:
			return f.endWait(ctx, from, report, c, exitPassed, "passed after "+took)
		case fault != nil && over(ctx):
			return interruptedStatus(ctx), fmt.Errorf("interrupted: %w", fault)
		case over(ctx):
			return f.endWait(ctx, from, now, c, interruptedStatus(ctx), "interrupted after "+took)
		case fault != nil && isMisuse(fault) && !temporary(fault):
			return exitMisuse, fault
		case fault != nil && hopeless != "":
			return exitFailed, fault
		case hopeless != "":
			return f.endWait(ctx, from, now, c, exitFailed, "gave up after "+took+": "+hopeless)
		case fault != nil && over(limited):
			return exitNotYet, fmt.Errorf("not yet after %s: %w", took, fault)
		case over(limited):
			return f.endWait(ctx, from, now, c, exitNotYet, "not yet after "+took)
		}
		c.status.Show(f.waitProgress(time.Since(began), now, fault))
		select {
		case <-limited.Done():
		case <-time.After(retry / 2):
		}
	}
}

// endWait prints the results that decided and, for people, how the wait ended.
func (f *flags) endWait(ctx context.Context, from source, report collector.Report, c *console, status int, how string) (int, error) {
	c.status.Clear()
	if _, err := from.finish(context.WithoutCancel(ctx), f, report, c); err != nil {
		return exitMisuse, err
	}
	if f.checkOutput == "text" {
		c.say(how)
	}
	return status, nil
}

// latest returns the report after, except that a check whose run has not finished
// keeps its failure from the report before.
func latest(before, after collector.Report) collector.Report {
	failed := map[string]*collector.Result{}
	for _, r := range before.Results {
		if r.State == collector.StateFailed || r.State == collector.StateSkipped {
			failed[r.Check] = r
		}
	}
	results := make([]*collector.Result, len(after.Results))
	for i, r := range after.Results {
		if old := failed[r.Check]; r.State == collector.StateUnknown && old != nil {
			r = old
		}
		results[i] = r
	}
	after.Results, after.Version = results, 0 // The results are no longer those of its version.
	return after
}

// beyondHope describes a failure that waiting cannot repair: a rejected login or a
// certificate that is not trusted. It returns an empty text if no check has one.
func beyondHope(report collector.Report, err error) string {
	const hint = " (reason %s), which does not get better by waiting"
	final := func(r checks.Reason) bool { return r == checks.ReasonAuth || r == checks.ReasonTLS }
	if err != nil {
		if reason := checks.ReasonOf(err); final(reason) {
			return err.Error() + fmt.Sprintf(hint, reason)
		}
		return ""
	}
	for _, r := range report.Results {
		if r.State == collector.StateFailed && r.Counts() && final(r.Reason) {
			return terminal.Line(r.Check) + " fails" + fmt.Sprintf(hint, r.Reason)
		}
	}
	return ""
}

// temporary reports whether an unexpected answer may come from a proxy whose
// server has not started.
func temporary(err error) bool {
	u, is := errors.AsType[unexpected](err)
	return is && u.status >= 500
}

// waitProgress is the status line.
func (f *flags) waitProgress(took time.Duration, report collector.Report, err error) string {
	text := fmt.Sprintf("%ds of %v", int(took.Seconds()), f.wait)
	if err != nil {
		return text + ", " + terminal.Line(err.Error())
	}
	passed := 0
	var others []string
	for _, r := range report.Results {
		switch {
		case r.State == collector.StatePassed:
			passed++
		case r.Counts():
			others = append(others, r.Check+": "+r.Output)
		}
	}
	return fmt.Sprintf("%s, %d/%d passed, %s", text, passed, len(report.Results), terminal.Line(strings.Join(others, "; ")))
}
