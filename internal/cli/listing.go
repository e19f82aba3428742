package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

const (
	// usualNames is the width of the column of the names without a terminal; on
	// a terminal it is a third of the terminal at most. Longer names push the
	// rest of their line to the right.
	usualNames = 40
	// durations is the width of the column of the durations.
	durations = 6
	// leastText is the least width of a text beside the names; a text with less
	// room continues below the name.
	leastText = 30
)

// detailIndent is before the lines below a result.
const detailIndent = "      "

// A listing prints results for people, each with a line of its own:
//
//	[+] redis:     1.2ms  redis ok
//	[-] search:     5.0s  connecting to 127.0.0.1:9200: timeout after 5s
//	      runbook: https://wiki.example.org/search
type listing struct {
	palette terminal.Palette
	columns int // 0: lines are not cut
	names   int // width of their column, with the colon
	verbose bool
	// screen cuts the lines below a result; otherwise they continue on further
	// lines.
	screen bool
	// now is the moment at which the age of a state is measured. Zero means the
	// end of the last run.
	now time.Time
	// evidence returns lines about the last failure of a check, "key: text",
	// shown with --verbose. Nil means that evidence is not shown.
	evidence func(check string) []string
	// why is that of the console.
	why func(check string) string
}

// newListing makes a listing of results with these names.
func (f *flags) newListing(c *console, names []string) *listing {
	l := &listing{palette: c.palette, columns: c.columns, verbose: f.verbose, evidence: c.evidence, why: c.why}
	most := usualNames
	if c.columns > 0 {
		most = c.columns / 3
	}
	for _, name := range names {
		if n := terminal.Width(terminal.Line(name)) + 1; n <= most {
			l.names = max(l.names, n)
		}
	}
	return l
}

// block returns the lines of a result: its own and, unless it has simply passed,
// the details that help.
func (l *listing) block(r *collector.Result) []string {
	lines := l.said(r)
	for _, d := range l.details(r) {
		lines = append(lines, l.detail(d)...)
	}
	return lines
}

// said returns the lines with the name, the duration and the text of a result.
func (l *listing) said(r *collector.Result) []string {
	name := terminal.Pad(terminal.Line(r.Check)+":", l.names)
	took := ""
	if r.State != collector.StateSkipped && r.State != collector.StateUnknown {
		took = shortDuration(r.Duration)
	}
	head := fmt.Sprintf(" %s %*s  ", name, durations, took)
	lines := l.text(head, terminal.Line(httpapi.Sentence(r)), concerns(r))
	lines[0] = l.palette.Paint(colour(r), sign(r)) + strings.TrimRight(lines[0], " ")
	return lines
}

// signWidth is the width of "[+]".
const signWidth = 3

// text fits a sentence after its head into the terminal. The sentence of a result
// that a person should read continues on further lines; others are cut.
func (l *listing) text(head, sentence string, whole bool) []string {
	if l.columns == 0 {
		return []string{head + sentence}
	}
	indent := terminal.Width(head) + signWidth
	room := l.columns - indent
	if !whole || room < 1 {
		return []string{terminal.Cut(head+sentence, l.columns-signWidth)}
	}
	if room < leastText {
		indent = len(detailIndent)
	}
	lines := terminal.Wrap(sentence, room, max(1, l.columns-indent))
	for i := range lines[1:] {
		lines[i+1] = strings.Repeat(" ", indent) + lines[i+1]
	}
	lines[0] = head + lines[0]
	return lines
}

// A detail is a line below a result.
type detail struct {
	key, text string // the key may be empty
}

// detail returns the lines of a detail. An address stays on one line, so that the
// terminal can open it.
func (l *listing) detail(d detail) []string {
	key := ""
	if d.key != "" {
		key = d.key + ": "
	}
	texts := []string{terminal.Line(d.text)}
	if room := max(1, l.columns-len(detailIndent)-len(key)); l.columns > 0 {
		switch {
		case l.screen:
			texts[0] = terminal.Cut(texts[0], room)
		case d.key != "runbook":
			texts = terminal.Wrap(texts[0], room, max(1, l.columns-len(detailIndent)))
		}
	}
	for i := range texts {
		texts[i] = detailIndent + texts[i]
	}
	texts[0] = detailIndent + l.palette.Paint(terminal.Dim, key) + strings.TrimPrefix(texts[0], detailIndent)
	return texts
}

// details returns the details to print below a result.
func (l *listing) details(r *collector.Result) []detail {
	var all []detail
	add := func(key, text string) {
		if text != "" {
			all = append(all, detail{key, text})
		}
	}
	if concerns(r) {
		all = l.causes(r)
		add("since", l.since(r))
		if r.State != collector.StateSkipped {
			add("runbook", r.Runbook)
		}
	}
	if !l.verbose {
		return all
	}
	if r.State != collector.StateSkipped { // The text says so.
		add("reason", string(r.Reason))
	}
	add("description", r.Description)
	add("tags", strings.Join(r.Tags, ", "))
	add("values", values(r))
	if l.evidence != nil && !r.Passed {
		for _, line := range l.evidence(r.Check) {
			key, text, _ := strings.Cut(line, ": ")
			add(key, text)
		}
	}
	return all
}

