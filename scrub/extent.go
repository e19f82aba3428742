package scrub

import "strings"

// isMasked reports whether a mask that is not part of a longer word begins at
// i.
func (p *scan) isMasked(i int) bool {
	if !strings.HasPrefix(p.in[i:], Mask) {
		return false
	}
	i += len(Mask)
	return i == len(p.in) || !isAlnum(p.in[i])
}

// valueEnd returns the end of the value that begins at i: the next blank, ";"
// or "&" outside quotes, braces and brackets. A comma is part of the value.
func (p *scan) valueEnd(i int) int {
	plain := i // where the part without quotes begins
	for i < len(p.in) && !endsValue(p.in[i]) {
		group := i
		if i == plain {
			group = p.groupEnd(i)
		}
		if group == i {
			i++
			continue
		}
		i, plain = group, group
		if i < len(p.in) && strings.IndexByte(",)]}>:.\\", p.in[i]) >= 0 {
			return i
		}
	}
	if i > plain {
		return trimClosing(p.in, plain, i)
	}
	return i
}

// groupEnd returns the end of the quoted, braced or bracketed group at i, or i
// if there is no group. A group that is not closed was cut off: it ends with
// the text or the line.
func (p *scan) groupEnd(i int) int {
	switch p.in[i] {
	case '{':
		return orEnd(braceEnd(p.in[:p.lineEnd(i)], i), p.lineEnd(i))
	case '[':
		return orEnd(balanced(p.in[:p.lineEnd(i)], i), p.lineEnd(i))
	}
	quote, slashes := openingQuote(p.in, i)
	if quote < 0 {
		return i
	}
	closing := closingQuote(p.in, quote+1, p.in[quote], slashes, true)
	if closing < 0 && p.reg == prose {
		return p.lineEnd(i)
	}
	return orEnd(closing+1, len(p.in))
}

// orEnd returns end, or otherwise if there is no end.
func orEnd(end, otherwise int) int {
	if end <= 0 {
		return otherwise
	}
	return end
}

func endsValue(c byte) bool { return isBlank(c) || c == ';' || c == '&' }

// trimClosing excludes a quote or bracket after an unquoted value, with the
// punctuation that follows: it closes a group around the whole text.
func trimClosing(in string, start, end int) int {
	i := end
	for i > start && strings.IndexByte(":,.)]}>", in[i-1]) >= 0 {
		i--
	}
	if i <= start+1 || !isQuote(in[i-1]) {
		return end
	}
	for i--; i > start+1 && in[i-1] == '\\'; i-- {
	}
	return i
}

// jsonValue is V11 in JSON that does not parse: a string keeps its quotes, and
// any other value becomes a string.
func (p *scan) jsonValue(pr pair) int {
	value := pr.value
	for value < len(p.in) && isBlank(p.in[value]) {
		value++
	}
	if value == len(p.in) {
		return pr.name.end
	}
	from := value
	if strings.IndexByte("bBrRuU", p.in[from]) >= 0 { // Python's b'…'
		from++
	}
	if quote, slashes := openingQuote(p.in, from); quote >= 0 {
		closing := closingQuote(p.in, quote+1, p.in[quote], slashes, false)
		if closing < 0 {
			return p.mask(quote+1, len(p.in), v11)
		}
		return p.mask(quote+1, closing-slashes, v11)
	}
	end := balancedOrAll(p.in, p.literalOf(value))
	if strings.IndexByte("{[", p.in[value]) < 0 {
		for end = value; end < len(p.in) && strings.IndexByte(",}]\n", p.in[end]) < 0; end++ {
		}
	}
	if end == value {
		return pr.name.end
	}
	return p.maskQuoted(value, end, p.in[pr.name.end:p.quoteEnd(pr.name.end)])
}

// literalOf skips the type of a composite literal of Go: []string{"x"}.
func (p *scan) literalOf(i int) int {
	if strings.HasPrefix(p.in[i:], "[]") {
		if end := nameBytes.run(p.in[:min(len(p.in), i+maxType)], i+2); end < len(p.in) && p.in[end] == '{' {
			return end
		}
	}
	return i
}

func balancedOrAll(in string, i int) int {
	if in[i] != '{' && in[i] != '[' {
		return i
	}
	return orEnd(balanced(in, i), len(in))
}

// quoteEnd returns the end of the quote at i with its backslashes.
func (p *scan) quoteEnd(i int) int {
	quote, _ := openingQuote(p.in, i)
	return quote + 1
}

// maskQuoted masks in[start:end] as a string in the given quotes.
func (p *scan) maskQuoted(start, end int, quote string) int {
	p.out = append(append(p.out, p.in[p.done:start]...), quote...)
	p.done = start
	p.mask(start, end, v11)
	p.out = append(p.out, quote...)
	return end
}

// nestedEnd returns the end of a value in Go's %v or in YAML's braces.
func (p *scan) nestedEnd(i int) int {
	if p.in[i] == '{' || p.in[i] == '[' {
		return orEnd(balanced(p.in[:p.lineEnd(i)], i), p.lineEnd(i))
	}
	end := p.valueEnd(i)
	if quote, _ := openingQuote(p.in, i); quote >= 0 {
		return end
	}
	for end > i+1 && (p.in[end-1] == '}' || p.in[end-1] == ']') {
		end--
	}
	return end
}
