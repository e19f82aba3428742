package scrub

import "strings"

// backslashes counts the backslashes directly before i, down to floor. In a
// text that was quoted once more, a quote is \" and a quote inside it \\\".
func backslashes(in string, floor, i int) int {
	n := 0
	for i-n > floor && in[i-n-1] == '\\' && n < 16 {
		n++
	}
	return n
}

// closingQuote returns the position of the quote q that closes the quote before
// i, or -1. slashes is the number of backslashes before the opening quote; if
// doubled is true, "" stands for a quote inside, as in SQL and ODBC.
func closingQuote(in string, i int, q byte, slashes int, doubled bool) int {
	run := 0
	for ; i < len(in); i++ {
		switch c := in[i]; {
		case c == '\\':
			run++
			continue
		case c != q || run%(2*(slashes+1)) != slashes:
		case doubled && slashes == 0 && i+1 < len(in) && in[i+1] == q:
			i++
		default:
			return i
		}
		run = 0
	}
	return -1
}

// openingQuote returns the position of the opening quote at i after its
// backslashes, and their number; the position is -1 if there is no quote.
func openingQuote(in string, i int) (quote, slashes int) {
	for i+slashes < len(in) && in[i+slashes] == '\\' && slashes < 16 {
		slashes++
	}
	if i+slashes < len(in) && isQuote(in[i+slashes]) {
		return i + slashes, slashes
	}
	return -1, 0
}

// balanced returns the end of the list or object that begins at i, or -1.
// Brackets in strings do not count.
func balanced(in string, i int) int {
	depth := 0
	for ; i < len(in); i++ {
		switch in[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\\':
			i++
		case '"':
			if i = closingQuote(in, i+1, '"', 0, false); i < 0 {
				return -1
			}
		}
	}
	return -1
}

// braceEnd returns the end of an ODBC value in braces, where "}}" stands for a
// brace, or of a template "{{ … }}"; -1 if it is not closed on its line.
func braceEnd(line string, i int) int {
	if strings.HasPrefix(line[i:], "{{") {
		if n := strings.Index(line[i:], "}}"); n >= 0 {
			return i + n + 2
		}
	}
	for i++; i < len(line); i++ {
		if line[i] != '}' {
			continue
		}
		if i+1 == len(line) || line[i+1] != '}' {
			return i + 1
		}
		i++
	}
	return -1
}
