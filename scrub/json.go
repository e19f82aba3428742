package scrub

import (
	"encoding/json"
	"strconv"
	"strings"
)

// In a tree that is larger than this, the parts that are too deep are masked. A
// tree with too many nodes is masked as a whole: the scrubber fails closed.
const (
	maxDepth = 32
	maxNodes = 100_000
)

const maskJSON = `"` + Mask + `"`

// JSON scrubs JSON text as a tree: it masks the value of every sensitive name,
// whatever its type, and scrubs all other strings as text. The order of keys,
// the spacing and the spelling of unmasked parts stay. A text that is not JSON
// is masked.
func (s *Scrubber) JSON(raw []byte) []byte {
	text := validUTF8(string(raw))
	if !json.Valid([]byte(text)) {
		return []byte(maskJSON)
	}
	w := walker{s: s, in: text}
	return []byte(w.walk(0))
}

// isJSON reports whether a text is a JSON object or array.
func isJSON(text string) bool {
	text = strings.Trim(text, " \t\r\n")
	if len(text) < 2 {
		return false
	}
	first, last := text[0], text[len(text)-1]
	return (first == '{' && last == '}' || first == '[' && last == ']') && json.Valid([]byte(text))
}

// textJSON is V2: a text that is JSON.
func (s *Scrubber) textJSON(in string, depth int, t *trace) string {
	if depth >= maxDepth {
		t.note(limit)
		return Mask
	}
	w := walker{s: s, in: in, free: true}
	if t != nil {
		w.visit = func(_ string, r rule) { t.note(r) }
	}
	out := w.walk(depth)
	if out == maskJSON {
		out = Mask
	}
	if raw := s.literals().replaceAcross(out); raw != out {
		out = s.text(raw, dump, depth+1, t)
	}
	if out != in {
		t.note(v2)
	}
	return out
}

// A walker scrubs valid JSON and copies the parts that stay.
type walker struct {
	s    *Scrubber
	in   string
	free bool // a foreign text, whose keys are not our names

	out   []byte
	done  int // in[:done] is in out
	nodes int

	visit func(path string, r rule) // may be nil
	path  []string
}

// walk returns the scrubbed JSON.
func (w *walker) walk(depth int) string {
	w.value(w.blanks(0), depth+1)
	switch {
	case w.nodes > maxNodes:
		w.path = nil
		w.found(limit)
		return maskJSON
	case w.out == nil:
		return w.in
	}
	return string(append(w.out, w.in[w.done:]...))
}

// value scrubs the value that begins at i and returns its end. depth is the
// depth of the value itself if it is a list or an object.
func (w *walker) value(i, depth int) int {
	if w.nodes++; w.nodes > maxNodes {
		return len(w.in)
	}
	switch c := w.in[i]; {
	case (c == '{' || c == '[') && depth > maxDepth:
		w.found(limit)
		return w.replace(i, skipValue(w.in, i), Mask)
	case c == '{':
		return w.object(i, depth)
	case c == '[':
		return w.list(i, depth)
	case c == '"':
		return w.string(i, depth)
	}
	end := skipValue(w.in, i)
	var t trace
	if w.s.literals().replace(w.in[i:end], &t) == Mask {
		w.note(t)
		return w.replace(i, end, Mask)
	}
	return end
}

func (w *walker) string(i, depth int) int {
	end := skipValue(w.in, i)
	var t trace
	text := unquote(w.in[i:end])
	scrubbed := w.s.text(text, dump, depth-1, &t)
	w.note(t)
	if scrubbed == text {
		return end
	}
	return w.replace(i, end, scrubbed)
}

func (w *walker) object(i, depth int) int {
	paired := w.isPaired(i)
	for i = w.blanks(i + 1); i < len(w.in) && w.in[i] != '}'; i = w.next(i) {
		end := skipValue(w.in, i)
		name := unquote(w.in[i:end])
		if scrubbed := w.key(name); scrubbed != name {
			w.replace(i, end, scrubbed)
		}
		i = w.blanks(w.blanks(end) + 1) // behind the colon
		w.push(name)
		if r := w.ruleOf(name, i, paired); r != none {
			w.found(r)
			i = w.replace(i, skipValue(w.in, i), Mask)
		} else {
			i = w.value(i, depth+1)
		}
		w.pop()
	}
	return min(i+1, len(w.in))
}

// ruleOf returns the rule that masks the whole value at i, or none.
func (w *walker) ruleOf(name string, i int, paired bool) rule {
	if paired && strings.EqualFold(name, "value") {
		return v2
	}
	r := w.s.nameRule(name)
	if r != none && w.in[i] == '"' {
		r = w.s.valueRule(name, unquote(w.in[i:skipValue(w.in, i)]))
	}
	return r
}

