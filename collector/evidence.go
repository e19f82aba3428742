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
// run, and the first one since the check's state was last passed. Each is nil if
// there is no such run, and both are nil if there is no such check. The caller must
// not change them. The last one stays when the check passes again. A definition
// that a [Change] has changed begins without evidence. Evidence is not part of
// [Collector.State].
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

// An exhibit is the evidence of one failed run. Its texts are cleaned when they are
// first read: most evidence is never read, and cleaning takes too long for the
// engine's lock.
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

// show returns the cleaned evidence, or nil for a nil exhibit.
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

// cleanEvidence makes evidence fit to be shown. It cleans each text as clean does,
// and leaves items out so that all of it takes at most 2 KiB. The output, the last
// phases and the reply come first.
func (c *Collector) cleanEvidence(raw *checks.Evidence) *checks.Evidence {
	b := budget{c: c, left: maxEvidence - 200, cut: raw.Cut} // 200 for the names of all members.
	e := &checks.Evidence{Time: raw.Time.Round(0), Duration: raw.Duration, Reason: raw.Reason}
	e.Output = b.short(raw.Output, maxEvidenceOutput)
	b.take(0, e.Output)
	e.Phases = b.phases(raw.Phases)
	if r := raw.Reply; r != nil {
		if reply := (checks.Reply{Status: r.Status, Begins: b.text(r.Begins)}); b.take(50, reply.Begins) {
			e.Reply = &reply
		}
	}
	if x := raw.Exit; x != nil {
		if exit := (checks.Exit{Code: x.Code, Stderr: b.text(x.Stderr)}); b.take(50, exit.Stderr) {
			e.Exit = &exit
		}
	}
	e.TLS = b.handshake(raw.TLS)
	for _, a := range raw.Attempts {
		attempt := checks.Attempt{Address: b.label(a.Address), Error: b.sentence(a.Error)}
		if b.take(35, attempt.Address, attempt.Error) {
			e.Attempts = append(e.Attempts, attempt)
		}
	}
	for _, n := range raw.Notes {
		note := checks.Note{Name: b.label(n.Name), Text: b.text(n.Text)}
		if b.take(26, note.Name, note.Text) {
			e.Notes = append(e.Notes, note)
		}
	}
	e.Cut = b.cut
	return e
}

// A budget is the space that is left for the evidence of one run.
type budget struct {
	c    *Collector
	left int  // in bytes of JSON
	cut  bool // something was left out
}

func (b *budget) text(s string) string     { return b.short(b.c.cleanAll(s), maxEvidenceText) }
func (b *budget) sentence(s string) string { return b.short(b.c.cleanAll(s), maxEvidenceSentence) }
func (b *budget) label(s string) string {
	return b.short(clip.Line(b.c.cleanAll(s)), maxEvidenceLabel)
}

func (b *budget) short(s string, n int) string {
	b.cut = b.cut || len(s) > n
	return clip.Short(s, n)
}

// take reports whether there is room for an item with those texts, whose JSON
// takes overhead bytes more.
func (b *budget) take(overhead int, texts ...string) bool {
	for _, text := range texts {
		overhead += jsonSize(text)
	}
	if overhead > b.left {
		b.cut = true
		return false
	}
	b.left -= overhead
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
func (b *budget) phases(raw []checks.Phase) []checks.Phase {
	own := budget{c: b.c, left: maxEvidencePhases}
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
	b.left -= maxEvidencePhases - own.left
	b.cut = b.cut || own.cut
	return clean[first:]
}

func (b *budget) handshake(raw *checks.Handshake) *checks.Handshake {
	if raw == nil {
		return nil
	}
	h := &checks.Handshake{Version: raw.Version}
	b.take(40, h.Version)
	for _, cert := range raw.Chain {
		c, overhead := checks.Certificate{Subject: b.sentence(cert.Subject), NotAfter: cert.NotAfter}, 85
		for _, name := range cert.Names {
			c.Names = append(c.Names, b.label(name))
			overhead += jsonSize(c.Names[len(c.Names)-1]) + 4
		}
		if b.take(overhead, c.Subject) {
			h.Chain = append(h.Chain, c)
		}
	}
	return h
}
