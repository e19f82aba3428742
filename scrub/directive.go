package scrub

import "strings"

// maxDirective is how much of the text before a name is read to recognise what the
// name belongs to, in bytes.
const maxDirective = 256

// isDefined reports whether a name in quotes is what PHP's define defines:
// define('DB_PASSWORD', 'x').
func (p *scan) isDefined(pr pair) bool {
	const word = "define("
	before := strings.TrimRight(p.in[max(p.floor, pr.name.start-maxTag):max(p.floor, pr.name.start-1)], " ")
	return pr.quoted && len(before) >= len(word) && strings.EqualFold(before[len(before)-len(word):], word)
}

// isDirective reports whether a blank separates a name from its value at i in the
// syntax of a file: "requirepass x" of Redis, and "machine h login u password x" of
// netrc.
func (p *scan) isDirective(pr pair, i int) bool {
	switch name := p.in[pr.name.start:pr.name.end]; {
	case len(name) < len("password") || len(name) > len("requirepass"):
		return false
	case name == "password":
		return !isStatus(p.candidate(i, false).text) && isLogin(p.in[max(p.floor, pr.name.start-maxDirective):pr.name.start])
	case strings.EqualFold(name, "requirepass"), strings.EqualFold(name, "masterauth"):
		return !isStatus(p.candidate(i, false).text) && p.endsLine(p.valueEnd(i))
	}
	return false
}

// isLogin reports whether a text ends in "machine h login u" or "default login u".
func isLogin(text string) bool {
	if !strings.Contains(text, "login") {
		return false
	}
	words := strings.Fields(text)
	n := len(words)
	return n > 2 && words[n-2] == "login" && (words[n-3] == "default" || n > 3 && words[n-4] == "machine")
}
