package scrub

import (
	"strings"
	"unicode/utf8"
)

const (
	weakLength   = 8 // bytes of a weak value
	weakPassword = 6 // bytes of a weak value after the name of a password
	maxNumber    = 6 // digits from which on a number may be a secret
)

// A candidate is the beginning of a value, as much as is needed to judge it.
type candidate struct {
	text  string
	start int  // of text
	quote int  // the opening quote, or -1
	slash int  // the backslashes before it
	alone bool // nothing but punctuation follows on its line
	plain bool // it has neither digits nor upper case
}

// isStrong reports whether a value has the shape of a generated secret.
func (v *candidate) isStrong() bool { return !v.plain && isStrong(v.text) }

// proseValue judges the value of a name in a sentence.
func (p *scan) proseValue(pr pair, name string, before span) int {
	isFlag := name[0] == '-' && !isSwitch(strings.TrimLeft(name, "-"))
	if pr.sign == nextSign && !isFlag {
		if v := p.candidate(pr.value, true); !v.isStrong() {
			value := p.declared(v)
			switch {
			case value > 0:
				pr.sign, pr.value = equalsSign, value
			case v.quote < 0 || !isWeak(v.text, weakPassword):
				return pr.name.end
			}
		}
	}
	c := p.s.classOf(strings.TrimLeft(name, "-"), p.wordBefore(pr, before))
	if pr.sign == looseSign {
		return p.loose(pr, c)
	}
	if c == notName {
		if pr.sign != paramSign || !isCode(name) {
			return pr.name.end
		}
		c = strongOnly
	}
	if pr.sign == colonSign {
		if isHeader(name) && p.in[pr.at] == ':' {
			return p.header(pr)
		}
		if name == "PASS" { // the outcome of a test
			if strings.ContainsAny(p.candidate(pr.value, true).text, "()/") {
				return pr.name.end
			}
			c = min(c, counted)
		}
		if value := p.typedValue(pr.at + 1); value > 0 {
			pr.sign, pr.value, pr.spaced = equalsSign, value, true
		}
	}
	opener := p.opener(pr.value)
	if pr.sign == colonSign && strings.HasPrefix(p.in[opener:], "{") && strings.IndexByte(p.in[opener:min(len(p.in), opener+maxHashKind)], '}') < 0 {
		return pr.name.end
	}
	v := p.candidate(opener, pr.sign != equalsSign)
	if pr.sign == tagSign {
		v.text, _, _ = strings.Cut(v.text, "<")
	}
	if v.quote >= 0 && v.text == "" { // password: "" => "x"
		return max(pr.name.end, p.changed(v.start))
	}
	if pr.sign == colonSign && p.isBlock(v) {
		return p.proseBlock(pr, c)
	}
	if !p.proseMasks(c, pr, v, isFlag) || isAddress(v.text) {
		return pr.name.end
	}
	return p.maskPair(pr, v)
}

// loose masks a strong value behind other punctuation than the signs of pairs.
func (p *scan) loose(pr pair, c class) int {
	if c < counted {
		return pr.name.end
	}
	value := p.looseValue(pr.value, p.isListed(pr))
	if value == 0 {
		return pr.name.end
	}
	v := p.candidate(value, true)
	v.text, _, _ = strings.Cut(v.text, "<")
	switch {
	case !v.isStrong(), isAddress(v.text), isIdentOf(c, v.text),
		pr.name.start > 0 && p.in[pr.name.start-1] == '/',                                  // a path
		v.quote < 0 && !isQuote(p.in[value-1]) && hasUpper(v.text) && !isIrregular(v.text): // a name in a program
		return pr.name.end
	}
	return p.mask(value, p.candidateEnd(v), v16)
}

// wordBefore returns the word before a name if only a blank separates them.
func (p *scan) wordBefore(pr pair, before span) string {
	if before.end+1 != pr.name.start || before.end <= before.start || p.in[before.end] != ' ' {
		return ""
	}
	return p.in[before.start:before.end]
}

// maxHashKind bounds the kind of a hash with its braces, in bytes.
const maxHashKind = 24

