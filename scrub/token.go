package scrub

import (
	"encoding/base64"
	"strings"
)

// A prefix begins the tokens of one issuer (V13).
type prefix struct {
	text string
	body set
	min  int // bytes of body at least
	max  int // bytes of body at most; zero: any number
	// mixed: the body must have a digit and must not read like words, because the
	// prefix could begin a name.
	mixed bool
}

// prefixes are the well-known ones by their first letter.
var prefixes = func() (table [128][]*prefix) {
	add := func(p prefix, texts string) {
		for text := range strings.FieldsSeq(texts) {
			known := p
			known.text = text
			table[text[0]] = append(table[text[0]], &known)
		}
	}
	add(prefix{body: plainBytes, min: 6}, `ghp_ gho_ ghu_ ghs_ ghr_ github_pat_
		glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct-
		xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxc- xoxd- xoxe. xapp-
		sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ whsec_`)
	add(prefix{body: plainBytes, min: 16}, `pypi- dop_v1_ doo_v1_ dor_v1_ dckr_pat_ dckr_oat_ shpat_ shpss_ shpca_ shppa_
		glsa_ sq0atp- sq0csp- GOCSPX- sntrys_ sntryu_ rubygems_ lin_api_ figd_ xkeysib- tskey- ATATT3 ATCTT3
		NRAK- NRJS- PMAK- CFPAT- AGE-SECRET-KEY-1 sk-ant- sk-proj- sk-svcacct- sk-or-v1-`)
	add(prefix{body: plainBytes, min: 20, mixed: true}, `sk- pul- glc_ gsk_ xai- pplx- r8_ nvapi- secret_ ntn_ vercel_ sbp_
		ops_ fo1_ phc_ phx_ EAAC ATBB patsk_`)
	add(prefix{body: dotBytes, min: 16}, "hvs. hvb. hvr. SG. ya29. dt0c01.")
	add(prefix{body: alnumBytes, min: 30}, "npm_")
	add(prefix{body: alnumBytes, min: 20}, "hf_")
	add(prefix{body: plainBytes, min: 30}, "AIza")
	add(prefix{body: upperBytes, min: 16, max: 16}, "AKIA ASIA ABIA ACCA")
	add(prefix{body: alnumBytes, min: 12, max: 20, mixed: true}, "LTAI")
	add(prefix{body: hexBytes, min: 32, max: 34}, "dapi")
	add(prefix{body: hexBytes, min: 32, max: 32}, "md5")
	add(prefix{body: alnumBytes, min: 100}, "xprv yprv zprv tprv")
	add(prefix{body: alnumBytes, min: 32, max: 32, mixed: true}, "key-")
	return table
}()

// isToken reports whether the whole text is a well-known token.
func isToken(text string) bool {
	return text != "" && tokenEnd(text, 0) == len(text)
}

// tokenEnd returns the end of the token that begins at i, or -1.
func tokenEnd(in string, i int) int {
	if in[i] >= 128 {
		return -1
	}
	second := byte(0)
	if i+1 < len(in) {
		second = in[i+1]
	}
	for _, known := range prefixes[in[i]] {
		if known.text[1] != second {
			continue
		}
		if end := known.end(in, i); end > 0 {
			return end
		}
	}
	return -1
}