// causes returns a line with the causes that are in the list, and a line with the
// sentence of each other one.
func (l *listing) causes(r *collector.Result) []detail {
	var listed []string
	var others []detail
	for _, name := range r.Cause {
		sentence := ""
		if l.why != nil {
			sentence = l.why(name)
		}
		if sentence == "" {
			listed = append(listed, name)
		} else {
			others = append(others, detail{"cause", name + ": " + sentence})
		}
	}
	if len(listed) == 0 {
		return others
	}
	return append([]detail{{"cause", strings.Join(listed, ", ")}}, others...)
}

// since says when a state began, unless that was just now.
func (l *listing) since(r *collector.Result) string {
	now := l.now
	if now.IsZero() {
		now = r.Time
	}
	age := now.Sub(r.Since)
	if r.Since.IsZero() || age < time.Second {
		return ""
	}
	return fmt.Sprintf("%s (%s)", r.Since.Format(time.DateTime), shortDuration(age))
}

func values(r *collector.Result) string {
	texts := make([]string, len(r.Values))
	for i, v := range r.Values {
		texts[i] = v.Name + "=" + digits(v.Value)
		if limits := limitsOf(r, v.Name); limits != "" {
			texts[i] += " (" + limits + ")"
		}
	}
	return strings.Join(texts, " ")
}

// limitsOf says at which values a check warns and fails.
func limitsOf(r *collector.Result, value string) string {
	var parts []string
	for _, l := range r.Limits {
		if l.Name != value {
			continue
		}
		for _, side := range [...]struct {
			words string
			limit float64
		}{
			{"warns from ", l.Thresholds.WarnAbove}, {"fails from ", l.Thresholds.FailAbove},
			{"warns below ", l.Thresholds.WarnBelow}, {"fails below ", l.Thresholds.FailBelow},
		} {
			if side.limit != 0 {
				parts = append(parts, side.words+digits(side.limit))
			}
		}
	}
	return strings.Join(parts, ", ")
}

func digits(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// concerns reports whether a person should read the result.
func concerns(r *collector.Result) bool {
	return r.State != collector.StatePassed || r.Warning != "" || !r.Passed
}

func sign(r *collector.Result) string {
	switch {
	case r.State != collector.StatePassed:
		return "[-]"
	case r.Warning != "":
		return "[!]"
	}
	return "[+]"
}

// colour is the colour of a result: red for a failure that counts, yellow for
// what only degrades, dim for a check that did not run.
func colour(r *collector.Result) terminal.Colour {
	switch {
	case r.State == collector.StateSkipped, r.State == collector.StateUnknown:
		return terminal.Dim
	case r.State != collector.StatePassed && r.Counts():
		return terminal.Red
	case concerns(r):
		return terminal.Yellow
	}
	return terminal.Green
}

// shortDuration writes a duration in at most six columns: 0.3ms, 120ms, 8.1s,
// 2m5s, 26h3m.
func shortDuration(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Round(time.Millisecond).Milliseconds())
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// summarize says how many results have not passed: "2 of 101 failed, 1 skipped".
func summarize(results []*collector.Result) string {
	var failed, optional, muted, skipped, unknown, warnings int
	for _, r := range results {
		switch r.State {
		case collector.StateFailed:
			failed++
			switch {
			case r.Optional:
				optional++
			case r.Muted != nil:
				muted++
			}
		case collector.StateSkipped:
			skipped++
		case collector.StateUnknown:
			unknown++
		case collector.StatePassed:
			if r.Warning != "" {
				warnings++
			}
		}
	}
	text := fmt.Sprintf("%d of %d failed", failed, len(results))
	if failed+skipped+unknown == 0 {
		text = fmt.Sprintf("%s passed", count(len(results), "check"))
	}
	var excuses []string
	list(&excuses, optional, "optional")
	list(&excuses, muted, "muted")
	if len(excuses) > 0 {
		text += " (" + strings.Join(excuses, ", ") + ")"
	}
	parts := []string{text}
	list(&parts, skipped, "skipped")
	list(&parts, unknown, "not finished")
	if warnings == 1 {
		parts = append(parts, "1 warns")
	} else {
		list(&parts, warnings, "warn")
	}
	return strings.Join(parts, ", ")
}

func list(parts *[]string, n int, word string) {
	if n > 0 {
		*parts = append(*parts, fmt.Sprintf("%d %s", n, word))
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
