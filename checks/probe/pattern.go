package probe

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// A pattern is a regular expression for the text of a peer. Its ^ and $ also
// match at line breaks.
type pattern struct {
	expr string // as it is configured
	re   *regexp.Regexp
}

// newPattern compiles the expression of a setting. Empty gives nil.
func newPattern(key, expr string, f *faults) *pattern {
	if expr == "" {
		return nil
	}
	tree, err := syntax.Parse(expr, syntax.Perl&^syntax.OneLine)
	if err != nil {
		f.Add(key, "%w", err)
		return nil
	}
	endBeforeCR(tree)
	re, err := regexp.Compile(tree.String())
	if err != nil {
		f.Add(key, "%w", err)
		return nil
	}
	return &pattern{expr: expr, re: re}
}

// endBeforeCR lets each $ of a tree match before \r\n as well as before \n: most
// protocols end lines with \r\n.
func endBeforeCR(tree *syntax.Regexp) {
	for _, sub := range tree.Sub {
		endBeforeCR(sub)
	}
	if tree.Op != syntax.OpEndLine {
		return
	}
	end := *tree
	cr := &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{'\r'}}
	*tree = syntax.Regexp{Op: syntax.OpConcat, Flags: end.Flags, Sub: []*syntax.Regexp{
		{Op: syntax.OpQuest, Sub: []*syntax.Regexp{cr}}, &end,
	}}
}

// find returns the end of the first match in said, or -1. If the text does not
// match and is not all ASCII, find tries again with each byte as one character,
// so that \xff in a pattern matches that byte instead of its two-byte UTF-8
// encoding.
func (p *pattern) find(said []byte) (end int) {
	if found := p.re.FindIndex(said); found != nil {
		return found[1]
	}
	chars, binary := make([]rune, len(said)), false
	for i, b := range said {
		chars[i], binary = rune(b), binary || b >= utf8.RuneSelf
	}
	if !binary {
		return -1
	}
	text := string(chars)
	found := p.re.FindStringIndex(text)
	if found == nil {
		return -1
	}
	return utf8.RuneCountInString(text[:found[1]])
}
