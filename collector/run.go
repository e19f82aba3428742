package collector

import (
	"container/list"
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// grace is how long after its timeout a check may still say for itself what
// went wrong. It knows more about it than we do.
const grace = 50 * time.Millisecond

// A run is one attempt at a check. It passes through these steps: launch waits
// for the checks that this one depends on, proceed asks for a place, begin
// starts the function in a goroutine of its own, and returned, giveUp or starve,
// whichever is first, settles it.
type run struct {
	check *entry
	asked instant

	// done is closed when the run is settled and its result published.
	done chan struct{}

	// Guarded by the track's lock.
	settled  bool
	placed   bool
	started  instant     // when it got its place
	inTime   bool        // the old result was fresh then
	watchdog *time.Timer // first for waiting, then for running
	then     []func()    // to be called when it is done

	awaited atomic.Int32  // dependencies without a result, plus one while launching
	queued  *list.Element // guarded by the lock of places

	observing sync.Mutex
	values    []Value
}

// waitLimit is how long a run may wait for its place: the life of what it is
// to replace, and a second.
func waitLimit(e *entry) time.Duration {
	ttl := max(e.FailedTTL, 0)
	if p := e.current.Load(); p != nil {
		ttl = p.Expires.Sub(p.Time)
	}
	return ttl + time.Second
}

// longestWait is the longest that waitLimit can be.
func longestWait(e *entry) time.Duration { return max(e.SuccessTTL, e.FailedTTL, 0) + time.Second }

// startLocked makes a run of t the one under way; the caller holds the lock of
// t and calls launch after it.
func (c *Collector) startLocked(t *track, now instant) *run {
	r := &run{check: t.def, asked: now, done: make(chan struct{})}
	r.awaited.Store(1)
	r.watchdog = time.AfterFunc(r.check.patience+waitLimit(r.check), func() { c.starve(r) })
	t.run = r
	return r
}

// launch sees to the dependencies of r, then lets it proceed.
func (c *Collector) launch(r *run) {
	for _, dep := range r.check.deps {
		if d, _ := c.demand(dep, c.results.Load(), c.now()); d != nil {
			r.awaited.Add(1)
			d.whenDone(func() { c.countDown(r) })
		}
	}
	c.countDown(r)
}

func (c *Collector) countDown(r *run) {
	if r.awaited.Add(-1) == 0 {
		c.proceed(r)
	}
}

// whenDone calls f when r is done, or at once if it is.
func (r *run) whenDone(f func()) {
	t := r.check.track
	t.mu.Lock()
	if !r.settled {
		r.then = append(r.then, f)
		t.mu.Unlock()
		return
	}
	t.mu.Unlock()
	f()
}

// proceed skips r if a check it depends on has not passed, else begins it as
// soon as there is a place.
func (c *Collector) proceed(r *run) {
	if why := r.check.blocked(); why != "" {
		c.settle(r, outcome{skipped: true, reason: checks.ReasonSkipped, output: "skipped: " + why})
		return
	}
	if c.places.enter(r) {
		c.begin(r)
	}
}

// blocked says which check that e depends on has not passed; empty if all have.
func (e *entry) blocked() string {
	for _, dep := range e.deps {
		switch p := dep.current.Load(); {
		case p == nil || p.State == StatePassed:
		case p.State == StateSkipped:
			return dep.Name + " is skipped"
		default:
			return dep.Name + " fails"
		}
	}
	return ""
}

// begin starts the function of r, which has a place.
func (c *Collector) begin(r *run) {
	t := r.check.track
	t.mu.Lock()
	if r.settled { // It starved, or its check was removed, in the moment in which it got its place.
		t.mu.Unlock()
		c.vacate()
		return
	}
	r.watchdog.Stop()
	r.placed, r.started = true, c.now()
	r.inTime = t.current.Load().fresh(r.started)
	r.watchdog = time.AfterFunc(r.check.Timeout+grace, func() { c.giveUp(r) })
	t.mu.Unlock()
	go c.perform(r)
}

// vacate gives a place back and begins the run that was waiting for it.
func (c *Collector) vacate() {
	if next := c.places.leave(); next != nil {
		c.begin(next)
	}
}

// perform calls the check's function. What follows stands in a deferred call
// because the function may end the goroutine.
func (c *Collector) perform(r *run) {
	var o outcome
	ctx := checks.WithObserver(context.Background(), r.observe)
	ctx, cancel := context.WithTimeout(ctx, r.check.Timeout)
	defer func() {
		cancel()
		c.returned(r, o)
	}()
	c.call(ctx, r.check.Func, &o)
}

// call fills in o, whatever f does.
func (c *Collector) call(ctx context.Context, f checks.Func, o *outcome) {
	*o = outcome{ran: true, reason: checks.ReasonPanic, output: "panic: the check ended its goroutine with runtime.Goexit"}
	defer func() {
		if v := recover(); v != nil {
			*o = outcome{ran: true, reason: checks.ReasonPanic, stack: debug.Stack()}
			o.output = c.clean(fmt.Sprintf("panic: %v", v))
		}
	}()
	output, err := f(ctx)
	*o = c.judge(output, err)
}

// judge turns what a check's function returned into an outcome.
func (c *Collector) judge(output string, err error) outcome {
	if err == nil {
		return outcome{ran: true, passed: true, output: c.clean(output)}
	}
	if text, ok := checks.Warning(err); ok {
		return outcome{ran: true, passed: true, output: c.clean(output), warning: either(c.clean(text), "warning")}
	}
	reason, text := checks.ReasonOf(err), err.Error()
	if reason == checks.ReasonInternal && !strings.Contains(text, "local:") {
		text = "local: " + text
	}
	return outcome{ran: true, reason: reason, output: c.clean(text)}
}

// returned is called when the function of r has, in whatever way. If r had been
// given up its result comes too late and is dropped.
func (c *Collector) returned(r *run, o outcome) {
	if c.settle(r, o) {
		return
	}
	t := r.check.track
	t.mu.Lock()
	t.stuck = nil
	t.deaf.Store(false)
	t.mu.Unlock()
	c.resume(t)
}

// giveUp settles r as failed because its function has ignored the end of its
// context. Until it returns no other run of the check starts.
func (c *Collector) giveUp(r *run) {
	text := fmt.Sprintf("timeout: the check did not return within %s", ago(r.check.Timeout))
	c.settle(r, outcome{ran: true, deaf: true, reason: checks.ReasonTimeout, output: text})
}

// starve settles r as failed because it got no place in time.
func (c *Collector) starve(r *run) {
	c.places.withdraw(r)
	waited := ago(c.now().mono - r.asked.mono)
	text := fmt.Sprintf("local: waited %s for one of %d places", waited, c.places.size())
	if r.awaited.Load() > 0 {
		text = fmt.Sprintf("local: waited %s for the checks it depends on", waited)
	}
	c.settle(r, outcome{reason: checks.ReasonInternal, output: text})
}

// abandon makes c forget t: a run that waits is over, and what is published of
// one that has begun is dropped.
func (c *Collector) abandon(t *track) {
	t.mu.Lock()
	t.retired = true
	r := t.run
	t.mu.Unlock()
	c.scheduler.remove(t)
	if r != nil {
		c.places.withdraw(r)
		c.settle(r, outcome{})
	}
}

// settle publishes the outcome of r, gives its place back and tells whoever is
// concerned. It reports false, and does nothing, if r is settled already or if
// the outcome is that of a run which never began, but r has.
func (c *Collector) settle(r *run, o outcome) bool {
	t, now := r.check.track, c.now()
	t.mu.Lock()
	if r.settled || r.placed && !o.ran {
		t.mu.Unlock()
		return false
	}
	r.settled = true
	r.watchdog.Stop()
	t.run = nil
	if o.deaf {
		t.stuck = r
		t.deaf.Store(true)
	}
	if o.ran {
		o.duration, o.values = now.mono-r.started.mono, r.observed()
		o.blameStandstill(r.check.Timeout)
	}
	placed, then, retired := r.placed, r.then, t.retired
	old := t.current.Load()
	t.settle(o, now, c.results.Add(1))
	t.mu.Unlock()

	c.generation.Add(1)
	if placed {
		c.vacate()
	}
	if !retired {
		c.wake(t, old)
	}
	close(r.done)
	for _, f := range then {
		f()
	}
	if !retired {
		c.schedule(t)
		c.logRun(t, old, o)
		c.tell(t)
	}
	return true
}

// standstill is how late the end of a timeout must be noticed for us to say that
// it was not the check that took so long: this process was stopped, or got no
// processor.
const standstill = time.Second

// blameStandstill makes a timeout our own trouble if it is.
func (o *outcome) blameStandstill(timeout time.Duration) {
	if late := o.duration - timeout - grace; o.reason == checks.ReasonTimeout && late >= standstill {
		o.reason = checks.ReasonInternal
		o.output = shorten(fmt.Sprintf("local: this process stood still for %s: %s", ago(late), o.output))
	}
}

// repeatLocked publishes the failure of a check whose last run has still not
// returned. It is no run, and is not counted as one.
func (c *Collector) repeatLocked(t *track, now instant) {
	since := ago(now.mono - t.stuck.started.mono)
	o := outcome{reason: checks.ReasonTimeout, output: fmt.Sprintf("timeout: the run started %s ago has not returned", since)}
	if old := t.current.Load(); old != nil {
		o.duration = old.Duration
	}
	t.settle(o, now, c.results.Add(1))
	c.generation.Add(1)
}

// wake starts what can run now that t has a new result: the checks that were
// skipped because t had not passed or, if t itself was skipped because of one
// that has passed in that very moment, t again.
func (c *Collector) wake(t *track, old *published) {
	e, p := t.definition(), t.current.Load()
	switch {
	case p == nil:
	case p.State == StateSkipped && e.blocked() == "":
		c.refresh(t)
	case p.State == StatePassed && (old == nil || old.State != StatePassed):
		for _, dependent := range e.dependents {
			if p := dependent.current.Load(); p != nil && p.State == StateSkipped {
				c.refresh(dependent.track)
			}
		}
	}
}

func (r *run) observe(name string, v float64) {
	r.observing.Lock()
	defer r.observing.Unlock()
	for i := range r.values {
		if r.values[i].Name == name {
			r.values[i].Value = v
			return
		}
	}
	r.values = append(r.values, Value{name, v})
}

// observed returns what r has observed so far, and nothing that comes later.
func (r *run) observed() []Value {
	r.observing.Lock()
	defer r.observing.Unlock()
	values := r.values
	r.values = nil
	return values
}
