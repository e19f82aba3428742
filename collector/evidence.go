package collector

import (
	"sync"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// How much evidence is shown, in bytes.
const (
	maxEvidence         = 2 << 10 // of one run, as JSON
	maxEvidencePhases   = 800     // of it for the phases
	maxEvidenceOutput   = 160
	maxEvidenceText     = 200
	maxEvidenceSentence = 120 // of the error of an attempt, and of a subject
	maxEvidenceLabel    = 80
)

// Evidence returns what failed runs of a check have left behind: the last failed
// run, and the first one since the check's state last passed. Both are nil if
// there was none, or there is no such check; they must not be changed. The last
// one stays when the check passes again. A definition that a [Change] has changed
// begins without evidence. Evidence is not part of [Collector.State].
func (c *Collector) Evidence(name string) (last, first *checks.Evidence) {
	c.mu.Lock()
	var l *line
	if e := c.set.Load().byName[name]; e != nil {
		l = e.line
	}
	if l == nil {
		c.mu.Unlock()
		return nil, nil
	}
	newest, oldest := l.lastFailure, l.firstFailure
	c.mu.Unlock()
	return newest.show(c), oldest.show(c)
}

// An exhibit is the evidence of one failed run. It is cleaned when it is first
// looked at, because most evidence never is, and cleaning is not for the engine's
// lock.
type exhibit struct {
	raw   *checks.Evidence
	once  sync.Once
	clean *checks.Evidence
}

// keepEvidence keeps the evidence of an outcome that becomes the result p.
func (l *line) keepEvidence(o *outcome, p *published) {
	switch {
	case o.evidence != nil:
		o.evidence.Reason, o.evidence.Output = o.reason, o.output
		o.exhibit = &exhibit{raw: o.evidence}
		l.lastFailure = o.exhibit
		if l.firstFailure == nil {
			l.firstFailure = o.exhibit
		}
	case o.passed && p.State == StatePassed:
		l.firstFailure = nil
	}
}

// show returns the evidence as everybody may see it who may see evidence at all.
func (x *exhibit) show(c *Collector) *checks.Evidence {
	if x == nil {
		return nil
	}
	x.once.Do(func() {
		x.clean = c.cleanEvidence(x.raw)
		x.raw = nil
	})
	return x.clean
}

// logged returns a value for the log. Its text is only made if it is written.
func (x *exhibit) logged(c *Collector) textFunc {
	return func() string { return x.show(c).String() }
}

type textFunc func() string

// String implements [fmt.Stringer], for go-kit/log.
func (f textFunc) String() string { return f() }

// MarshalText implements [encoding.TextMarshaler], for package slog.
func (f textFunc) MarshalText() ([]byte, error) { return []byte(f()), nil }

// cleanEvidence makes evidence fit to be shown: each text as by clean, and all
// together at most 2 KiB. What matters most is taken first: of the phases the
// last.
func (c *Collector) cleanEvidence(raw *checks.Evidence) *checks.Evidence {
	t := taster{c: c, left: maxEvidence - 200, cut: raw.Cut} // 200 for the names of all members.
	e := &checks.Evidence{Time: raw.Time.Round(0), Duration: raw.Duration, Reason: raw.Reason}
	e.Output = t.short(raw.Output, maxEvidenceOutput)
	t.take(0, e.Output)
	e.Phases = t.phases(raw.Phases)
	if r := raw.Reply; r != nil {
		if reply := (checks.Reply{Status: r.Status, Begins: t.text(r.Begins)}); t.take(50, reply.Begins) {
			e.Reply = &reply
		}
	}
	if x := raw.Exit; x != nil {
		if exit := (checks.Exit{Code: x.Code, Stderr: t.text(x.Stderr)}); t.take(50, exit.Stderr) {
			e.Exit = &exit
		}
	}
	e.TLS = t.handshake(raw.TLS)
	for _, a := range raw.Attempts {
		attempt := checks.Attempt{Address: t.label(a.Address), Error: t.sentence(a.Error)}
		if t.take(35, attempt.Address, attempt.Error) {
			e.Attempts = append(e.Attempts, attempt)
		}
	}
	for _, n := range raw.Notes {
		note := checks.Note{Name: t.label(n.Name), Text: t.text(n.Text)}
		if t.take(10, note.Name, note.Text) {
			e.Notes = append(e.Notes, note)
		}
	}
	e.Cut = t.cut
	return e
}

// A taster cleans texts and counts how much room is left for them.
type taster struct {
	c    *Collector
	left int
	cut  bool // something was left out
}

func (t *taster) text(s string) string     { return t.short(t.c.cleanAll(s), maxEvidenceText) }
func (t *taster) sentence(s string) string { return t.short(t.c.cleanAll(s), maxEvidenceSentence) }
func (t *taster) label(s string) string {
	return t.short(clip.Line(t.c.cleanAll(s)), maxEvidenceLabel)
}

func (t *taster) short(s string, n int) string {
	t.cut = t.cut || len(s) > n
	return clip.Short(s, n)
}

// take reports whether there is room for an item with those texts, whose JSON
// takes overhead bytes more.
func (t *taster) take(overhead int, texts ...string) bool {
	for _, text := range texts {
		overhead += jsonSize(text)
	}
	if overhead > t.left {
		t.cut = true
		return false
	}
	t.left -= overhead
	return true
}

// jsonSize returns the length of the longest JSON of a text: ASCII only.
func jsonSize(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r == '"', r == '\\', r == '\n', r == '\r', r == '\t':
			n += 2
		case ' ' <= r && r <= '~':
			n++
		default:
			n += 6 * max(utf8.RuneLen(r)/2, 1) // Above the basic plane, four bytes in UTF-8, two escapes.
		}
	}
	return n
}

// phases returns the last phases that there is room for.
func (t *taster) phases(raw []checks.Phase) []checks.Phase {
	own := taster{c: t.c, left: maxEvidencePhases}
	first := len(raw)
	clean := make([]checks.Phase, len(raw))
	for i := len(raw) - 1; i >= 0; i-- {
		p := raw[i]
		clean[i] = checks.Phase{Name: own.label(p.Name), Peer: own.label(p.Peer), Duration: p.Duration}
		if !own.take(55, clean[i].Name, clean[i].Peer) {
			break
		}
		first = i
	}
	t.left -= maxEvidencePhases - own.left
	t.cut = t.cut || own.cut
	return clean[first:]
}

func (t *taster) handshake(raw *checks.Handshake) *checks.Handshake {
	if raw == nil {
		return nil
	}
	h := &checks.Handshake{Version: raw.Version}
	t.take(40, h.Version)
	for _, cert := range raw.Chain {
		c, overhead := checks.Certificate{Subject: t.sentence(cert.Subject), NotAfter: cert.NotAfter}, 85
		for _, name := range cert.Names {
			c.Names = append(c.Names, t.label(name))
			overhead += jsonSize(c.Names[len(c.Names)-1]) + 4
		}
		if t.take(overhead, c.Subject) {
			h.Chain = append(h.Chain, c)
		}
	}
	return h
}
