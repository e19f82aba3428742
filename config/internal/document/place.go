package document

import (
	"fmt"
	"strings"
)

// lineBits is how many bits of a node's line count within its file. A file of at
// most MaxSize has fewer lines than that; the order of the file stands above. So
// lines of the merged document are in order and tell their files.
const lineBits = 21

// everywhere is the line of what concerns all files.
const everywhere = -1

func lineIn(order, line int) int { return order<<lineBits | line }
func orderOf(line int) int       { return line >> lineBits }

// A Place is a line of a file.
type Place struct {
	File string // all files, joined by ", ", if it concerns no single one
	Line int    // from 1; 0 means the file as a whole
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Place returns where a line of the merged document stands.
func (d *Document) Place(line int) Place {
	if line == everywhere {
		names := make([]string, len(d.sources))
		for i, s := range d.sources {
			names[i] = s.Name
		}
		return Place{File: strings.Join(names, ", ")}
	}
	return Place{d.sources[orderOf(line)].Name, line & (1<<lineBits - 1)}
}
