package scrub

import "strings"

// A scan is one pass over a free text. It copies nothing before the first find.
//
// Every rule begins at a byte that is rare in texts (see kindOf) and looks ahead
// with cursors that remember what they found, so that the whole stays linear:
// a rule either consumes what it has looked at or asks a cursor.
type scan struct {
	s  *Scrubber
	in string
	t  *trace

	out  []byte
	done int // in[:done] is in out

	// floor bounds looking back: what stands before it belongs to an earlier find.
	floor int
	lines bool // there is more than one
	nest  int  // open braces on this line, as in Go's %v of structs and maps

	blank, at, sep, eol cursor
	last                lastCursor
	noJWT               int // no token can begin before it
}

// maxPasses bounds how often a text is looked at; one look finds nearly all.
const maxPasses = 8

// patterns scrubs by the shapes of secrets: all rules but V1, V2 and V14. What
// was found is looked at again, because a mask can change how the text beside
// it reads, and to scrub twice must be the same as once. A text that is still not
// at its end after some looks is made for that, and masked as a whole.
func (s *Scrubber) patterns(in string, t *trace) string {
	for range maxPasses {
		out := s.pass(in, t)
		if out == in {
			return in
		}
		in = out
	}
	t.note(limit)
	return Mask
}

func (s *Scrubber) pass(in string, t *trace) string {
	p := scan{s: s, in: in, t: t, lines: strings.IndexByte(in, '\n') >= 0}
	for i := 0; i < len(in); {
		next := i + 1
		switch kindOf[in[i]] {
		case kindLetter:
			if i == 0 || !isAlnum(in[i-1]) {
				next = p.word(i)
			}
		case kindEquals:
			next = p.equals(i)
		case kindColon:
			next = p.colon(i)
		case kindDash:
			next = p.pem(i)
		case kindNest:
			p.nesting(in[i])
		}
		i = max(next, i+1)
	}
	if p.out == nil {
		return in
	}
	return string(append(p.out, in[p.done:]...))
}

const (
	_ = iota
	kindLetter
	kindEquals
	kindColon
	kindDash
	kindNest
)

// kindOf says which bytes are worth a look. Letters are those that begin a word
// of V12 or V13.
var kindOf = func() (kinds [256]uint8) {
	for c := range prefixes {
		if len(prefixes[c]) > 0 {
			kinds[c] = kindLetter
		}
	}
	for _, c := range "BbDde" {
		kinds[c] = kindLetter
	}
	kinds['='], kinds[':'], kinds['-'] = kindEquals, kindColon, kindDash
	kinds['{'], kinds['}'], kinds['['], kinds[']'], kinds['\n'] = kindNest, kindNest, kindNest, kindNest, kindNest
	return kinds
}()

// mask replaces in[start:end]; nothing before end is looked at again.
func (p *scan) mask(start, end int, r rule) int {
	if p.out == nil {
		p.out = make([]byte, 0, len(p.in)+len(Mask))
	}
	p.out = append(append(p.out, p.in[p.done:start]...), Mask...)
	p.done, p.floor = end, end
	p.t.note(r)
	return end
}

// skip leaves in[:end] as it is; nothing before end is looked at again.
func (p *scan) skip(end int) int {
	p.floor = end
	return end
}

func (p *scan) nesting(c byte) {
	switch c {
	case '{', '[':
		p.nest++
	case '}', ']':
		p.nest = max(p.nest-1, 0)
	default:
		p.nest = 0
	}
}

// A cursor remembers that nothing was found in [from, pos).
type cursor struct{ from, pos int }

// next returns the first position from i on that find finds, len(in) for none.
func (c *cursor) next(i int, find func(i int) int) int {
	if i < c.from || i > c.pos || c.pos == 0 {
		*c = cursor{i, find(i)}
	}
	return c.pos
}

// nextBlank returns where the word of i ends.
func (p *scan) nextBlank(i int) int {
	return p.blank.next(i, func(i int) int { return indexBlank(p.in, i) })
}

// nextAt returns the position of the next "@".
func (p *scan) nextAt(i int) int {
	return p.at.next(i, func(i int) int { return indexByte(p.in, i, '@') })
}

// lineEnd returns where the line of i ends, without its line break.
func (p *scan) lineEnd(i int) int {
	end := p.eol.next(i, func(i int) int { return indexByte(p.in, i, '\n') })
	if end > i && end < len(p.in) && p.in[end-1] == '\r' {
		end--
	}
	return end
}

// nextURL returns the position of the next separator that a URL follows at
// once, as in "amqp://a:b@h1,amqp://c:d@h2".
func (p *scan) nextURL(i int) int {
	return p.sep.next(i, func(i int) int {
		for j := i; ; j += len("://") {
			n := strings.Index(p.in[j:], "://")
			if n < 0 {
				return len(p.in)
			}
			j += n
			start := schemeStart(p.in, i, j)
			if start > i && start < j && strings.IndexByte(",;|\"'`", p.in[start-1]) >= 0 {
				return start - 1
			}
		}
	})
}

// A lastCursor remembers the last "@" before an end.
type lastCursor struct{ from, end, pos int }

// lastAt returns the last "@" in [i, end), or -1.
func (p *scan) lastAt(i, end int) int {
	if c := p.last; c.end != end || i < c.from {
		p.last = lastCursor{i, end, i + strings.LastIndexByte(p.in[i:end], '@')}
		if p.last.pos < i {
			p.last.pos = -1
		}
	}
	if p.last.pos < i {
		return -1
	}
	return p.last.pos
}

func indexByte(in string, i int, c byte) int {
	if n := strings.IndexByte(in[i:], c); n >= 0 {
		return i + n
	}
	return len(in)
}

func indexBlank(in string, i int) int {
	for i < len(in) && !isBlank(in[i]) {
		i++
	}
	return i
}

// skipSpaces returns the first position from i on that is no blank of its line.
func skipSpaces(in string, i int) int {
	for i < len(in) && (in[i] == ' ' || in[i] == '\t') {
		i++
	}
	return i
}
