package scrub

import (
	"encoding/base64"
	"strings"
)

// A prefix begins the tokens of one issuer (V13).
type prefix struct {
	text string
	body func(c byte) bool
	min  int // bytes of body at least
	max  int // bytes of body at most; zero: any number
	// mixed: the body must have a digit, because the prefix is short.
	mixed bool
}

// prefixes are the well-known ones by their first letter.
var prefixes = func() (table [128][]prefix) {
	add := func(body func(byte) bool, minimum int, texts ...string) {
		for _, text := range texts {
			table[text[0]] = append(table[text[0]], prefix{text: text, body: body, min: minimum})
		}
	}
	add(isPlain, 6, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")
	add(isPlain, 6, "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glimt-", "glagent-")
	add(isPlain, 6, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxc-", "xoxd-", "xoxe.", "xapp-")
	add(isPlain, 6, "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_")
	add(isPlain, 16, "pypi-", "dop_v1_", "doo_v1_", "dor_v1_", "dckr_pat_", "shpat_", "shpss_", "shpca_", "shppa_",
		"glsa_", "glc_", "sq0atp-", "sq0csp-", "GOCSPX-", "sntrys_", "sntryu_", "rubygems_", "lin_api_", "figd_",
		"xkeysib-", "tskey-", "pul-", "ATATT3", "NRAK-", "PMAK-", "AGE-SECRET-KEY-1", "sk-ant-", "sk-proj-")
	add(isDotted, 16, "hvs.", "hvb.", "hvr.", "SG.", "ya29.")
	add(isASCIIAlnum, 30, "npm_")
	add(isASCIIAlnum, 20, "hf_")
	add(isPlain, 30, "AIza")
	for _, text := range []string{"AKIA", "ASIA", "ABIA", "ACCA"} {
		table['A'] = append(table['A'], prefix{text: text, body: isUpperDigit, min: 16, max: 16})
	}
	table['L'] = append(table['L'], prefix{text: "LTAI", body: isASCIIAlnum, min: 12, max: 20, mixed: true})
	table['d'] = append(table['d'], prefix{text: "dapi", body: isHex, min: 32, max: 34})
	table['k'] = append(table['k'], prefix{text: "key-", body: isHex, min: 32, max: 32})
	table['s'] = append(table['s'], prefix{text: "sk-", body: isPlain, min: 20, mixed: true})
	return table
}()

func run(in string, i int, is func(byte) bool) int {
	for i < len(in) && is(in[i]) {
		i++
	}
	return i
}

// isToken says whether the whole text is a well-known token.
func isToken(text string) bool {
	return text != "" && tokenEnd(text, 0) == len(text)
}

// tokenEnd returns the end of the token that begins at i, or -1.
func tokenEnd(in string, i int) int {
	if in[i] >= 128 {
		return -1
	}
	for _, known := range prefixes[in[i]] {
		if end := known.end(in, i); end > 0 {
			return end
		}
	}
	return -1
}

func (f prefix) end(in string, i int) int {
	if !strings.HasPrefix(in[i:], f.text) {
		return -1
	}
	start := i + len(f.text)
	if len(in)-start < f.min || run(in[:start+f.min], start, f.body) < start+f.min {
		return -1
	}
	if f.mixed && !hasDigit(in[start:min(len(in), start+maxLabel)]) {
		return -1
	}
	if f.max == 0 {
		return trimDots(in, start, run(in, start, f.body))
	}
	end := run(in[:min(len(in), start+f.max+1)], start, f.body)
	if end > start+f.max || end < len(in) && isAlnum(in[end]) {
		return -1
	}
	return end
}

func hasDigit(text string) bool {
	for i := range len(text) {
		if isDigit(text[i]) {
			return true
		}
	}
	return false
}

// trimDots leaves the full stop of a sentence alone.
func trimDots(in string, start, end int) int {
	for end > start && in[end-1] == '.' {
		end--
	}
	return end
}

// word is V12 and V13 at the first letter of a word.
func (p *scan) word(i int) int {
	switch p.in[i] {
	case 'B', 'b':
		if next := p.bearer(i, "bearer"); next > i {
			return next
		}
		if next := p.basic(i); next > i {
			return next
		}
	case 'D', 'd':
		if next := p.digest(i); next > i {
			return next
		}
		if next := p.bearer(i, "digest"); next > i {
			return next
		}
	case 'e':
		return p.jwt(i)
	}
	if end := tokenEnd(p.in, i); end > i {
		return p.mask(i, end, v13)
	}
	return i + 1
}

// scheme returns where the credentials after an authentication scheme begin,
// or -1.
func (p *scan) scheme(i int, name string) int {
	end := i + len(name)
	if end >= len(p.in) || p.in[end] != ' ' || !strings.EqualFold(p.in[i:end], name) {
		return -1
	}
	return skipSpaces(p.in, end)
}

func (p *scan) bearer(i int, name string) int {
	start := p.scheme(i, name)
	if start < 0 {
		return i
	}
	end := run(p.in, start, isBearer)
	if end-start < 8 || isParameter(p.in, end) {
		return i
	}
	if isLower(p.in[i]) && run(p.in[:end], start, isLower) == end {
		return i // prose: "bearer authentication"
	}
	return p.mask(start, trimDots(p.in, start, end), v12)
}

// isParameter finds the realm="…" of a challenge, which is no credential.
func isParameter(in string, end int) bool {
	return in[end-1] == '=' && end < len(in) && isQuote(in[end])
}

// digest masks the parameters of a Digest authorization to the end of the line.
func (p *scan) digest(i int) int {
	start := p.scheme(i, "digest")
	if start < 0 || !strings.HasPrefix(p.in[start:], "username") {
		return i
	}
	if after := start + len("username"); after == len(p.in) || p.in[after] != '=' && p.in[after] != '*' {
		return i
	}
	return p.mask(start, p.lineEnd(start), v12)
}

func (p *scan) basic(i int) int {
	start := p.scheme(i, "basic")
	if start < 0 {
		return i
	}
	end := trimDots(p.in, start, run(p.in, start, isBearer))
	if !hasColon(p.in[start:end]) {
		return i
	}
	return p.mask(start, end, v12)
}

// hasColon says whether base64, perhaps cut off, decodes to something like user:pass.
func hasColon(text string) bool {
	raw := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if len(raw)%4 == 1 {
		raw = raw[:len(raw)-1]
	}
	plain, err := base64.RawStdEncoding.DecodeString(raw)
	return err == nil && strings.IndexByte(string(plain), ':') >= 0
}

// jwt masks a JSON web token, also one that was cut off after its header.
func (p *scan) jwt(i int) int {
	if i < p.noJWT || !strings.HasPrefix(p.in[i:], "eyJ") {
		return i + 1
	}
	dot := run(p.in, i, isPlain)
	if dot-i < 8 || dot+1 >= len(p.in) || p.in[dot] != '.' || !isPlain(p.in[dot+1]) {
		p.noJWT = dot // the rest of this run has no dot either
		return i + 1
	}
	end := run(p.in, dot, isDotted)
	return p.mask(i, trimDots(p.in, i, end), v13)
}