// isHashed matches {SSHA}x, as LDAP stores a password.
func isHashed(v string) bool {
	kind, hash, found := strings.Cut(v[1:], "}")
	return found && hash != "" && upperBytes.run(strings.ReplaceAll(kind, "-", ""), 0) >= len(kind)-2 && isStrong(hash)
}

// isCode lists parameters whose value is a secret only if it looks like one.
func isCode(name string) bool { return name == "key" || name == "code" || name == "sig" }

// proseMasks decides whether a value in a sentence is a secret.
func (p *scan) proseMasks(c class, pr pair, v candidate, isFlag bool) bool {
	minimum := weakLength
	if c >= passLike {
		minimum = weakPassword
	}
	switch {
	case p.isMasked(v.start), isPlaceholder(v.text), pr.sign == colonSign && v.quote < 0 && (v.text[0] == '[' || v.text[0] == '{' && !isHashed(v.text)):
		return false
	case c == configured && pr.sign != nextSign:
		return true
	case v.isStrong():
		beside := pr.sign == nextSign || pr.sign == colonSign && v.quote < 0
		return !beside || !isIdentOf(c, v.text)
	case c == strongOnly && pr.sign == paramSign:
		return p.in[pr.name.start:pr.name.end] == "sig" && isWeak(v.text, weakPassword)
	case c == strongOnly:
		return pr.sign != nextSign && isLongNumber(v.text) && isOneTime(p.in[pr.name.start:pr.name.end])
	case pr.sign == nextSign && c >= passLike && v.quote >= 0 && p.in[pr.at] != ',' && !strings.EqualFold(p.in[pr.name.start:pr.name.end], "pass"): // password "hunter2!"
		return v.text[0] != '-' && isWeak(v.text, minimum) && !strings.Contains(v.text, " ") && !isIdentOf(c, v.text)
	case pr.sign == nextSign:
		return isFlag && isWeak(v.text, minimum)
	case pr.sign == colonSign && v.quote < 0:
		return p.colonMasks(c, pr, v, minimum)
	case pr.sign == colonSign && !pr.quoted && (!isWeak(v.text, minimum) || strings.Contains(v.text, " ")) && !p.isData(v):
		return false
	}
	return p.equalsMasks(c, pr, v)
}

// equalsMasks decides whether to mask a value after = or in quotes.
func (p *scan) equalsMasks(c class, pr pair, v candidate) bool {
	switch {
	case isStatus(v.text), isDigits(v.text) && len(v.text) < maxNumber, isPath(v.text), isTime(v.text), p.isMeasured(v):
		return false
	case v.quote >= 0 && isSentence(v.text), v.quote < 0 && p.beginsSentence(pr, v):
		return false
	case pr.sign == paramSign:
		return true
	case c >= passLike: // Not "want /run/secrets/password=x".
		return pr.name.start == 0 || p.in[pr.name.start-1] != '/' || !isPlainName(v.text)
	case v.quote >= 0 && pr.spaced && pr.sign == equalsSign: // api_key = "abc"
		return true
	}
	return !isPlainName(v.text) && !isURL(v.text)
}

// isData reports whether a value in quotes is one of several, or the last thing
// on its line, and not the beginning of a sentence: password: "x", port: 1.
func (p *scan) isData(v candidate) bool {
	i := skipSpaces(p.in, p.quoteEnd(v.start+len(v.text)))
	if p.endsLine(i) || strings.IndexByte("}])>;", p.in[i]) >= 0 {
		return true
	}
	if p.in[i] != ',' {
		return false
	}
	if i = skipSpaces(p.in, i+1); i == len(p.in) || isQuote(p.in[i]) {
		return true
	}
	end := p.wordEnd(i)
	return end > i && end < len(p.in) && (p.in[end] == ':' || p.in[end] == '=')
}

// isMeasured matches a number with a unit or with limits, as a plugin reports
// it.
func (p *scan) isMeasured(v candidate) bool {
	after := v.start + len(v.text)
	if !isNumber(v.text) {
		return false
	}
	return !isDigits(v.text) || after < len(p.in) && p.in[after] == ';' && len(v.text) < 2*maxNumber &&
		(after+1 == len(p.in) || isDigit(p.in[after+1]) || p.in[after+1] == ';')
}

