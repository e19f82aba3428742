package scrub

import "strings"

// A register says how texts are read.
type register uint8

const (
	prose  register = iota // sentences: only what has the shape of a secret
	dump                   // values of dumps: what has a sensitive name
	script                 // a dump's shell script: short flags without a shape too
)

// A scan is one pass over a text. It copies nothing before the first match.
//
// Every rule begins at a word or a byte that is rare in texts. It looks ahead
// either a bounded number of bytes or with cursors that remember their matches,
// so that the whole scan is linear.
type scan struct {
	s   *Scrubber
	in  string
	reg register
	t   *trace
	// found is called with each masked value and the rule. Nil means no calls.
	found func(value string, r rule)

	out  []byte
	done int // in[:done] is in out

	// floor bounds looking back: the text before it belongs to an earlier
	// match.
	floor int
	lines bool // there is more than one line
	nest  int  // open braces on this line, as in Go's %v of structs and maps

	word    span // the last word
	tool    *tool
	toolEnd int // where the line of its command ends
	blank   cursor
	at      cursor
	sep     cursor
	eol     cursor
	bracket cursor
	last    lastCursor
	noJWT   int // no token can begin before it
	noHash  int // no hash can begin before it
}

type span struct{ start, end int }

// maxPasses bounds how often a text is scanned; one pass masks nearly
// everything.
const maxPasses = 4

// scan scrubs by the shapes of secrets: all rules but V1, V2 and V14. A changed
// text is scanned again, because a mask can change the meaning of the text
// beside it, and scrubbing twice must give the same result as scrubbing once. A
// text that still changes after maxPasses is assumed to be malicious and masked
// as a whole.
func (s *Scrubber) scan(in string, reg register, t *trace) string {
	for range maxPasses {
		p := scan{s: s, in: in, reg: reg, t: t}
		out := p.run()
		if out == in {
			return in
		}
		in = out
	}
	t.note(limit)
	return Mask
}

func (p *scan) run() string {
	p.lines = strings.IndexByte(p.in, '\n') >= 0
	for i := 0; i < len(p.in); {
		i = max(p.step(i), i+1)
	}
	if p.out == nil {
		return p.in
	}
	return string(append(p.out, p.in[p.done:]...))
}

// step applies the rules at i and returns the position to continue at.
func (p *scan) step(i int) int {
	switch c := p.in[i]; {
	case c == '-' && strings.HasPrefix(p.in[i:], pemDash):
		return p.pem(i)
	case nameBytes.has(c):
		if c >= 0xC2 {
			if after := skipSpaces(p.in, i) + wideSign(p.in, i); after > i {
				return after
			}
		}
		return p.wordAt(i)
	case c == ':':
		if strings.HasPrefix(p.in[i:], "://") {
			return p.url(i)
		}
		return p.bareUserInfo(i)
	case c == '/':
		return p.schemeless(i)
	case c == '$':
		return p.hash(i)
	case c == '{' || c == '[':
		p.nest++
	case c == '}' || c == ']':
		p.nest = max(p.nest-1, 0)
	case c == '\n':
		p.nest = 0
	}
	return i + 1
}

// mask replaces in[start:end]; nothing before end is scanned again.
func (p *scan) mask(start, end int, r rule) int {
	if p.out == nil {
		p.out = make([]byte, 0, len(p.in)+len(Mask))
	}
	p.out = append(append(p.out, p.in[p.done:start]...), Mask...)
	p.done, p.floor = end, end
	p.t.note(r)
	if p.found != nil {
		p.found(p.in[start:end], r)
	}
	return end
}

// skip leaves in[:end] as it is; nothing before end is scanned again.
func (p *scan) skip(end int) int {
	p.floor = end
	return end
}

// wordAt applies the rules to the word that begins at i.
func (p *scan) wordAt(i int) int {
	if i > 0 && p.in[i-1] == '%' && i+2 < len(p.in) && isHex(p.in[i]|0x20) && isHex(p.in[i+1]|0x20) {
		i += 2 // %3Ftoken
	}
	end := p.wordEnd(i)
	before := p.word
	p.word = span{i, end}
	if i == end {
		return i
	}
	if next := p.token(i, end); next > i {
		return next
	}
	if p.in[i] == 'P' {
		if next := p.putty(i, end); next > i {
			return next
		}
	}
	if next := p.scheme(i, end); next > end {
		return next
	}
	if p.in[i] == '-' {
		if next := p.flagAt(i, end); next > i {
			return next
		}
	} else if t := toolNamed(p.in[i:end]); t != nil {
		p.tool, p.toolEnd = t, p.lineEnd(end)
	}
	if p.tool != nil && i < p.toolEnd {
		if next := p.operand(i, end); next > i {
			return next
		}
	}
	if next := p.command(i, end, before); next > end {
		return next
	}
	if next := p.named(i, end, before); next > end {
		return next
	}
	return end
}

// wordEnd returns the end of the word at i.
func (p *scan) wordEnd(i int) int {
	for i < len(p.in) && nameBytes.has(p.in[i]) {
		if p.in[i] >= 0xC2 && spaceLen(p.in, i)+wideSign(p.in, i) > 0 {
			return i
		}
		i++
	}
	return i
}

// A cursor remembers that nothing was found in [from, pos).
type cursor struct{ from, pos int }

// next returns the first position from i on that find finds, or len(in).
func (c *cursor) next(i int, find func(i int) int) int {
	if i < c.from || i > c.pos || c.pos == 0 {
		*c = cursor{i, find(i)}
	}
	return c.pos
}

// nextBlank returns where the word at i ends.
func (p *scan) nextBlank(i int) int {
	return p.blank.next(i, func(i int) int {
		for i < len(p.in) && !isBlank(p.in[i]) {
			i++
		}
		return i
	})
}

// nextAt returns the position of the next "@".
func (p *scan) nextAt(i int) int {
	return p.at.next(i, func(i int) int { return indexByte(p.in, i, '@') })
}

// lineEnd returns where the line containing i ends, without its line break.
func (p *scan) lineEnd(i int) int {
	end := p.eol.next(i, func(i int) int { return indexByte(p.in, i, '\n') })
	if end > i && end < len(p.in) && p.in[end-1] == '\r' {
		end--
	}
	return end
}

// nextBracket returns the position of the next "]".
func (p *scan) nextBracket(i int) int {
	return p.bracket.next(i, func(i int) int { return indexByte(p.in, i, ']') })
}

// nextURL returns the position of the next separator that is directly followed
// by a URL, as in "amqp://a:b@h1,amqp://c:d@h2".
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
