package scrub

import "strings"

// maxShape is how much of a value is inspected to judge its shape, in bytes.
const maxShape = 64

// counts are statistics of the characters of a value.
type counts struct {
	upper, lower, digits int
	symbols              int // neither letters, digits nor -_./:
	longest              int // the longest run of letters and digits
	changes              int // between letters and digits in any such run, at most
}

func count(v string) (c counts) {
	start, changes, before := 0, 0, uint8(symbol)
	for i := 0; i <= len(v); i++ {
		k := uint8(symbol)
		if i < len(v) {
			k = kinds[v[i]]
		}
		switch k {
		case upper:
			c.upper++
		case lower:
			c.lower++
		case digit:
			c.digits++
		default:
			if n := i - start; n > 0 {
				c.longest = max(c.longest, n)
				if n >= minRun {
					c.changes = max(c.changes, changes)
				}
			}
			start, changes, before = i+1, 0, symbol
			if k == symbol && i < len(v) {
				c.symbols++
			}
			continue
		}
		if before != symbol && (k == digit) != (before == digit) {
			changes++
		}
		before = k
	}
	return c
}

const (
	minMixed = 12 // bytes of a value of upper case, lower case and digits
	minRun   = 16 // bytes of a run of letters and digits, or of base64
)

// isStrong reports whether a value has the shape of a generated secret: a UUID,
// upper case with lower case and digits, letters and digits that change often,
// or base64.
func isStrong(v string) bool {
	v = v[:min(len(v), maxShape)]
	if len(v) < minMixed {
		return false
	}
	if isUUID(v) {
		return true
	}
	if isPlain(v) || strings.IndexByte(v, ' ') >= 0 {
		return false
	}
	if n := strings.IndexByte(v, ':'); n >= 0 && !isURL(v) {
		return isStrong(v[:n]) || isStrong(v[n+1:])
	}
	c := count(v)
	mixed := c.upper > 0 && c.lower > 0
	switch {
	case mixed && c.digits > 0:
	case c.longest >= minRun && c.changes >= 4:
	case mixed && len(v) >= minRun && base64Bytes.run(v, 0) == len(v) && isIrregular(v):
	default:
		return false
	}
	return !isStructured(v)
}

// isPlain reports whether a value has neither digits nor upper case.
func isPlain(v string) bool {
	for i := range len(v) {
		if k := kinds[v[i]]; k == digit || k == upper {
			return false
		}
	}
	return true
}

// isWeak reports whether a value of at least minimum bytes could be a password
// that a person chose: letters with digits or symbols.
func isWeak(v string, minimum int) bool {
	v = v[:min(len(v), maxShape)]
	if len(v) < minimum {
		return false
	}
	c := count(v)
	return c.upper+c.lower > 0 && c.digits+c.symbols > 0 && !isStructured(v)
}

// isStructured matches values that have the characters of a secret but another
// purpose: URLs, paths, addresses, times, and words and numbers joined by
// punctuation.
func isStructured(v string) bool {
	return isURL(v) || isPath(v) || isTime(v) || isNumber(v) || isJoined(v)
}

// isOption matches --name=x and name=x.
func isOption(v string) bool {
	v = strings.TrimLeft(v, "-")
	i := 0
	for i < len(v) && (isLower(v[i]) || isDigit(v[i]) || strings.IndexByte("-_.:", v[i]) >= 0) {
		i++
	}
	return i > 1 && i < len(v)-1 && (v[i] == '=' || strings.HasPrefix(v, "error:"))
}

func isURL(v string) bool {
	n := strings.IndexByte(v, ':')
	return n > 0 && strings.HasPrefix(v[n:], "://") && schemeBytes.run(v, 0) == n
}

