package scrub

import "strings"

// command is V5 and V16 for the commands of protocols and programs: AUTH PLAIN x,
// PASS x, a1 LOGIN user x, IDENTIFIED BY x. The words of protocols are in
// capitals. before is the word before it.
func (p *scan) command(start, end int, before span) int {
	if end-start < len("AUTH") || end-start > len("authenticate_user") || end == len(p.in) || !isBlank(p.in[end]) {
		return start
	}
	from := skipSpaces(p.in, end)
	if from == end {
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
		return p.secondArgument(start, from, isStrong)
	case "PASS":
		if p.isSession(start) {
			return p.argument(start, from, func(v string) bool { return isWeak(v, weakPassword) })
		}
		if p.startsLine(start) && p.endsLine(p.nextBlank(from)) { // Not "PASS test1" of a test.
			return p.argument(start, from, func(v string) bool { return isWeak(v, weakPassword) && !isWordy(v) })
		}
	case "IDENTIFIED", "identified":
		return p.identified(start, from)
	case "IDENTIFY": // IRC
		return p.argument(start, from, isStrong)
	case "SETUSER", "setuser":
		return p.aclRule(start, from)
	case "login":
		if p.in[before.start:before.end] == "vault" {
			return p.argument(start, from, isStrong)
		}
	default:
		if isAccountCommand(p.in[start:end]) {
			return p.secondArgument(start, from, isStrong)
		}
	}
	return start
}

// isAccountCommand lists commands of rabbitmqctl and others that take a user and
// a password.
func isAccountCommand(name string) bool {
	switch name {
	case "add_user", "change_password", "authenticate_user", "wpa_passphrase":
		return true
	}
	return false
}

// identified is V5 for SQL: IDENTIFIED BY 'x', IDENTIFIED WITH plugin AS 'x'.
func (p *scan) identified(start, from int) int {
	rest := p.in[from:min(len(p.in), from+maxName)]
	for _, word := range [...]string{"BY PASSWORD ", "BY ", "AS ", "by "} {
		n := strings.Index(rest, word)
		if n < 0 || n > 0 && rest[n-1] != ' ' {
			continue
		}
		sql := p.in[start] == 'I'
		return p.argument(start, from+n+len(word), func(v string) bool {
			quoted := n+len(word) < len(rest) && isQuote(rest[n+len(word)])
			return !isPlaceholder(v) && (isStrong(v) || sql && (quoted || isWeak(v, weakPassword)))
		})
	}
	return start
}

// aclRule masks the passwords among the rules of Redis' ACL SETUSER user: >x, <x,
// #hash. It reads a bounded number of rules.
func (p *scan) aclRule(start, from int) int {
	const most = 16 // rules
	next, end := start, p.lineEnd(from)
	for i, n := from, 0; i < end && n < most; n++ {
		stop := min(end, p.nextBlank(i))
		if strings.IndexByte("><#!", p.in[i]) >= 0 && i+1 < stop && !p.isMasked(i+1) {
			next = p.mask(i+1, stop, v5)
		}
		for i = stop; i < end && isBlank(p.in[i]); i++ {
		}
	}
	return next
}

// secondArgument masks the word behind the one at i if it is a secret by its
// shape.
func (p *scan) secondArgument(start, i int, is func(string) bool) int {
	word := i
	for word < len(p.in) && word < i+maxName && !isBlank(p.in[word]) {
		word++
	}
	if next := skipSpaces(p.in, word); next > word && word > i {
		return p.argument(start, next, is)
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