// beginsSentence reports whether an unquoted value is the first word of a
// sentence: "password = must not be empty".
func (p *scan) beginsSentence(pr pair, v candidate) bool {
	rest := p.in[v.start:p.lineEnd(v.start)]
	return isSentence(rest) && (pr.spaced || has(sentenceWords, v.text))
}

// colonMasks decides whether to mask an unquoted value after a colon that is
// not strong.
func (p *scan) colonMasks(c class, pr pair, v candidate, minimum int) bool {
	password := c >= passLike
	switch {
	case isOption(v.text), strings.HasPrefix(p.in[v.start+len(v.text):], ": "): // name=x, or an error that wraps another
		return false
	case isWeak(v.text, minimum):
		return (password || v.alone) && !isStatus(v.text) && !isIdentOf(c, v.text) && !isSentence(p.in[v.start:p.lineEnd(v.start)])
	case isLongNumber(v.text):
		return password
	}
	return password && p.fillsLine(pr, v.start) && !isStatus(v.text)
}

// fillsLine reports whether a pair at the beginning of a line has a single word
// as its value, up to the end of the line. Such a word can be any password:
// "password: changeme".
func (p *scan) fillsLine(pr pair, value int) bool {
	name := p.in[max(pr.name.start, pr.name.end-maxName):pr.name.end]
	if classOfSegment(fold(nil, name[strings.LastIndexAny(name, "_-.")+1:]), nil) != passLike {
		return false // password-reset-worker: running
	}
	end := p.nextBlank(value)
	if word := p.in[value:end]; isJoined(word) && strings.ContainsAny(word, "_:") || strings.Trim(word, "v0123456789.:/%-") == "" {
		return false // login_timeout, failures:0, v1.2.3
	}
	return end-value >= weakPassword && p.startsLine(pr.name.start) && p.endsLine(end) && !isPath(p.in[value:end]) && !isTime(p.in[value:end])
}

func isLongNumber(v string) bool { return isDigits(v) && len(v) >= maxNumber }

// isOneTime reports whether a name is that of a secret number, such as an OTP.
func isOneTime(name string) bool {
	var buf [maxName]byte
	lower := string(fold(buf[:0], name[max(0, len(name)-maxName):]))
	return strings.HasSuffix(lower, "otp") || strings.HasSuffix(lower, "pin")
}

// endsLine reports whether nothing but blanks follows on the line of i.
func (p *scan) endsLine(i int) bool {
	i = skipSpaces(p.in, i)
	return i == len(p.in) || p.in[i] == '\n' || p.in[i] == '\r'
}

// candidate reads the value at i. If comma is true, the value ends at a comma
// followed by a blank.
func (p *scan) candidate(i int, comma bool) candidate {
	if quote, slashes := openingQuote(p.in, i); quote >= 0 {
		end := min(len(p.in), quote+1+2*maxShape)
		closing := closingQuote(p.in[:end], quote+1, p.in[quote], slashes, false)
		return candidate{text: p.in[quote+1 : orEnd(closing-slashes, end)], start: quote + 1, quote: quote, slash: slashes}
	}
	end, seen := i, set(0)
	for limit := min(len(p.in), i+maxShape); end < limit; end++ {
		c := p.in[end]
		seen |= classes[c]
		if !stopBytes.has(c) {
			continue
		}
		if endsValue(c) || isQuote(c) && end > i || comma && c == ',' || p.nest > 0 && (c == '}' || c == ']') || spaceLen(p.in, end) > 0 {
			break
		}
	}
	text := trimClosers(p.in[i:end])
	after := i + len(text)
	alone := after == len(p.in) || strings.IndexByte(",;.:)]}>\"'\n\r!", p.in[after]) >= 0 || p.endsLine(after)
	return candidate{text: text, start: i, quote: -1, alone: alone, plain: seen&upperBytes == 0}
}

