package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse returns the one document of a source, resolved, which is a mapping; nil
// for a file that holds nothing. An error is a fault.
func (s source) parse(order int) (*yaml.Node, error) {
	at := place{file: s.name, order: order}
	if s.err != nil {
		return nil, fault{at, s.err.Error()}
	}
	if err := s.characters(at); err != nil {
		return nil, err
	}
	document, err := s.document(at)
	if document == nil || err != nil {
		return nil, err
	}
	root := document.Content[0]
	if isNull(root) {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		at.line = root.Line
		return nil, fault{at, "the file is " + kindOf(root) + ", want a mapping with checks:"}
	}
	if err := resolve(root); err != nil {
		if u, ok := errors.AsType[unresolved](err); ok {
			at.line = u.line
			return nil, fault{at, u.text}
		}
	}
	return root, nil
}

// document parses the only document; nil: there is none.
func (s source) document(at place) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(s.data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, s.syntaxFault(at, err)
	}
	if err := decoder.Decode(&second); err == nil {
		at.line = second.Line
		return nil, fault{at, "a second document begins, want one document in a file"}
	} else if !errors.Is(err, io.EOF) {
		return nil, s.syntaxFault(at, err)
	}
	return &document, nil
}

// maxMarks bounds the characters that begin or end a node, before the parser
// makes something large of them: a megabyte of commas is half a million nodes.
const maxMarks = maxNodes

// characters says where the file is not text, or is dense as no text is.
func (s source) characters(at place) error {
	for l := range bytes.Lines(s.data) {
		at.line++
		if !utf8.Valid(l) {
			return fault{at, "is not UTF-8"}
		}
		if i := bytes.IndexFunc(l, isControl); i >= 0 {
			return fault{at, fmt.Sprintf("holds the control character %U", []rune(string(l[i:]))[0])}
		}
	}
	marks := 0
	for _, c := range s.data {
		switch c {
		case ',', ':', '[', '{', '?', '&', '*', '!', '\n':
			marks++
		}
	}
	if marks > maxMarks {
		at.line = 0
		return fault{at, fmt.Sprintf("has more than %d nodes", maxNodes)}
	}
	return nil
}

// isControl reports whether YAML has no place for r, even in quotes.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	}
	return r == 0xfffe || r == 0xffff
}

var (
	yamlLine      = pattern(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = pattern(`unknown anchor '(.*)' referenced`)
	quotedText    = pattern("[`'\"].*[`'\"]")
	// The scanner complains of a character; these complaints of the parser are
	// about a block, and their lines are counted from 0.
	ofBlock = pattern("^did not find expected (<document start>|node content|key|'-' |',' or )|^found (duplicate|undefined|incompatible)")
)

// syntaxFault words an error of the parser. What it quotes of the file may be a
// secret: an unquoted password that begins with * is an alias to it.
func (s source) syntaxFault(at place, err error) error {
	text := err.Error()
	at.line = 0
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if m := unknownAnchor().FindStringSubmatch(text); m != nil {
		at.line = lineOf(s.data, "*"+m[1])
		text = "an alias names an anchor that does not exist (a text that begins with * is put in quotes)"
	}
	if at.line == 0 || ofBlock().MatchString(text) {
		at.line = min(at.line+1, max(bytes.Count(bytes.TrimRight(s.data, "\n"), []byte("\n"))+1, 1))
	}
	switch {
	case s.hasTab(at.line):
		text = "a line begins with a tab, want blanks"
	case text == "did not find expected key", text == "did not find expected '-' indicator":
		text += ", in this line or in what begins here"
	case !strings.Contains(text, " not find expected "):
		text = quotedText().ReplaceAllString(text, "…")
	}
	return fault{at, "is not YAML: " + text}
}

// hasTab reports whether that line is indented by a tab.
func (s source) hasTab(line int) bool {
	for l := range bytes.Lines(s.data) {
		if line--; line == 0 {
			return bytes.HasPrefix(bytes.TrimLeft(l, " "), []byte("\t")) && len(bytes.TrimSpace(l)) > 0
		}
	}
	return false
}

// lineOf returns the line in which text first occurs at the end of a word, 0 if
// nowhere.
func lineOf(data []byte, text string) int {
	line := 0
	for l := range bytes.Lines(data) {
		line++
		for _, word := range strings.FieldsFunc(string(l), func(r rune) bool { return strings.ContainsRune(" \t\r\n,[]{}", r) }) {
			if word == text {
				return line
			}
		}
	}
	return 0
}
