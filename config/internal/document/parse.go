package document

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse returns the one document of a source, a mapping without aliases and
// without keys that begin with x-. It returns nil for a file that holds nothing.
func (s Source) parse(order int) (*yaml.Node, *fault) {
	root, f := s.mapping(order)
	if f != nil {
		f.line = lineIn(order, f.line)
		return nil, f
	}
	return root, nil
}

// mapping is parse with a fault whose line is that in the file.
func (s Source) mapping(order int) (*yaml.Node, *fault) {
	if s.Err != nil {
		return nil, &fault{0, s.Err.Error()}
	}
	if f := characters(s.Data); f != nil {
		return nil, f
	}
	document, f := s.document()
	if document == nil || f != nil {
		return nil, f
	}
	root := document.Content[0]
	if isNull(root) {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, &fault{root.Line, "the file is " + kindOf(root) + ", want a mapping with checks:"}
	}
	return root, resolve(root, order)
}

// document parses the only document; nil means that there is none.
func (s Source) document() (*yaml.Node, *fault) {
	decoder := yaml.NewDecoder(bytes.NewReader(s.Data))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, s.syntaxFault(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, &fault{second.Line, "a second document begins, want one document in a file"}
	} else if !errors.Is(err, io.EOF) {
		return nil, s.syntaxFault(err)
	}
	return &document, nil
}

var (
	yamlLine      = pattern(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = pattern(`unknown anchor '(.*)' referenced`)
	quotedText    = pattern("[`'\"].*[`'\"]")
	// The scanner complains about a character; these complaints of the parser are
	// about a block, and their lines are counted from 0.
	ofBlock = pattern("^did not find expected (<document start>|node content|key|'-' |',' or )|^found (duplicate|undefined|incompatible)")
)

// syntaxFault words an error of the parser. What it quotes of the file may be a
// secret: an unquoted password that begins with * is an alias to it.
func (s Source) syntaxFault(err error) *fault {
	text, line := err.Error(), 0
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if m := unknownAnchor().FindStringSubmatch(text); m != nil {
		line = lineOf(s.Data, "*"+m[1])
		text = "an alias names an anchor that does not exist (a text that begins with * is put in quotes)"
	}
	if line == 0 || ofBlock().MatchString(text) {
		line = min(line+1, max(bytes.Count(bytes.TrimRight(s.Data, "\n"), []byte("\n"))+1, 1))
	}
	if hasTab(s.Data, line) {
		return &fault{line, "is not YAML: a line begins with a tab, want blanks"}
	}
	cause := likelyCause(text)
	if !strings.Contains(text, " not find expected ") {
		text = quotedText().ReplaceAllString(text, "…")
	}
	return &fault{line, "is not YAML: " + text + cause}
}

// likelyCause says what usually leads to a complaint of the parser.
func likelyCause(complaint string) string {
	switch complaint {
	case "did not find expected key", "did not find expected '-' indicator":
		return ", in this line or below it: are all lines of the block indented alike?"
	case "mapping values are not allowed in this context":
		return ` (a text with ": " in it is put in quotes)`
	case "found unexpected end of stream":
		return ": a quote is not closed"
	case "found character that cannot start any token":
		return " (a text that begins with @, % or ` is put in quotes)"
	case "could not find expected ':'":
		return ", in this line or above it: a key is followed by a colon and a blank"
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		return ": a bracket is not closed, or a comma is missing"
	case "block sequence entries are not allowed in this context":
		return ` (the first "- " of a list stands on a line of its own)`
	}
	return ""
}

// hasTab reports whether that line is indented by a tab.
func hasTab(data []byte, line int) bool {
	for l := range bytes.Lines(data) {
		if line--; line == 0 {
			return bytes.HasPrefix(bytes.TrimLeft(l, " "), []byte("\t")) && len(bytes.TrimSpace(l)) > 0
		}
	}
	return false
}

// lineOf returns the line in which word first occurs, or 0.
func lineOf(data []byte, word string) int {
	line := 0
	for l := range bytes.Lines(data) {
		line++
		for _, w := range strings.FieldsFunc(string(l), func(r rune) bool { return strings.ContainsRune(" \t\r\n,[]{}", r) }) {
			if w == word {
				return line
			}
		}
	}
	return 0
}
