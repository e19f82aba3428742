package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// An end describes how a program ended and holds its outputs, at most 64 KiB
// each.
type end struct {
	state          *os.ProcessState
	stdout, stderr string
}

// judge observes the performance data and decides whether the check passes.
func (e Exec) judge(ctx context.Context, end end) (string, error) {
	line, measures := end.said(e.Nagios)
	for _, m := range measures {
		checks.Observe(ctx, m.name, m.value)
	}
	status := describe(end.state)
	sentence := join(status, line)
	switch code := end.state.ExitCode(); {
	case code == 0 && line == "":
		return status, nil
	case code == 0:
		return line, nil
	case code == 1 && e.Nagios:
		return sentenceOr(line, status), checks.Warnf("%s", sentence)
	default:
		return "", checks.Fail(checks.ReasonExitCode, errors.New(sentence))
	}
}

// said returns the first line of output and the performance data. Only standard
// output can contain performance data.
func (e end) said(nagios bool) (line string, measures []measure) {
	line, rest := firstLine(e.stdout)
	if line == "" {
		line, _ = firstLine(e.stderr)
		return line, nil
	}
	line, measures = cutPerfdata(line)
	if nagios {
		// text | data, then lines of long text, then | and lines of data.
		_, data, _ := strings.Cut(rest, "|")
		measures = append(measures, parsePerfdata(data)...)
	}
	return line, unique(measures)
}

// cutPerfdata takes the performance data off a line. If no item after the
// first bar is valid, the bar belongs to the text.
func cutPerfdata(line string) (text string, measures []measure) {
	text, data, found := strings.Cut(line, "|")
	if !found {
		return line, nil
	}
	measures = parsePerfdata(data)
	if len(measures) == 0 {
		return line, nil
	}
	return strings.TrimSpace(text), measures
}

// firstLine returns the first line that is not blank, trimmed, and the text
// after it.
func firstLine(s string) (line, rest string) {
	line, rest, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(line), rest
}

// sentenceOr returns the sentence or, when it is empty, the other.
func sentenceOr(sentence, other string) string {
	if sentence == "" {
		return other
	}
	return sentence
}

// join returns "what: detail", or what alone.
func join(what, detail string) string {
	if detail == "" {
		return what
	}
	return fmt.Sprintf("%s: %s", what, detail)
}