// trimClosers removes closing punctuation, quotes and brackets from the end of
// a value.
func trimClosers(v string) string {
	if strings.HasPrefix(v, "<") {
		return v
	}
	end := len(v)
	for n := closerLen(v); n > 0; n = closerLen(v[:end]) {
		end -= n
	}
	if end == 0 {
		return v
	}
	return v[:end]
}

// closerLen returns the length of the closing punctuation, quote or bracket at
// the end of a value, or 0.
func closerLen(v string) int {
	switch {
	case v == "":
		return 0
	case strings.IndexByte(".,:;)]}>!?\"'", v[len(v)-1]) >= 0:
		return 1
	case v[len(v)-1] < utf8.RuneSelf:
		return 0
	}
	for _, quote := range [...]string{"”", "’", "»"} {
		if strings.HasSuffix(v, quote) {
			return len(quote)
		}
	}
	return 0
}

// maskPair masks a value that begins with v.
func (p *scan) maskPair(pr pair, v candidate) int {
	r := pr.rule()
	switch {
	case pr.sign == paramSign:
		return p.mask(pr.value, p.paramEnd(pr.value), r)
	case pr.sign == equalsSign && v.start == pr.value+v.slash && v.quote < 0, pr.sign == equalsSign && v.quote == pr.value:
		return p.mask(pr.value, p.valueEnd(pr.value), r)
	case v.quote >= 0:
		return p.maskQuotes(v, r)
	case pr.sign == tagSign:
		return p.mask(pr.value, p.tagEnd(pr.value), r)
	case v.start > pr.value && p.in[v.start-1] == '[' && p.nextBracket(v.start) < p.lineEnd(v.start):
		return p.mask(v.start, p.nextBracket(v.start), r)
	}
	end := p.candidateEnd(v)
	if pr.sign == colonSign && !pr.quoted && v.start == pr.value && p.fillsLine(pr, v.start) {
		end = p.nextBlank(v.start)
	}
	if pr.quoted && pr.sign == colonSign { // JSON: a number becomes a string
		return p.maskQuoted(v.start, end, p.in[pr.name.end:p.quoteEnd(pr.name.end)])
	}
	return p.mask(v.start, end, r)
}

// candidateEnd returns the end of a value without quotes, which can be longer
// than what is inspected of it.
func (p *scan) candidateEnd(v candidate) int {
	end := v.start + len(v.text)
	for len(v.text) >= maxShape-1 && end < len(p.in) && !endsValue(p.in[end]) && !isQuote(p.in[end]) {
		end++
	}
	return end
}

func (pr pair) rule() rule {
	switch pr.sign {
	case paramSign:
		return v9
	case equalsSign:
		return v10
	case nextSign:
		return v16
	}
	return v11
}

// maskQuotes masks a value in quotes, and the values in quotes that follow it in
// the same list.
func (p *scan) maskQuotes(v candidate, r rule) int {
	listed := v.quote > 0 && strings.IndexByte("[{(", p.in[max(0, v.quote-v.slash-1)]) >= 0
	for {
		closing := closingQuote(p.in, v.start, p.in[v.quote], v.slash, false)
		end := p.mask(v.start, orEnd(closing-v.slash, p.lineEnd(v.start)), r)
		next := skipSpaces(p.in, end+v.slash+1)
		if !listed || closing < 0 || next >= len(p.in) || p.in[next] != ',' {
			return end
		}
		quote, slashes := openingQuote(p.in, skipSpaces(p.in, next+1))
		if quote < 0 {
			return end
		}
		v = candidate{start: quote + 1, quote: quote, slash: slashes}
	}
}

// paramEnd returns the end of a query parameter's value, even if the parameter
// is itself encoded.
func (p *scan) paramEnd(i int) int {
	encoded := i >= 3 && p.in[i-3] == '%'
	for i < len(p.in) && paramBytes.has(p.in[i]) && !(encoded && strings.HasPrefix(p.in[i:], "%26")) {
		i++
	}
	return i
}

// tagEnd returns the end of the text of an XML element.
func (p *scan) tagEnd(i int) int { return min(indexByte(p.in, i, '<'), p.lineEnd(i)) }
