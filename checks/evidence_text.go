package checks

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// Lines returns what the run recorded as a person reads it, one fact a line. Lines
// of a nil Evidence are empty.
func (e *Evidence) Lines() []string {
	if e == nil {
		return nil
	}
	var lines []string
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, name+": "+text)
		}
	}
	add("phases", e.phases())
	add("tried", e.attempts())
	add("tls", e.TLS.text(e.Time))
	add("reply", e.Reply.text())
	add("exit", e.Exit.text())
	for _, n := range e.Notes {
		add(n.Name, n.Text)
	}
	return lines
}

// Recorded reports whether Lines would return any line.
func (e *Evidence) Recorded() bool {
	return e != nil && (len(e.Phases)+len(e.Attempts)+len(e.Notes) > 0 || e.TLS != nil || e.Reply != nil || e.Exit != nil)
}

// String returns the Lines as one line.
func (e *Evidence) String() string {
	return clip.Line(strings.Join(e.Lines(), "; "))
}

// phases names each peer once.
func (e *Evidence) phases() string {
	texts, peer := make([]string, len(e.Phases)), ""
	for i, p := range e.Phases {
		texts[i] = p.Name
		if p.Peer != "" && p.Peer != peer {
			texts[i] += " (" + p.Peer + ")"
			peer = p.Peer
		}
		texts[i] += " " + brief(p.Duration)
	}
	return strings.Join(texts, ", ")
}

func (e *Evidence) attempts() string {
	texts := make([]string, len(e.Attempts))
	for i, a := range e.Attempts {
		texts[i] = a.Address + " (" + cmp.Or(a.Error, "connected") + ")"
	}
	return strings.Join(texts, ", ")
}

func (h *Handshake) text(at time.Time) string {
	if h == nil {
		return ""
	}
	texts := make([]string, 0, len(h.Chain)+1)
	if h.Version != "" {
		texts = append(texts, h.Version)
	}
	for _, c := range h.Chain {
		texts = append(texts, c.text(at))
	}
	return strings.Join(texts, "; ")
}

func (c Certificate) text(at time.Time) string {
	text := cmp.Or(c.Subject, "no subject")
	if len(c.Names) > 0 {
		text += " for " + strings.Join(c.Names, ", ")
	}
	left := c.DaysLeft(at)
	if left < 0 {
		return fmt.Sprintf("%s, expired at %s", text, c.NotAfter.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("%s, %d days left", text, left)
}

// DaysLeft returns how many whole days after a moment the certificate ends, and
// less than 0 if it has ended by then.
func (c Certificate) DaysLeft(at time.Time) int {
	const day = 24 * time.Hour
	left := c.NotAfter.Sub(at)
	if left < 0 {
		return int(left/day) - 1
	}
	return int(left / day)
}

func (r *Reply) text() string {
	switch {
	case r == nil:
		return ""
	case r.Status == 0:
		return fmt.Sprintf("begins %q", r.Begins)
	case r.Begins == "":
		return fmt.Sprintf("status %d", r.Status)
	}
	return fmt.Sprintf("status %d, body begins %q", r.Status, r.Begins)
}

func (x *Exit) text() string {
	if x == nil {
		return ""
	}
	text := fmt.Sprintf("status %d", x.Code)
	if x.Code < 0 {
		text = "by a signal"
	}
	if x.Stderr != "" {
		text += fmt.Sprintf(", stderr begins %q", x.Stderr)
	}
	return text
}

// brief rounds a duration to about three digits.
func brief(d time.Duration) string {
	switch {
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(100 * time.Microsecond)
	default:
		d = d.Round(time.Microsecond)
	}
	return d.String()
}