func (f *prefix) end(in string, i int) int {
	if !strings.HasPrefix(in[i:], f.text) {
		return -1
	}
	start := i + len(f.text)
	if len(in)-start < f.min {
		return -1
	}
	body := in[start:f.body.run(in[:min(len(in), start+f.min+12)], start)]
	if len(body) < f.min || f.mixed && (!hasDigit(body) || isJoined(body)) {
		return -1
	}
	if f.max == 0 {
		return trimDots(in, start, f.body.run(in, start))
	}
	end := f.body.run(in[:min(len(in), start+f.max+1)], start)
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

// trimDots excludes the full stop of a sentence.
func trimDots(in string, start, end int) int {
	for end > start && in[end-1] == '.' {
		end--
	}
	return end
}

// token is V13 in the word in[start:end]: a token begins at a letter or digit
// that does not follow another letter or digit.
func (p *scan) token(start, end int) int {
	const shortest = 10
	if end-start < shortest {
		return p.botToken(start, end)
	}
	for i := start; i < end; i++ {
		if !isASCIIAlnum(p.in[i]) || i > 0 && isAlnum(p.in[i-1]) {
			continue
		}
		to := tokenEnd(p.in, i)
		if p.in[i] == 'e' {
			to = max(to, p.jwtEnd(i))
		}
		if to > i {
			return p.mask(i, to, v13)
		}
	}
	if end-start > len(".atlasv1.") {
		if n := strings.Index(p.in[start:end], ".atlasv1."); n > 0 && end-start-n > 40 { // Terraform
			return p.mask(start, trimDots(p.in, start, end), v13)
		}
	}
	return p.botToken(start, end)
}

// jwtEnd returns the end of the JSON web token at i, or -1. It also accepts a
// token that was cut off after its header.
func (p *scan) jwtEnd(i int) int {
	if i < p.noJWT || !strings.HasPrefix(p.in[i:], "eyJ") {
		return -1
	}
	dot := plainBytes.run(p.in, i)
	if dot-i < 8 || dot+1 >= len(p.in) || p.in[dot] != '.' || !plainBytes.has(p.in[dot+1]) {
		p.noJWT = dot // the rest of this run has no dot either
		return -1
	}
	return trimDots(p.in, i, dotBytes.run(p.in, dot))
}

// hashKinds are the identifiers of crypt(3) and its kin.
var hashKinds = wordSet("1 2a 2b 2x 2y 5 6 7 y gy apr1 md5 sha1 argon2i argon2d argon2id scrypt pbkdf2 pbkdf2-sha256 pbkdf2-sha512 bcrypt p h s 8 9")

// hash is V13 for the hash of a password as crypt(3) writes it: $6$salt$hash.
func (p *scan) hash(i int) int {
	const least = 20 // bytes of the longest part
	rest := p.in[i+1:]
	n := strings.IndexByte(rest[:min(len(rest), 16)], '$')
	if i < p.noHash || n < 1 || !has(hashKinds, rest[:n]) {
		return i + 1
	}
	end, part, longest := i+1+n, 0, 0
	for ; end < len(p.in) && (base64Bytes.has(p.in[end]) || strings.IndexByte("$.,", p.in[end]) >= 0); end++ {
		if part++; p.in[end] == '$' {
			part = 0
		}
		longest = max(longest, part)
	}
	if end = trimDots(p.in, i, end); longest < least {
		p.noHash = end
		return i + 1
	}
	return p.mask(i, end, v13)
}

// botToken matches the token of a Telegram bot: 123456789:AAE….
func (p *scan) botToken(start, end int) int {
	const least = 30
	if end-start < 6 || end-start > 12 || end == len(p.in) || p.in[end] != ':' || !isDigits(p.in[start:end]) {
		return start
	}
	to := plainBytes.run(p.in[:min(len(p.in), end+1+2*maxName)], end+1)
	if to-end < least || !isStrong(p.in[end+1:to]) {
		return start
	}
	return p.mask(start, to, v13)
}

// scheme is V12 at the word of an authentication scheme.
func (p *scan) scheme(start, end int) int {
	if n := end - start; n < len("NTLM") || n > len("negotiate") || strings.IndexByte("bBdDN", p.in[start]) < 0 {
		return start
	}
	from := skipSpaces(p.in, end)
	if from == end || from == len(p.in) {
		return start
	}
	switch name := p.in[start:end]; {
	case strings.EqualFold(name, "basic"):
		return p.basic(start, from)
	case strings.EqualFold(name, "bearer"):
		return p.bearer(start, from)
	case strings.EqualFold(name, "digest"):
		if next := p.digest(start, from); next > start {
			return next
		}
		return p.bearer(start, from)
	case name == "Negotiate", name == "NTLM":
		if to := bearerBytes.run(p.in, from); isStrong(p.in[from:to]) {
			return p.mask(from, to, v12)
		}
	}
	return start
}

// bearer masks a token of at least 8 characters that is neither a word nor a
// parameter.
func (p *scan) bearer(start, from int) int {
	end := trimDots(p.in, from, bearerBytes.run(p.in, from))
	token := strings.TrimRight(p.in[from:end], "=")
	if len(token) < 8 || strings.IndexByte(token, '=') >= 0 || end < len(p.in) && len(token) < end-from && isQuote(p.in[end]) {
		return start
	}
	for i := range len(token) {
		if !isLower(token[i]) {
			return p.mask(from, end, v12)
		}
	}
	return start // "bearer authentication"
}

// digest masks the parameters of a Digest authorization to the end of the line.
func (p *scan) digest(start, from int) int {
	rest, is := strings.CutPrefix(p.in[from:], "username")
	if !is || rest == "" || rest[0] != '=' && rest[0] != '*' {
		return start
	}
	return p.mask(from, p.lineEnd(from), v12)
}

func (p *scan) basic(start, from int) int {
	end := trimDots(p.in, from, bearerBytes.run(p.in, from))
	if !hasColon(p.in[from:end]) {
		return start
	}
	return p.mask(from, end, v12)
}

// hasColon reports whether base64, perhaps cut off, decodes to something like
// user:pass.
func hasColon(text string) bool {
	raw := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if len(raw)%4 == 1 {
		raw = raw[:len(raw)-1]
	}
	plain, err := base64.RawStdEncoding.DecodeString(raw)
	return err == nil && strings.IndexByte(string(plain), ':') >= 0
}
