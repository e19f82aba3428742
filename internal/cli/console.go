package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// A console is where a command prints for people.
type console struct {
	io.Writer
	palette terminal.Palette
	// columns is the width of the terminal. Zero means that the output is not a
	// terminal, and lines are not cut.
	columns int
	// evidence returns lines about the last failure of a check, "key: text". Nil
	// means that evidence is not shown.
	evidence func(check string) []string
	// why returns the sentence of a check that is not listed, "" if it is not known.
	// Nil knows none.
	why func(check string) string
	// status shows nothing if neither output leads to a terminal.
	status *terminal.StatusLine
}

// newConsole prints to stdout. The status line is on stderr, so that the output may
// lead to a file, or else on stdout.
func (f *flags) newConsole(stdout, stderr io.Writer) *console {
	c := &console{Writer: stdout, status: &terminal.StatusLine{}}
	device, isTerminal := terminal.Of(stdout)
	if isTerminal {
		c.columns, _ = device.Size()
	}
	if other, is := terminal.Of(stderr); is {
		c.status = terminal.NewStatusLine(other)
	} else if isTerminal {
		c.status = terminal.NewStatusLine(device)
	}
	switch f.color {
	case "always":
		c.palette = true
	case "auto", "": // Commands other than check have no such flag.
		c.palette = terminal.Palette(isTerminal && os.Getenv("NO_COLOR") == "")
	}
	return c
}

// say prints a text, on several lines if the terminal is narrow.
func (c *console) say(text string) {
	text = terminal.Line(text)
	if c.columns > 0 {
		text = strings.Join(terminal.Wrap(text, c.columns, c.columns), "\n")
	}
	fmt.Fprintln(c, text)
}