// isPath reports whether v is a path of Unix or Windows.
func isPath(v string) bool {
	switch {
	case len(v) < 2:
		return false
	case v[0] == '/':
		for part := range strings.SplitSeq(v, "/") {
			if isIrregular(part) {
				return false
			}
		}
		return v[1] != '/' && strings.IndexByte(v, '=') < 0
	case strings.HasPrefix(v, "./"), strings.HasPrefix(v, "../"), strings.HasPrefix(v, "~/"), strings.HasPrefix(v, `\\`):
		return true
	}
	return len(v) > 2 && isASCIIAlnum(v[0]) && v[1] == ':' && v[2] == '\\'
}

// isAddress matches URLs and DSNs, whose own rules mask their passwords.
func isAddress(v string) bool {
	return strings.Contains(v, "…") || isURL(v) && !strings.Contains(v, "=") || strings.Contains(v, "@tcp(") || strings.Contains(v, "@unix(")
}

// isTime matches a value that begins like 2026-01-02.
func isTime(v string) bool {
	if len(v) < len("2026-01-02") || v[4] != '-' || v[7] != '-' {
		return false
	}
	for i := range len(v) {
		if !isDigit(v[i]) && strings.IndexByte("-:.+TZtz", v[i]) < 0 {
			return false
		}
	}
	return true
}

// isNumber reports whether v is a number, perhaps signed and with a unit.
func isNumber(v string) bool {
	v = strings.TrimLeft(v, "+-")
	if v == "" || !isDigit(v[0]) {
		return false
	}
	i := 0
	for i < len(v) && (isDigit(v[i]) || strings.IndexByte(".,_", v[i]) >= 0) {
		i++
	}
	switch strings.ToLower(v[i:]) {
	case "", "%", "s", "ms", "us", "µs", "ns", "m", "h", "d", "c", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "k", "g", "t":
		return true
	}
	return false
}

// isJoined matches two or more words and numbers joined by punctuation:
// db-creds-v2, web01.example.org:8080, MyApp-1.2.3.tar.gz.
func isJoined(v string) bool {
	if strings.IndexByte(v, '=') >= 0 {
		return false
	}
	parts, words := 0, 0
	for rest := v; rest != ""; {
		n := strings.IndexAny(rest, "-_./:,@")
		part := rest
		if rest = ""; n >= 0 {
			part, rest = v[len(v)-len(part):][:n], part[n+1:]
		}
		if part == "" {
			continue
		}
		if !isWordy(part) {
			return false
		}
		parts++
		if len(part) > 2 && !isDigit(part[0]) {
			words++
		}
	}
	return parts > 1 && (words > 0 || strings.Trim(v, "0123456789.:-/,") == "" || isVersion(v))
}

// isVersion matches v1.2.3-rc.1.
func isVersion(v string) bool {
	return len(v) > 1 && (v[0] == 'v' || isDigit(v[0])) && strings.IndexByte(v, '.') > 0
}

// isWordy reports whether part reads like a word, perhaps with a number at one
// end, or a number: web01, 2024, V2, Postgres.
func isWordy(part string) bool {
	letters := strings.TrimRight(strings.TrimLeft(part, "0123456789"), "0123456789")
	for i := range len(letters) {
		if !isAlnum(letters[i]) || isDigit(letters[i]) {
			return false
		}
	}
	digits := len(part) - len(letters)
	if letters == "" {
		return digits <= 10
	}
	return digits <= 4 && !isIrregular(letters)
}

// isIrregular reports whether a value changes between upper and lower case, or
// between letters and digits, too often for words.
func isIrregular(v string) bool {
	if len(v) < 6 {
		return false
	}
	changes, uppers, digits := 0, 0, 0
	for i := 1; i < len(v); i++ {
		if kinds[v[i]] != kinds[v[i-1]] {
			changes++
		} else if isUpper(v[i]) {
			uppers++
		}
		if isDigit(v[i]) {
			digits++
		}
	}
	return changes*3 > len(v)+3 && (digits > 0 || uppers > 1) // CrashLoopBackOff is regular
}

