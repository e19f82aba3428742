package document

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// maxMarks bounds the characters that begin or end a node, before the parser
// makes something large of them: a megabyte of commas is half a million nodes.
const maxMarks = maxNodes

// characters returns a fault if the data is not text, or denser than text is.
func characters(data []byte) *fault {
	if !utf8.Valid(data) || bytes.IndexFunc(data, isControl) >= 0 {
		line := 0
		for l := range bytes.Lines(data) {
			line++
			if !utf8.Valid(l) {
				return &fault{line, "is not UTF-8"}
			}
			if i := bytes.IndexFunc(l, isControl); i >= 0 {
				r, _ := utf8.DecodeRune(l[i:])
				return &fault{line, fmt.Sprintf("holds the control character %U", r)}
			}
		}
	}
	marks := 0
	for _, c := range data {
		switch c {
		case ',', ':', '[', '{', '?', '&', '*', '!', '\n':
			marks++
		}
	}
	if marks > maxMarks {
		return &fault{0, fmt.Sprintf("has more than %d nodes", maxNodes)}
	}
	return nil
}

// isControl reports whether YAML does not allow r, even in quotes.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	}
	return r == 0xfffe || r == 0xffff
}
