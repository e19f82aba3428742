package scrub

import "strings"

const (
	maxName   = 128 // bytes of a name in a text
	maxSpaces = 16  // blanks between a name and its sign
)

// equals is V9 and V10 at an equals sign. It returns where to go on.
func (p *scan) equals(i int) int {
	start, end := p.nameBefore(i)
	if start == end {
		return i + 1
	}
	name := p.in[start:end]
	query := start > 0 && (p.in[start-1] == '?' || p.in[start-1] == '&')
	if !query && strings.EqualFold(name, "key") || !p.sensitive(name) {
		return i + 1
	}
	if query {
		return p.param(i + 1)
	}
	from := i + 1
	if from+1 < len(p.in) && strings.IndexByte("=>", p.in[from]) >= 0 && p.in[from+1] == ' ' {
		from++ // == and =>
	}
	value := skipSpaces(p.in, from)
	if value == len(p.in) || isBlank(p.in[value]) {
		if end == i && value == i+1 { // NAME= and nothing else
			return p.mask(value, value, v10)
		}
		return value
	}
	return p.maskValue(value, p.valueEnd(value), v10)
}

// sensitive is Name for a name in a text, where dashes make it a flag.
func (p *scan) sensitive(name string) bool {
	switch name {
	case "authSource", "authMechanism": // MongoDB: say how, not what
		return false
	}
	return p.s.Name(strings.TrimLeft(name, "-"))
}

// nameBefore returns the name that ends at the sign at i, perhaps quoted and
// with blanks between.
func (p *scan) nameBefore(i int) (start, end int) {
	end = i
	if p.in[i] == '=' && end > p.floor && p.in[end-1] == ':' { // :=
		end--
	}
	for end > max(p.floor, i-maxSpaces) && (p.in[end-1] == ' ' || p.in[end-1] == '\t') {
		end--
	}
	if end > p.floor && isQuote(p.in[end-1]) {
		end--
		end -= backslashes(p.in, p.floor, end)
	}
	for start = end; start > max(p.floor, end-maxName) && nameBytes[p.in[start-1]]; start-- {
	}
	return start, end
}

// param masks the value of a query parameter.
func (p *scan) param(i int) int {
	end := i
	for end < len(p.in) && paramBytes[p.in[end]] {
		end++
	}
	return p.mask(i, end, v9)
}

// maskValue masks in[value:end], and nothing more if it is masked already.
func (p *scan) maskValue(value, end int, r rule) int {
	if masked := value + len(Mask); p.isMasked(value) {
		end = masked
	}
	return p.mask(value, end, r)
}

// isMasked says whether a mask and nothing of a word behind it stands at i.
func (p *scan) isMasked(i int) bool {
	if !strings.HasPrefix(p.in[i:], Mask) {
		return false
	}
	i += len(Mask)
	return i == len(p.in) || !isAlnum(p.in[i])
}

// valueEnd returns the end of the value that begins at i: up to a blank, ";" or
// "&" outside quotes, braces and brackets. A comma belongs to it.
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

// groupEnd returns the end of what is quoted, in braces or in brackets at i; i
// if it is not. What is not closed was cut off: it ends with the text or the line.
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
	return orEnd(closing+1, len(p.in))
}

// orEnd returns end or, if there is none, what stands for it.
func orEnd(end, otherwise int) int {
	if end <= 0 {
		return otherwise
	}
	return end
}

func endsValue(c byte) bool { return isBlank(c) || c == ';' || c == '&' }

// trimClosing leaves a quote behind an unquoted value where it is, with the
// punctuation after it: it closes what the whole text is quoted by.
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
