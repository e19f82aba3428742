package faulttest

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const (
	// grace is how long after its timeout a check may return on a quiet
	// machine, busyGrace on a busy one.
	grace     = 100 * time.Millisecond
	busyGrace = time.Second

	// deafness is how long to wait for a check that does not return.
	deafness = 1500 * time.Millisecond
	// patience is how long goroutines and descriptors have to end.
	patience = 2 * time.Second
)

// outcome is the result of one run of a check and its observable behaviour.
type outcome struct {
	output   string
	err      error
	observed []string
	evidence *checks.Evidence
	took     time.Duration
	panicked string
	deaf     bool
}

// names collects the names of the values that a run observes. Goroutines of the
// run may still add names after the run has returned.
type names struct {
	mu   sync.Mutex
	list []string
}

func (n *names) add(name string, _ float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, name)
}

func (n *names) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.list)
}

// text returns all texts of the run: output, error, evidence, observed names and
// panic.
func (o outcome) text() string {
	text := o.output
	if o.err != nil {
		text += "\n" + o.err.Error()
	}
	for _, name := range o.observed {
		text += "\n" + name
	}
	return text + "\n" + o.evidence.String() + o.panicked
}

func (o outcome) sentence() string {
	if o.err != nil {
		return o.err.Error()
	}
	return o.output
}

// run runs f once. The goroutines that it starts have the label id.
func run(ctx context.Context, id string, timeout time.Duration, f checks.Func) outcome {
	done := make(chan outcome, 1)
	start := time.Now()
	go labelled(ctx, id, func(ctx context.Context) {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			o.took = time.Since(start)
			done <- o
		}()
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		var seen names
		ctx, trace := checks.WithTrace(ctx)
		o.output, o.err = f(checks.WithObserver(ctx, seen.add))
		o.evidence = trace.Evidence()
		o.observed = seen.all()
	})
	select {
	case o := <-done:
		return o
	case <-time.After(timeout + deafness):
	}
	// After a stall both channels may be ready.
	select {
	case o := <-done:
		return o
	default:
		return outcome{deaf: true, took: time.Since(start)}
	}
}

// try runs the subject against f and returns the result. It tries again if a busy
// machine may have caused all of the problems.
func (b *bench) try(ctx context.Context, f fault) Result {
	want := b.want(f)
	if want.Skip != "" {
		return Result{Fault: f.name, Skipped: want.Skip}
	}
	for n := 1; ; n++ {
		start := time.Now()
		result := b.attempt(ctx, f, want)
		if len(result.Problems) == 0 || result.certain || n == attempts || !b.pulse.stalled(start) {
			return result
		}
		b.pulse.awaitCalm()
	}
}

func (b *bench) attempt(ctx context.Context, f fault, want Want) Result {
	result := Result{Fault: f.name}
	address, server, err := b.start(f)
	if err != nil {
		result.cannot(err)
		return result
	}
	if server != nil {
		defer server.Close()
	}
	check, err := build(b.spec(f, address))
	if err != nil {
		result.problem("Build: %v", err)
		return result
	}
	timeout := promptTimeout
	if f.waits {
		timeout = b.subject.timeout()
	}
	id := rand.Text() + " " + f.name
	for _, bad := range f.rounds() {
		if f.alternating {
			b.bad.Store(bad)
		}
		o := run(ctx, id, timeout, check)
		result.Took, result.Text, result.Reason = o.took, o.sentence(), reasonOf(o)
		result.judge(o, f.round(want, bad), f, timeout)
		result.keepsSecret(o, b.subject.Secret)
		if o.deaf {
			result.doubt("is in %q", goroutines(id))
			break
		}
	}
	b.leaves(&result, id, address, server)
	return result
}

// leaves notes the goroutines and connections that the check left behind, and
// whether it read too many bytes.
func (b *bench) leaves(r *Result, id, address string, s *server) {
	deadline := time.Now().Add(patience)
	for _, stack := range settle(deadline, func() []string { return goroutines(id) }) {
		r.doubt("leaves a goroutine: %s", stack)
	}
	open := settle(deadline, func() []int {
		return slices.DeleteFunc(connectedTo(address), func(fd int) bool { return s != nil && s.owns(fd) })
	})
	if len(open) > 0 {
		r.doubt("leaves %d connections to the peer open", len(open))
	}
	if s == nil {
		return
	}
	if n, limit := s.clientRead(), b.subject.maxRead(); n > limit+readSlack {
		r.problem("read %d bytes, want at most %d", n, limit)
	}
}

// start starts the target of f and returns its address and its server, if it has
// one.
func (b *bench) start(f fault) (address string, s *server, err error) {
	if f.peer != nil {
		address, err = f.peer(b)
		return address, nil, err
	}
	s, err = listen(f.handler(b), f.metered)
	if err != nil {
		return "", nil, err
	}
	return s.address, s, nil
}

// build calls spec.Build and returns a panic as an error.
func build(spec checks.Spec) (f checks.Func, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return spec.Build()
}
