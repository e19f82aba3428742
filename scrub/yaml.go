package scrub

import "strings"

// startsLine reports whether only blanks, and the dash of a list, precede the
// name at i on its line.
func (p *scan) startsLine(i int) bool {
	for j := i; ; j-- {
		if j == 0 || p.in[j-1] == '\n' {
			return true
		}
		if j == p.floor || i-j > maxName || strings.IndexByte(" \t-", p.in[j-1]) < 0 {
			return false
		}
	}
}

// yamlLine is V11 for a name at the start of a line in a text of several lines:
// its value is the rest of the line, and the block of more deeply indented
// lines below it.
func (p *scan) yamlLine(pr pair) int {
	value, end := pr.value, p.lineEnd(pr.value)
	if value == end {
		return p.yamlBlock(pr, end)
	}
	if quote, slashes := openingQuote(p.in, value); quote >= 0 {
		if closing := closingQuote(p.in, quote+1, p.in[quote], slashes, false); closing > end {
			end = p.lineEnd(closing)
		}
	} else if after := balancedOrAll(p.in, value); after > end {
		end = after
	} else if isBlockHeader(p.in[value:end]) {
		end = p.blockEnd(pr.name.start, end)
	}
	return p.mask(value, end, v11)
}

// yamlBlock masks the lines below a name that has no value on its own line, or
// only a block header that ends at end.
func (p *scan) yamlBlock(pr pair, end int) int {
	block := p.blockEnd(pr.name.start, end)
	first := end
	for first < block && isBlank(p.in[first]) {
		first++
	}
	if first >= block {
		return pr.name.end
	}
	return p.mask(first, block, v11)
}

// isBlockHeader reports whether a value ends in a block header: "|", ">-",
// "!vault |".
func isBlockHeader(value string) bool {
	last := value[strings.LastIndexByte(value, ' ')+1:]
	return last != "" && (last[0] == '|' || last[0] == '>') && len(last) <= 3
}

// blockEnd returns the end of the lines below end that are indented more than
// the name is.
func (p *scan) blockEnd(name, end int) int {
	indent := p.indentOf(name)
	for line := nextLine(p.in, end); line < len(p.in); line = nextLine(p.in, line) {
		first := skipSpaces(p.in, line)
		stop := p.lineEnd(line)
		if first >= stop {
			continue // an empty line
		}
		if first-line <= indent {
			break
		}
		end = stop
	}
	return end
}

func (p *scan) indentOf(name int) int {
	i := name
	for i > 0 && p.in[i-1] != '\n' {
		i--
	}
	return skipSpaces(p.in, i) - i
}

func nextLine(in string, i int) int { return min(len(in), indexByte(in, i, '\n')+1) }

// proseBlock masks the block of YAML below a name in a sentence, if its first
// line has the shape of a secret.
func (p *scan) proseBlock(pr pair, c class) int {
	header := p.lineEnd(pr.value)
	first := nextLine(p.in, header)
	v := p.candidate(skipSpaces(p.in, first), false)
	if !isStrong(v.text) && (c < passLike || !isWeak(v.text, weakPassword)) {
		return pr.name.end
	}
	return p.yamlBlock(pr, header)
}

// isBlock reports whether a value is the header of a YAML block that is
// followed by more lines.
func (p *scan) isBlock(v candidate) bool {
	return v.quote < 0 && p.lines && v.text != "" && (v.text[0] == '|' || v.text[0] == '>') && len(v.text) <= 2 &&
		p.endsLine(v.start+len(v.text))
}
