package terminal

// A Colour is the way in which a text is painted.
type Colour string

// The colours, which are readable on light and on dark terminals.
const (
	Green  Colour = "32"
	Yellow Colour = "33"
	Red    Colour = "31"
	Dim    Colour = "2"
	Bold   Colour = "1"
)

// A Palette paints texts if it is true, and returns them as they are if not.
type Palette bool

// Paint paints a text, which must have no colours in it.
func (p Palette) Paint(c Colour, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}
