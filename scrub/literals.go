package scrub

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// Secrets shorter than minLiteral characters would match in every text; those
// shorter than minFree are replaced as whole words only.
const (
	minLiteral = 4
	minFree    = 8
)

// literals are the known secrets in all the forms that are searched for (V1).
// They only grow; readers take no lock. A nil literals knows no secret.
type literals struct {
	secrets sync.Map // of string
	forms   sync.Map // of string: whether only as a whole word
	lengths sync.Map // of the first four bytes: the lengths of forms, the longest first
	filter  filter
}

// A form is one spelling of a secret.
type form struct {
	text string
	word bool // only as a whole word
}

// A filter has a bit for every hash of four first bytes, so that almost every
// position of a text costs one lookup.
type filter [1 << (hashBits - 6)]atomic.Uint64

const hashBits = 19

func (f *filter) add(start uint32)      { f[hash(start)>>6].Or(1 << (hash(start) & 63)) }
func (f *filter) has(start uint32) bool { return f[hash(start)>>6].Load()&(1<<(hash(start)&63)) != 0 }

func (l *literals) knows(secret string) bool {
	if l == nil {
		return false
	}
	_, known := l.secrets.Load(secret)
	return known
}

// learn adds a secret. Calls must not overlap.
func (l *literals) learn(secret string) {
	for text, word := range formsOf(secret) {
		if len(text) >= minLiteral {
			l.add(form{text, word})
		}
	}
	l.secrets.Store(secret, nil)
}

// add adds a form; it sets the bit in the filter last.
func (l *literals) add(f form) {
	if word, known := l.forms.Load(f.text); known && word == false {
		return
	}
	l.forms.Store(f.text, f.word)
	start := first4(f.text)
	lengths := l.lengthsOf(start)
	if at, found := slices.BinarySearchFunc(lengths, len(f.text), func(a, b int) int { return b - a }); !found {
		l.lengths.Store(start, slices.Insert(slices.Clone(lengths), at, len(f.text)))
	}
	l.filter.add(start)
}

func (l *literals) lengthsOf(start uint32) []int {
	lengths, _ := l.lengths.Load(start)
	all, _ := lengths.([]int)
	return all
}

// formsOf returns the spellings of a secret and whether each has to be a whole
// word: unchanged, escaped for URLs, JSON and Go, and in base64.
func formsOf(secret string) map[string]bool {
	forms := map[string]bool{}
	for _, plain := range []string{secret, strings.TrimSpace(secret)} {
		plain = validUTF8(plain)
		if !canLearn(plain) {
			continue
		}
		word := utf8.RuneCountInString(plain) < minFree || isDigits(plain)
		for _, f := range slices.Concat(plainForms(plain), base64Forms(plain, !word)) {
			if old, ok := forms[f]; !ok || old {
				forms[f] = word
			}
		}
	}
	return forms
}

// plainForms are a secret as it is, in capitals, and escaped where that differs.
func plainForms(s string) []string {
	forms := []string{s, strings.ToUpper(s)}
	if dotBytes.run(s, 0) == len(s) {
		return forms
	}
	return slices.Concat(forms, urlForms(s), quotedForms(s))
}

func urlForms(s string) []string {
	user := strings.TrimPrefix(url.UserPassword("", s).String(), ":")
	query := url.QueryEscape(s)
	forms := []string{query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(s), user}
	for _, f := range forms {
		forms = append(forms, lowerEscapes(f))
	}
	return forms
}

// lowerEscapes spells %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i:], strings.ToLower(s[i:i+3]))
		}
	}
	return string(b)
}

// quotedForms are the forms in which JSON and Go print a secret that contains
// quotes, backslashes or control characters.
func quotedForms(s string) []string {
	html, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	plain := appendString(nil, s)
	return []string{string(html[1 : len(html)-1]), string(plain[1 : len(plain)-1])}
}

// base64Forms are the encodings of a secret on its own, with and without
// padding, and (inside) the characters that depend only on the secret if it is
// part of a longer text, for each of the three alignments.
func base64Forms(s string, inside bool) []string {
	var forms []string
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		whole := enc.EncodeToString([]byte(s))
		forms = append(forms, whole, strings.TrimRight(whole, "="))
		for before := 0; inside && before < 3; before++ {
			all := enc.EncodeToString(append(make([]byte, before), s...))
			forms = append(forms, all[(before*8+5)/6:(before+len(s))*8/6])
		}
	}
	return forms
}

// replace masks every known secret in a text.
func (l *literals) replace(in string, t *trace) string {
	return l.replaceIf(in, t, func(form) bool { return true })
}

// replaceLong skips the secrets that have to be whole words.
func (l *literals) replaceLong(in string) string {
	return l.replaceIf(in, nil, func(f form) bool { return !f.word })
}

// replaceAcross replaces secrets that span more than one string or number of a
// JSON text, such as a secret that ends in a quote, where that quote is part of
// the JSON syntax.
func (l *literals) replaceAcross(in string) string {
	return l.replaceIf(in, nil, func(f form) bool { return !f.word && strings.ContainsAny(f.text, "\\\"{}[],: \t\r\n") })
}

func (l *literals) replaceIf(in string, t *trace, wanted func(form) bool) string {
	if l == nil {
		return in
	}
	var out []byte
	done := 0
	for i := 0; i+minLiteral <= len(in); i++ {
		end := l.match(in, i, wanted)
		if end < 0 {
			continue
		}
		for j := i + 1; j < end; j++ { // secrets that overlap are one
			end = max(end, l.match(in, j, wanted))
		}
		out = append(append(out, in[done:i]...), Mask...)
		done, i = end, end-1
		t.note(v1)
	}
	if out == nil {
		return in
	}
	return string(append(out, in[done:]...))
}

// match returns the end of the longest secret that begins at i, or -1.
func (l *literals) match(in string, i int, wanted func(form) bool) int {
	if i+minLiteral > len(in) {
		return -1
	}
	start := first4(in[i:])
	if !l.filter.has(start) {
		return -1
	}
	for _, n := range l.lengthsOf(start) {
		end := i + n
		if end > len(in) {
			continue
		}
		word, known := l.forms.Load(in[i:end])
		if !known {
			continue
		}
		if f := (form{in[i:end], word == true}); wanted(f) && (!f.word || isWord(in, i, end)) && !touchesMask(in, i, end) {
			return end
		}
	}
	return -1
}

// isWord reports whether in[start:end] is not a part of a longer word. A mask
// next to it was a part of the word before an earlier scrubbing.
func isWord(in string, start, end int) bool {
	first, _ := utf8.DecodeRuneInString(in[start:end])
	last, _ := utf8.DecodeLastRuneInString(in[start:end])
	before, _ := utf8.DecodeLastRuneInString(in[:start])
	after, _ := utf8.DecodeRuneInString(in[end:])
	return !(isWordRune(first) && (isWordRune(before) || strings.HasSuffix(in[:start], Mask))) &&
		!(isWordRune(last) && (isWordRune(after) || strings.HasPrefix(in[end:], Mask)))
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// touchesMask prevents a secret that contains asterisks from matching a mask.
func touchesMask(in string, start, end int) bool {
	if strings.IndexByte(in[start:end], '*') < 0 {
		return false
	}
	around := in[max(0, start-len(Mask)+1):min(len(in), end+len(Mask)-1)]
	return strings.Contains(around, Mask)
}

func first4(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func hash(start uint32) uint32 { return start * 0x9E3779B1 >> (32 - hashBits) }