// isPaired reports whether the object at i is a sensitive name with its value,
// as Kubernetes and ECS write them: {"name": "DB_PASSWORD", "value": "x"}. Only
// the first members are looked at.
func (w *walker) isPaired(i int) bool {
	const maxMembers = 8
	i = w.blanks(i + 1)
	for n := 0; n < maxMembers && i < len(w.in) && w.in[i] == '"'; n++ {
		end := skipValue(w.in, i)
		name := w.in[i:end]
		i = w.blanks(w.blanks(end) + 1)
		if w.in[i] == '{' || w.in[i] == '[' { // Skipping it at every level would not be linear.
			return false
		}
		end = skipValue(w.in, i)
		if is := strings.EqualFold(name, `"name"`) || strings.EqualFold(name, `"key"`); is && w.in[i] == '"' && w.s.Name(unquote(w.in[i:end])) {
			return true
		}
		i = w.next(end)
	}
	return false
}

// key scrubs a key by the shapes of secrets. Literal secrets are not masked in
// the keys of our own trees, because a key may equal a password.
func (w *walker) key(name string) string {
	if w.free {
		name = w.s.literals().replaceLong(name)
	}
	return w.s.scan(name, dump, nil)
}

func (w *walker) list(i, depth int) int {
	words, ends, flags := w.words(i, depth)
	switch {
	case flags:
		return w.argv(words, ends, depth)
	case len(words) == 2 && w.in[ends[0][0]] == '"' && w.s.Name(words[0]): // ["password", "x"]
		w.pushIndex(1)
		w.found(v2)
		w.pop()
		w.replace(ends[1][0], ends[1][1], Mask)
		return ends[2][1]
	}
	n := 0
	for i = w.blanks(i + 1); i < len(w.in) && w.in[i] != ']'; i = w.next(i) {
		w.pushIndex(n)
		i = w.value(i, depth+1)
		w.pop()
		n++
	}
	return min(i+1, len(w.in))
}

// words returns the elements of a list, the start and end of each, and whether
// a flag is among them. A list with a flag is read as a command line. Lists of
// lists are not.
func (w *walker) words(i, depth int) (words []string, spans [][2]int, flags bool) {
	for i = w.blanks(i + 1); w.in[i] != ']'; i = w.next(i) {
		if (w.in[i] == '[' || w.in[i] == '{') && depth < maxDepth {
			return nil, nil, false
		}
		end := skipValue(w.in, i)
		word := w.in[i:end]
		switch word[0] {
		case '"':
			word = unquote(word)
		case '[', '{':
			word = Mask // too deep
		}
		flags = flags || w.in[i] == '"' && len(word) > 1 && word[0] == '-'
		words, spans = append(words, word), append(spans, [2]int{i, end})
		i = end
	}
	return words, append(spans, [2]int{i, i + 1}), flags
}

// argv scrubs a list as a command line and returns its end.
func (w *walker) argv(words []string, spans [][2]int, depth int) int {
	w.nodes += len(words)
	traces := make([]trace, len(words))
	for n, word := range w.s.argv(words, depth, traces) {
		start, end := spans[n][0], spans[n][1]
		w.pushIndex(n)
		w.note(traces[n])
		if word != words[n] || w.in[start] == '[' || w.in[start] == '{' {
			w.replace(start, end, word)
		}
		w.pop()
	}
	return spans[len(words)][1]
}

// next returns the position of the next element or key behind i, or of the
// closing bracket.
func (w *walker) next(i int) int {
	if i = w.blanks(i); i < len(w.in) && w.in[i] == ',' {
		return w.blanks(i + 1)
	}
	return i
}

func (w *walker) blanks(i int) int {
	for i < len(w.in) && isBlank(w.in[i]) {
		i++
	}
	return i
}

// replace puts a string in the place of in[start:end] and returns end.
func (w *walker) replace(start, end int, text string) int {
	w.out = appendString(append(w.out, w.in[w.done:start]...), text)
	w.done = end
	return end
}

func (w *walker) push(name string) {
	if w.visit != nil {
		w.path = append(w.path, name)
	}
}

func (w *walker) pushIndex(n int) {
	if w.visit != nil {
		w.push(strconv.Itoa(n))
	}
}

func (w *walker) pop() {
	if w.visit != nil && len(w.path) > 0 {
		w.path = w.path[:len(w.path)-1]
	}
}

func (w *walker) note(t trace) { t.each(w.found) }

func (w *walker) found(r rule) {
	if w.visit != nil {
		w.visit(strings.Join(w.path, "."), r)
	}
}

// skipValue returns the end of the value that begins at i in valid JSON.
func skipValue(in string, i int) int {
	switch in[i] {
	case '{', '[':
		return balanced(in, i)
	case '"':
		return closingQuote(in, i+1, '"', 0, false) + 1
	}
	for i < len(in) && !isBlank(in[i]) && strings.IndexByte(",]}", in[i]) < 0 {
		i++
	}
	return i
}

// unquote returns the text of a valid JSON string.
func unquote(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	if err := json.Unmarshal([]byte(raw), &text); err != nil {
		return Mask
	}
	return text
}

// appendString appends a text as a JSON string, without the escapes that only
// HTML needs.
func appendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < ' ':
			dst = append(dst, `\u00`...)
			dst = append(dst, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
