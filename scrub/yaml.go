package scrub

import "strings"

// startsLine says whether only blanks, and the dash of a list, stand before the
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

// yamlLine is V11 for a name at the start of a line of several: its value is
// the rest of the line, and the block of lines below it that are indented more.
func (p *scan) yamlLine(name, colon, value int) int {
	end := p.lineEnd(value)
	if value == end {
		return p.yamlBlock(name, colon, end)
	}
	if quote, slashes := openingQuote(p.in, value); quote >= 0 {
		if closing := closingQuote(p.in, quote+1, p.in[quote], slashes, false); closing > end {
			end = p.lineEnd(closing)
		}
	} else if after := balancedOrAll(p.in, value); after > end {
		end = after
	} else if isBlockHeader(p.in[value:end]) {
		end = p.blockEnd(name, end)
	}
	return p.mask(value, end, v11)
}

// yamlBlock masks the lines below a name that has nothing beside it.
func (p *scan) yamlBlock(name, colon, end int) int {
	block := p.blockEnd(name, end)
	if block == end {
		return colon
	}
	first := end
	for first < block && isBlank(p.in[first]) {
		first++
	}
	if first >= block {
		return colon
	}
	return p.mask(first, block, v11)
}

// isBlockHeader says whether a value ends in a block: "|", ">-", "!vault |".
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
