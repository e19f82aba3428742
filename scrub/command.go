package scrub

import "strings"

// command is V5 and V16 for the commands of protocols: AUTH PLAIN x, PASS x,
// a1 LOGIN user x. Their words are in capitals.
func (p *scan) command(start, end int) int {
	from := skipSpaces(p.in, end)
	if from == end || end-start > len("LOGIN") || end-start < len("AUTH") {
		return start
	}
	switch p.in[start:end] {
	case "AUTH":
		word := p.wordEnd(from)
		switch next := skipSpaces(p.in, word); {
		case next == word || word == from:
		case has(codeWords, p.in[from:word]):
			return p.argument(start, next, isEncoded)
		default: // AUTH user x
			return p.argument(start, next, isStrong)
		}
	case "LOGIN":
		word := from
		for word < len(p.in) && word < from+maxName && !isBlank(p.in[word]) {
			word++
		}
		if next := skipSpaces(p.in, word); next > word && word > from {
			return p.argument(start, next, isStrong)
		}
	case "PASS":
		if p.isSession(start) {
			return p.argument(start, from, func(v string) bool { return isWeak(v, weakPassword) })
		}
		if p.startsLine(start) && p.endsLine(p.nextBlank(from)) { // Not "PASS test1" of a test.
			return p.argument(start, from, func(v string) bool { return isWeak(v, weakPassword) && !isWordy(v) })
		}
	}
	return start
}

// argument masks the word at i if it is a secret by its shape.
func (p *scan) argument(start, i int, is func(string) bool) int {
	v := p.candidate(i, false)
	if p.isMasked(v.start) || !is(v.text) {
		return start
	}
	return p.mask(v.start, v.start+len(v.text), v5)
}

// isEncoded reports whether v looks like base64.
func isEncoded(v string) bool {
	return len(v) >= 8 && base64Bytes.run(v, 0) == len(v) && (strings.HasSuffix(v, "=") || isStrong(v))
}

// isSession reports whether a transcript marks the lines of the client: "C:
// PASS x".
func (p *scan) isSession(i int) bool {
	before := p.in[max(p.floor, i-8):i]
	for _, mark := range [...]string{"C: ", "> ", "pop3: ", "ftp: ", "smtp: ", "imap: ", "irc: "} {
		if strings.HasSuffix(before, mark) {
			return true
		}
	}
	return false
}