func isUUID(v string) bool {
	if len(v) < 36 {
		return false
	}
	for i := range 36 {
		c := v[i]
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !isHex(c|0x20) {
			return false
		}
	}
	return len(v) == 36 || !isAlnum(v[36])
}

// isPlainName reports whether v is an identifier that holds no secret: letters
// with -_./: between them, or words and numbers joined by those.
func isPlainName(v string) bool {
	c := count(v)
	return c.symbols == 0 && (c.digits == 0 && len(v) <= maxShape || isJoined(v))
}

// statusWords are values that describe the state of a secret.
var statusWords = wordSet(statuses)

const statuses = `true false null nil none undefined yes no ok on off set unset empty missing required
	invalid valid failed failure refused rejected denied wrong bad expired unknown unauthorized forbidden mismatch error
	disabled enabled redacted hidden not present absent found accepted revoked changed pass passed fail
	optional default anonymous n/a`

// codeWords are words in capitals that protocols use as codes.
var codeWords = wordSet(`wrongpass noauth noperm loading readonly masterdown clusterdown oom busy noscript
	misconf noreplicas execabort plain login external gssapi ntlm negotiate basic digest bearer kerberos
	cram-md5 scram-sha-1 scram-sha-256 scram-sha-512 scram-sha-256-plus xoauth2 oauthbearer`)

// sentenceWords are words that show that a value is part of a sentence.
var sentenceWords = wordSet(statuses, `is are was were be been being not no must may can cannot can't could should would will
	has have had does doesn't did didn't do for to of in by with from at because when if that this it its and or
	but than too already only cannot isn't wasn't needs need want wants contains exceeds`)

// isStatus reports whether v is a status word or the code of a protocol.
func isStatus(v string) bool {
	for v != "" && strings.IndexByte(".,;:!?)]}", v[len(v)-1]) >= 0 {
		v = v[:len(v)-1]
	}
	return has(statusWords, v) || has(codeWords, v)
}

// isPlaceholder matches a placeholder for an omitted secret: a mask,
// <password>, ${NAME}, {{ .Name }}, …, xxxxx.
func isPlaceholder(v string) bool {
	if v == "" {
		return true
	}
	switch v[0] {
	case '*', '.', 'x', 'X':
		if n := strings.Trim(v, v[:1]); n == "" && (v[0] == '*' || len(v) > 2) {
			return true
		}
	case '<':
		return strings.IndexByte(v, '>') > 0
	case '$', '{', '%', '?', '-':
		if strings.HasPrefix(v, "${") || strings.HasPrefix(v, "{{") || strings.HasPrefix(v, "$(") ||
			v == "%s" || v == "%q" || v == "%v" || v == "?" || v == "-" {
			return true
		}
	}
	return v == "…" || has(placeholders, unbracketed(v))
}

// unbracketed removes the brackets around a word.
func unbracketed(v string) string {
	isBracket := func(c byte) bool { return strings.IndexByte("[](){}<>", c) >= 0 }
	for v != "" && isBracket(v[0]) {
		v = v[1:]
	}
	for v != "" && isBracket(v[len(v)-1]) {
		v = v[:len(v)-1]
	}
	return v
}

var placeholders = wordSet(`redacted hidden filtered masked secret scrubbed removed omitted sensitive`)

// isSentence reports whether text begins with at least two plain words and one
// of them is a sentence word.
func isSentence(text string) bool {
	const maxWords = 6
	words, telling := 0, false
	for i := 0; i < len(text) && words < maxWords; words++ {
		for i < len(text) && !proseBytes.has(text[i]) {
			if i < len(text) && !isBlank(text[i]) && strings.IndexByte(".,;:!?()\"", text[i]) < 0 {
				return words > 1 && telling
			}
			i++
		}
		start := i
		i = proseBytes.run(text, i)
		if i-start > maxShape {
			break
		}
		telling = telling || has(sentenceWords, text[start:i])
	}
	return words > 1 && telling
}
