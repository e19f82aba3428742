package scrub

import (
	_ "embed" // of vocabulary.txt
	"net/netip"
	"strings"
	"unicode/utf8"
)

// canLearn reports whether a secret can be searched for in texts without
// masking harmless words. Other secrets are still masked where their name or
// place reveals them.
func canLearn(secret string) bool {
	if utf8.RuneCountInString(secret) < minLiteral || strings.Trim(secret, "*") == "" {
		return false
	}
	v := strings.TrimSpace(secret)
	switch {
	case isDigits(v):
		return len(v) >= minFree
	case has(statusWords, v), has(vocabulary, v), isNumber(v), isHostName(v):
		return false
	}
	return isStrong(v) || !isPath(v) && !isPlainURL(v)
}

// isPlainURL reports whether a URL contains no secret: it has neither a user
// nor a query, and its path consists of words.
func isPlainURL(v string) bool {
	if !isURL(v) || strings.ContainsAny(v, "@?#") {
		return false
	}
	_, address, _ := strings.Cut(v, "://")
	for part := range strings.SplitSeq(address, "/") {
		if part != "" && !isPlainName(part) && !isHostName(part) {
			return false
		}
	}
	return true
}

// isHostName matches localhost, addresses and names such as db.example.org,
// with or without a port.
func isHostName(v string) bool {
	host, port, found := strings.Cut(v, ":")
	if found && isDigits(port) {
		v = host
	}
	if _, err := netip.ParseAddr(strings.Trim(v, "[]")); err == nil || strings.EqualFold(v, "localhost") {
		return true
	}
	if _, err := netip.ParseAddrPort(v); err == nil {
		return true
	}
	last := v[strings.LastIndexByte(v, '.')+1:]
	if last == v || len(last) < 2 || isStrong(v) {
		return false
	}
	for i := range len(v) {
		if c := v[i]; !isLower(c) && !isDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	return isLower(last[0])
}

// vocabulary are the words of this module that occur in texts: the keys and types
// of the configuration, states and reasons.
var vocabulary = wordSet(configuration, `
	passed failed skipped unknown degraded draining drained muted
	refused unreachable protocol assertion threshold exit_code panic internal error auth
	check checker host port secret sentinel master replica primary standby health+json json text plain`)

// configuration are the keys and types of the configuration. Go generate in
// package config writes them.
//
//go:embed vocabulary.txt
var configuration string
