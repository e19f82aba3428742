package collector

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// perform calls the function of r in its own goroutine. The rest is deferred
// because the function may end the goroutine.
//
// The run's clock stops when the function has returned and the text of its
// error has been read; scrubbing that text counts neither against the timeout
// nor towards the duration.
func (c *Collector) perform(r *run) {
	var s said
	defer func() {
		c.act(func(fx *effects) { c.step(fx, r, returned) })
		r.cancel()
		var evidence *checks.Evidence
		if !s.passed {
			evidence = r.trace.Evidence()
		}
		r.outcome = c.judge(s)
		r.outcome.evidence = evidence
		r.outcome.ran, r.outcome.holds = r.takesPlace(), r.holds
		r.outcome.values = r.values.take()
		c.addValue(r.outcome, r.value.take())
		c.act(func(fx *effects) {
			c.step(fx, r, judged)
			c.calls--
			c.tellIdle()
		})
	}()
	ctx := checks.WithObserver(r.ctx, r.values.add)
	ctx = checks.WithOutput(ctx, r.value.set)
	ctx = checktype.WithSecretReceiver(ctx, func(secret string) { c.opts.Scrubber.Learn(secret) })
	ctx = checktype.WithScrubber(ctx, c.opts.Scrubber.Text)
	f := r.entry.Func
	if r.entry.Receiver != nil {
		f = r.judge(r.entry.Receiver)
	}
	c.call(ctx, f, &s)
}

// said is what a check's function returned, before scrubbing.
type said struct {
	passed          bool
	warned          bool
	output, warning string
	reason          checks.Reason
	stack           []byte // of a panic, for the log
}

// call fills in s, whatever f does.
func (c *Collector) call(ctx context.Context, f checks.Func, s *said) {
	*s = said{reason: checks.ReasonPanic, output: "panic: the check ended its goroutine with runtime.Goexit"}
	defer func() {
		if v := recover(); v != nil {
			*s = said{reason: checks.ReasonPanic, output: fmt.Sprintf("panic: %v", v), stack: debug.Stack()}
		}
	}()
	output, err := f(ctx)
	*s = read(output, err)
}

// read takes the texts and the reason from the result of a function. The
// methods of err are foreign code: they may hang or panic.
func read(output string, err error) said {
	if err == nil {
		return said{passed: true, output: output}
	}
	if text, ok := checks.Warning(err); ok {
		return said{passed: true, output: output, warned: true, warning: text}
	}
	reason, text := checks.ReasonOf(err), err.Error()
	if reason == checks.ReasonInternal && !strings.Contains(text, "local:") {
		text = "local: " + text
	}
	return said{reason: reason, output: text}
}

// judge turns s into an outcome that is fit to be shown.
func (c *Collector) judge(s said) *outcome {
	o := &outcome{ran: true, passed: s.passed, reason: s.reason, output: c.clean(s.output), stack: s.stack}
	if s.warned {
		o.warning = either(c.clean(s.warning), "warning")
	}
	return o
}

// Observations are what a run has observed. They have a lock of their own: any
// goroutine of the check may observe at any time.
type observations struct {
	mu     sync.Mutex
	values []Value
}

func (o *observations) add(name string, v float64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.values {
		if o.values[i].Name == name {
			o.values[i].Value = v
			return
		}
	}
	o.values = append(o.values, Value{name, v})
}

// take returns the values observed so far; later ones are ignored.
func (o *observations) take() []Value {
	o.mu.Lock()
	defer o.mu.Unlock()
	values := o.values
	o.values = nil
	return values
}
