package terminal

import (
	"io"
	"os"
)

// A Device is a terminal that a stream of this process leads to.
type Device struct{ file *os.File }

// Of returns the terminal that a stream leads to, and false if the stream leads
// elsewhere or the terminal knows no escape sequences (TERM=dumb).
func Of(stream any) (Device, bool) {
	file, is := stream.(*os.File)
	if !is || os.Getenv("TERM") == "dumb" || !isTerminal(file.Fd()) {
		return Device{}, false
	}
	return Device{file}, true
}

// The size to assume for a terminal that does not report its own.
const (
	usualColumns = 80
	usualRows    = 24
)

// Size returns the number of columns and rows.
func (d Device) Size() (columns, rows int) {
	columns, rows = size(d.file.Fd())
	if columns <= 0 {
		columns = usualColumns
	}
	if rows <= 0 {
		rows = usualRows
	}
	return columns, rows
}

// Keys switches off the echo and the wait for the end of a line. Ctrl-C and its
// like keep their meaning. Call restore before the process ends.
func (d Device) Keys() (restore func(), err error) { return keys(d.file.Fd()) }

// A StatusLine is a line at the bottom that changes in place. The zero value has no
// terminal and shows nothing. It must not be used by two goroutines at once.
type StatusLine struct {
	out   io.Writer
	of    Device
	shown string
}

// NewStatusLine returns the status line of a terminal.
func NewStatusLine(d Device) *StatusLine { return &StatusLine{out: d.file, of: d} }

// Show replaces the line. The text is cut to the width of the terminal.
func (l *StatusLine) Show(text string) {
	if l.out == nil {
		return
	}
	columns, _ := l.of.Size()
	text = Cut(text, columns-1) // In the last column some terminals wrap.
	if text == l.shown {
		return
	}
	l.shown = text
	_, _ = io.WriteString(l.out, "\r"+text+"\x1b[K")
}

// Clear removes the line, so that other output can take its place.
func (l *StatusLine) Clear() {
	if l.out == nil || l.shown == "" {
		return
	}
	l.shown = ""
	_, _ = io.WriteString(l.out, "\r\x1b[K")
}
