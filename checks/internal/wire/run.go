package wire

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// DefaultBudget is how many bytes a run reads unless SetBudget says otherwise.
// No reply to a health check needs more, and a broken server must not fill the
// memory.
const DefaultBudget = 64 << 10

// A Run is the network side of one run of a check. Its connections stop reading
// and writing when the run's context ends, whatever deadlines a library sets. All
// methods are safe for concurrent use. Failures name the phase and the peer that
// were set last.
type Run struct {
	ctx     context.Context // the run's own
	trace   *checks.Trace   // nil outside of a collector
	started time.Time
	stop    func() bool

	mu       sync.Mutex
	peer     string
	phase    string
	conns    []*connection
	asides   []*Run
	closed   bool
	budget   int64 // for the failure
	left     int64 // bytes that may still be read
	fault    error // the first error of any connection
	warnings []error
}

// Start returns the network side of the run with that context. Failures name
// the peer. The Run must be closed.
func Start(ctx context.Context, peer string) *Run {
	r := &Run{ctx: ctx, trace: checks.TraceOf(ctx), started: time.Now(), peer: peer, budget: DefaultBudget, left: DefaultBudget}
	r.stop = context.AfterFunc(ctx, r.interrupt)
	return r
}

// Context returns the run's context.
func (r *Run) Context() context.Context { return r.ctx }

// SetBudget sets how many bytes all connections together may read from now on.
func (r *Run) SetBudget(bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.budget, r.left = bytes, bytes
}

// SetPeer sets the peer that failures name, for a run that talks to several peers
// in turn.
func (r *Run) SetPeer(peer string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.peer = peer
}

// Peer returns the name of the peer in failures.
func (r *Run) Peer() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peer
}

// Phase begins a new phase. Failures put the peer's name after words, such as
// "waiting for a reply from". Phase returns the current time, for Observe. The
// phase is also recorded in the run's [checks.Trace], without the preposition.
func (r *Run) Phase(words string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phase = words
	r.trace.Phase(step(words), r.peer)
	return time.Now()
}

// step returns the words of a phase without the preposition at their end.
func step(words string) string {
	for _, preposition := range [...]string{" to", " with", " from", " at"} {
		if short, found := strings.CutSuffix(words, preposition); found {
			return short
		}
	}
	return words
}

// Observe observes the seconds that have passed since the given time.
func (r *Run) Observe(name string, since time.Time) {
	checks.Observe(r.ctx, name, time.Since(since).Seconds())
}

// Warn keeps a warning for Warning.
func (r *Run) Warn(warning error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.warnings = append(r.warnings, warning)
}

// Warning returns the warnings of the run, joined, or nil: certificates that end
// soon, and the arguments of Warn. A run that passes returns Warning as its
// error.
func (r *Run) Warning() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.warnings...)
}

// Aside returns a Run for connections beside the check, such as one that asks a
// server to cancel a statement. They end with ctx, which is not the context of r.
// Nothing is recorded of an aside, and failures of r do not name its phases. It is
// closed with r.
func (r *Run) Aside(ctx context.Context) *Run {
	aside := Start(ctx, r.Peer())
	aside.trace = nil
	r.mu.Lock()
	closed := r.closed
	r.asides = append(r.asides, aside)
	r.mu.Unlock()
	if closed {
		aside.Close()
	}
	return aside
}

// Close closes all connections and refuses new ones. It can be called again.
func (r *Run) Close() {
	r.stop()
	r.mu.Lock()
	conns, asides := r.conns, r.asides
	r.conns, r.asides, r.closed = nil, nil, true
	r.mu.Unlock()
	for _, aside := range asides {
		aside.Close()
	}
	for _, c := range conns {
		c.Conn.Close()
	}
}

// Ended returns why the run's context has ended, or nil. It also checks the
// deadline, because a dialer may notice the deadline a moment before the context
// ends.
func (r *Run) Ended() error {
	if deadline, ok := r.ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return r.ctx.Err()
}

// Limit returns how long the run was allowed to take, rounded so that failures
// say the same in every run.
func (r *Run) Limit() time.Duration {
	deadline, ok := r.ctx.Deadline()
	if !ok {
		return time.Since(r.started).Round(time.Millisecond)
	}
	limit := deadline.Sub(r.started)
	switch {
	case limit > time.Second:
		return limit.Round(100 * time.Millisecond)
	case limit > 50*time.Millisecond:
		return limit.Round(10 * time.Millisecond)
	}
	return limit.Round(time.Millisecond)
}

// add takes over a connection that was dialled with ctx. After Close it refuses
// new connections. Between the end of the run's context and Close, a library may
// still dial with its own context, to cancel its request.
func (r *Run) add(ctx context.Context, raw net.Conn) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		raw.Close()
		return nil, net.ErrClosed
	}
	c := &connection{Conn: raw, run: r}
	r.conns = append(r.conns, c)
	if ctx.Err() != nil {
		c.interrupt() // The run may have interrupted its connections already.
	}
	return c, nil
}

// interrupt makes every pending read and write of the present connections fail.
func (r *Run) interrupt() {
	r.mu.Lock()
	conns := r.conns
	r.mu.Unlock()
	for _, c := range conns {
		c.interrupt()
	}
}

// note counts the bytes that a connection has read and keeps the first error of
// any connection, because libraries tend to replace that error with their own.
func (r *Run) note(read int, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left -= int64(read)
	if err != nil && r.fault == nil && !r.closed {
		r.fault = err
	}
	return err
}

// allowed returns how many of n bytes may be read now.
func (r *Run) allowed(n int) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left <= 0 {
		return 0, &TooLarge{Limit: checks.Size(r.budget)}
	}
	return int(min(int64(n), r.left)), nil
}
