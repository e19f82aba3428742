package screentest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// A Size is the size of a terminal.
type Size struct{ Columns, Rows int }

// A cell is one column of one row. The second cell of a wide character is empty.
type cell struct {
	text  string // a character with its combining ones
	style string // as in \x1b[…m
}

// A screen is a model of a terminal. It never scrolls back.
type screen struct {
	size      Size
	rows      [][]cell
	x, y      int // of the cursor; x may be behind the last column
	style     string
	hidden    bool // the cursor
	main      *screen
	input     []rune // of an unfinished sequence
	alternate bool
	unknown   []string // sequences that the model does not know
}

func newScreen(size Size) *screen {
	s := &screen{size: size}
	s.rows = make([][]cell, size.Rows)
	for y := range s.rows {
		s.rows[y] = s.blank()
	}
	return s
}

func (s *screen) blank() []cell {
	row := make([]cell, s.size.Columns)
	for x := range row {
		row[x].text = " "
	}
	return row
}

// write takes what the program writes.
func (s *screen) write(text string) {
	for _, r := range text {
		switch {
		case len(s.input) > 0:
			s.sequence(r)
		case r == '\x1b':
			s.input = append(s.input, r)
		case r == '\r':
			s.x = 0
		case r == '\n':
			s.lineFeed()
		case unicode.IsControl(r):
			s.unknown = append(s.unknown, fmt.Sprintf("%q", r))
		default:
			s.put(r)
		}
	}
}

func (s *screen) lineFeed() {
	if s.y++; s.y == s.size.Rows {
		s.y--
		s.rows = append(s.rows[1:], s.blank())
	}
}

func (s *screen) put(r rune) {
	columns := 1
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		columns = 2
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		if s.x > 0 {
			s.rows[s.y][s.x-1].text += string(r)
		}
		return
	}
	if s.x+columns > s.size.Columns {
		s.x = 0
		s.lineFeed()
	}
	s.rows[s.y][s.x] = cell{string(r), s.style}
	if columns == 2 {
		s.rows[s.y][s.x+1] = cell{"", s.style}
	}
	s.x += columns
}

// sequence takes the next character of an escape sequence.
func (s *screen) sequence(r rune) {
	s.input = append(s.input, r)
	if len(s.input) < 3 || r < '@' || r > '~' {
		return
	}
	text := string(s.input[2:])
	s.input = nil
	switch text {
	case "H":
		s.x, s.y = 0, 0
	case "J":
		s.clear(s.x)
		for y := s.y + 1; y < s.size.Rows; y++ {
			s.rows[y] = s.blank()
		}
	case "K":
		s.clear(s.x)
	case "?25l", "?25h":
		s.hidden = text == "?25l"
	case "?1049h":
		before := *s
		*s = *newScreen(s.size)
		s.main, s.alternate, s.hidden = &before, true, before.hidden
	case "?1049l":
		if s.main != nil {
			hidden, unknown, size := s.hidden, s.unknown, s.size
			*s = *s.main
			s.hidden, s.unknown = hidden, append(s.unknown, unknown...)
			s.resize(size)
		}
	default:
		if code, is := strings.CutSuffix(text, "m"); is {
			if _, err := strconv.Atoi(code); err == nil {
				s.style = strings.TrimPrefix(code, "0")
				return
			}
		}
		s.unknown = append(s.unknown, fmt.Sprintf("%q", text))
	}
}

// clear clears the row of the cursor from a column on.
func (s *screen) clear(from int) {
	for x := from; x < s.size.Columns; x++ {
		s.rows[s.y][x] = cell{text: " "}
	}
}

// resize cuts or extends the screen. Lines are not wrapped anew.
func (s *screen) resize(size Size) {
	old := s.rows
	s.size = size
	s.rows = make([][]cell, size.Rows)
	for y := range s.rows {
		s.rows[y] = s.blank()
		if y < len(old) {
			copy(s.rows[y], old[y])
		}
	}
	s.x, s.y = min(s.x, size.Columns), min(s.y, size.Rows-1)
}

// text returns the screen without blanks at its end. If styles is true, each change
// of the style is shown, such as {31} for red.
func (s *screen) text(styles bool) string {
	var b strings.Builder
	for _, row := range s.rows {
		var line strings.Builder
		style := ""
		for _, c := range row {
			if styles && c.style != style {
				fmt.Fprintf(&line, "{%s}", c.style)
				style = c.style
			}
			line.WriteString(c.text)
		}
		if style != "" {
			line.WriteString("{}")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
