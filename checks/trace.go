package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// Limits of what one run may record. Further items are dropped. Of the phases, the
// first four and the last eight are kept.
const (
	maxPhases   = 12
	keptPhases  = 4 // the first phases, which are never dropped
	maxAttempts = 8
	maxChain    = 4
	maxNames    = 4
	maxNotes    = 8

	// Of each text, in bytes. A collector shows less, but has to recognize secrets
	// that end beyond.
	maxTraceText     = 1 << 10
	maxTraceSentence = 256 // errors, subjects
	maxTraceLabel    = 100 // names
)

// A Trace records what one run does, for the [Evidence] that the run leaves if it
// fails. All methods are safe for concurrent use by the goroutines of the run. A
// nil Trace records nothing, so a check needs no distinction between a run and a
// call outside of one.
//
//	trace := checks.TraceOf(ctx)
//	trace.Phase("asking", "index-1")
//	n, err := index.Count(ctx)
//	trace.Note("shards", index.Shards())
//
// Recording a few things costs no allocation, so that a run that passes pays nearly
// nothing. A check must not record its own secrets; a collector masks those that it knows.
type Trace struct {
	began time.Time

	mu       sync.Mutex
	phases   [maxPhases]mark
	n        int // phases in use
	attempts []Attempt
	few      [2]Attempt // what attempts begins with
	version  uint16
	chain    []*x509.Certificate
	reply    Reply
	replied  bool
	exit     Exit
	exited   bool
	notes    []Note
	cut      bool
}

// A mark is the beginning of a phase.
type mark struct {
	name, peer string
	at         time.Duration // since the Trace began
}

// tracing is a context with its Trace, in one allocation.
type tracing struct {
	context.Context
	trace Trace
}

type traceKey struct{}

// Value implements [context.Context].
func (t *tracing) Value(key any) any {
	if key == (traceKey{}) {
		return &t.trace
	}
	return t.Context.Value(key)
}

// WithTrace returns a context for one run, and the Trace that [TraceOf] returns
// for it. It is for the collector and for the tests of check types.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &tracing{Context: ctx}
	t.trace.began = time.Now()
	return t, &t.trace
}

// TraceOf returns the Trace of this run. It is nil outside of a run, which is
// valid: a nil Trace records nothing.
func TraceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Phase begins a new phase of the run and ends the one before. The peer is what
// the phase is about, such as an address; it may be empty. An empty name begins no
// phase.
func (t *Trace) Phase(name, peer string) {
	if t == nil || name == "" {
		return
	}
	now := time.Since(t.began)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == maxPhases {
		copy(t.phases[keptPhases:], t.phases[keptPhases+1:])
		t.n, t.cut = t.n-1, true
	}
	t.phases[t.n] = mark{name, peer, now}
	t.n++
}

// Tried records a try to connect to an address. A nil error means that the
// connection was made.
func (t *Trace) Tried(address string, err error) {
	if t == nil {
		return
	}
	attempt := Attempt{Address: address}
	if err != nil {
		attempt.Error = err.Error()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch len(t.attempts) {
	case maxAttempts:
		t.cut = true
		return
	case 0:
		t.attempts = t.few[:0]
	}
	t.attempts = append(t.attempts, attempt)
}

// Secured records the certificates that a peer sent in a TLS handshake, its own
// first. The version is one of crypto/tls, or zero if it is not known; zero keeps
// the version recorded with the same certificates.
func (t *Trace) Secured(version uint16, chain []*x509.Certificate) {
	if t == nil || len(chain) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if version != 0 || len(t.chain) == 0 || t.chain[0] != chain[0] {
		t.version, t.chain = version, chain
	}
}

// Replied records the beginning of what the peer said. The status is that of HTTP,
// and zero with other protocols. The text must not contain what the check has sent
// as a secret. A later call replaces an earlier one; an empty text keeps the
// earlier text of the same status.
func (t *Trace) Replied(status int, begins string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if begins == "" && t.reply.Status == status {
		begins = t.reply.Begins
	}
	t.reply, t.replied = Reply{status, begins}, true
}

// Exited records how a program ended: its exit status, -1 if a signal ended it,
// and the beginning of its standard error.
func (t *Trace) Exited(code int, stderr string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exit, t.exited = Exit{code, stderr}, true
}

// Note records a text under a name. The same name replaces the earlier text. At
// most eight names are kept.
func (t *Trace) Note(name, text string) {
	if t == nil || name == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.notes {
		if t.notes[i].Name == name {
			t.notes[i].Text = text
			return
		}
	}
	if len(t.notes) == maxNotes {
		t.cut = true
		return
	}
	t.notes = append(t.notes, Note{name, text})
}

// Evidence returns what was recorded so far, with shortened texts. It may be
// called while the run goes on. Of a nil Trace it is empty.
func (t *Trace) Evidence() *Evidence {
	e := &Evidence{}
	if t == nil {
		return e
	}
	e.Time = time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Duration, e.Cut = e.Time.Sub(t.began), t.cut
	for i, m := range t.phases[:t.n] {
		end := e.Duration
		if i+1 < t.n {
			end = t.phases[i+1].at
		}
		e.Phases = append(e.Phases, Phase{e.label(m.name), e.label(m.peer), end - m.at})
	}
	for _, a := range t.attempts {
		e.Attempts = append(e.Attempts, Attempt{e.label(a.Address), e.sentence(a.Error)})
	}
	if t.chain != nil {
		e.TLS = e.handshake(t.version, t.chain)
	}
	if t.replied {
		e.Reply = &Reply{t.reply.Status, e.text(t.reply.Begins)}
	}
	if t.exited {
		e.Exit = &Exit{t.exit.Code, e.text(t.exit.Stderr)}
	}
	for _, n := range t.notes {
		e.Notes = append(e.Notes, Note{e.label(n.Name), e.text(n.Text)})
	}
	return e
}

func (e *Evidence) handshake(version uint16, chain []*x509.Certificate) *Handshake {
	h := &Handshake{}
	if version != 0 {
		h.Version = tls.VersionName(version)
	}
	if len(chain) > maxChain {
		chain, e.Cut = chain[:maxChain], true
	}
	for i, cert := range chain {
		c := Certificate{Subject: e.sentence(cert.Subject.String()), NotAfter: cert.NotAfter}
		if i == 0 {
			c.Names = slices.Clone(cert.DNSNames)
			for _, ip := range cert.IPAddresses {
				c.Names = append(c.Names, ip.String())
			}
			if len(c.Names) > maxNames {
				c.Names, e.Cut = c.Names[:maxNames:maxNames], true
			}
			for i, name := range c.Names {
				c.Names[i] = e.label(name)
			}
		}
		h.Chain = append(h.Chain, c)
	}
	return h
}

// label shortens a name.
func (e *Evidence) label(s string) string {
	if len(s) <= maxTraceLabel {
		return s
	}
	e.Cut = true
	return strings.Clone(clip.At(s, maxTraceLabel)) // A part would keep all of s in memory.
}

// text and sentence shorten a text, and drop the word that the cut leaves
// unfinished: the scrubber does not recognize half a secret.
func (e *Evidence) text(s string) string     { return e.words(s, maxTraceText) }
func (e *Evidence) sentence(s string) string { return e.words(s, maxTraceSentence) }

func (e *Evidence) words(s string, n int) string {
	if len(s) <= n {
		return s
	}
	e.Cut = true
	return strings.Clone(clip.Words(s, n))
}
