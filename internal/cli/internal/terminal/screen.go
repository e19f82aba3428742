package terminal

import (
	"io"
	"strings"
)

// A Screen is the whole of a terminal. What was there before comes back when it is
// closed. It must not be used by two goroutines at once.
type Screen struct {
	out   io.Writer
	shown string
}

// Open takes the terminal over, without its cursor.
func (d Device) Open() *Screen {
	_, _ = io.WriteString(d.file, "\x1b[?1049h\x1b[?25l")
	return &Screen{out: d.file}
}

// Draw replaces what the screen shows. There must be no more lines than rows, and
// no line wider than the screen.
func (s *Screen) Draw(lines []string) {
	const clearLine, clearBelow = "\x1b[K", "\x1b[J"
	text := strings.Join(lines, clearLine+"\r\n")
	if text == s.shown {
		return
	}
	s.shown = text
	_, _ = io.WriteString(s.out, "\x1b[H"+text+clearLine+clearBelow)
}

// Forget makes Draw draw, even if nothing has changed: the terminal may have lost
// some of it, as when its size changes.
func (s *Screen) Forget() { s.shown = "" }

// Close gives the terminal back.
func (s *Screen) Close() { _, _ = io.WriteString(s.out, "\x1b[?25h\x1b[?1049l") }
