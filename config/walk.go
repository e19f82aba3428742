package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const (
	// maxNodes bounds how much is looked at, aliases counted each time.
	maxNodes = 200_000
	// maxDepth bounds nesting.
	maxDepth = 50
)

// A walk holds the nodes of one file against the structs that they will be
// decoded into. It finds all faults of form, and on the way what the later
// steps need: where settings stand, which nodes are texts, which are secrets.
type walk struct {
	faults  *faults
	file    string
	order   int
	places  map[string]place // of settings, by path
	texts   []text
	secrets map[*yaml.Node]bool
	seen    map[*yaml.Node]bool // texts found by way of an alias are found once
	faulty  map[string]bool     // checks[2] is not built; empty: something else is wrong
	layouts map[reflect.Type]layout
	nodes   int
	base    int // how many checks earlier files have
}

// A text is a scalar that will be a string.
type text struct {
	node   *yaml.Node
	path   string
	key    string // the last key on its way
	about  string // for messages: check "redis": redis.password
	at     place
	secret bool
}

// A spot is where a walk is.
type spot struct {
	path  string // checks[2].redis.password
	about string // check "redis": redis.password
	key   string
	depth int
}

func (s spot) member(key string) spot {
	s.path, s.key, s.depth = join(s.path, key), key, s.depth+1
	if strings.HasSuffix(s.about, ": ") || s.about == "" {
		s.about += key
	} else {
		s.about += "." + key
	}
	return s
}

func (s spot) item(i int) spot {
	s.path, s.depth = fmt.Sprintf("%s[%d]", s.path, i), s.depth+1
	return s
}

// says begins a message about the spot.
func (s spot) says() string {
	if s.about == "" || strings.HasSuffix(s.about, ": ") {
		return s.about
	}
	return s.about + ": "
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// checkOf returns the part of a path that names a check, empty outside of one.
func checkOf(path string) string {
	end := strings.IndexByte(path, ']')
	if !strings.HasPrefix(path, "checks[") || end < 0 {
		return ""
	}
	return path[:end+1]
}

func (w *walk) at(n *yaml.Node) place { return place{w.file, w.order, n.Line} }

func (w *walk) fault(n *yaml.Node, s spot, format string, a ...any) {
	w.faulty[checkOf(s.path)] = true
	w.faults.add(w.at(n), "%s", s.says()+fmt.Sprintf(format, a...))
}

var (
	typeNode     = reflect.TypeFor[yaml.Node]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeSecret   = reflect.TypeFor[checks.Secret]()
	typeCheck    = reflect.TypeFor[check]()
	typeText     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value holds n against t.
func (w *walk) value(n *yaml.Node, t reflect.Type, s spot) {
	n, ok := w.enter(n, s)
	if !ok {
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == typeNode:
		w.free(n, s)
	case t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(typeText):
		w.structure(n, t, s)
	case t.Kind() == reflect.Map:
		w.table(n, t, s)
	case t.Kind() == reflect.Slice:
		w.list(n, t, s)
	default:
		w.scalar(n, t, s)
	}
}

// enter follows an alias and keeps count.
func (w *walk) enter(n *yaml.Node, s spot) (*yaml.Node, bool) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	w.nodes++
	switch {
	case w.nodes == maxNodes:
		w.fault(n, spot{}, "the file has more than %d nodes, its aliases counted each time", maxNodes)
		return n, false
	case w.nodes > maxNodes:
		return n, false
	case s.depth > maxDepth:
		w.fault(n, s, "is nested deeper than %d", maxDepth)
		w.nodes = maxNodes
		return n, false
	case !strings.HasPrefix(n.Tag, "!!") && n.Tag != "":
		w.fault(n, s, "has a tag of its own, want none (a text that begins with ! is put in quotes)")
		return n, false
	}
	return n, true
}

// structure holds a mapping against the fields of a struct.
func (w *walk) structure(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) && s.depth > 0 && t != typeCheck {
		return // As if it were not there.
	}
	if n.Kind != yaml.MappingNode {
		w.fault(n, s, "is %s, want a mapping of %s", kindOf(n), strings.Join(w.layout(t).keys, ", "))
		return
	}
	if t == typeCheck {
		s = w.nameCheck(n, s)
	}
	given := map[string]bool{}
	w.members(n, t, s, given)
	if t == typeCheck {
		w.oneType(n, s)
	}
}

// members walks the keys of n, and of what is merged into it.
func (w *walk) members(n *yaml.Node, t reflect.Type, s spot, given map[string]bool) {
	var merged []*yaml.Node
	here := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		name, ok := w.key(key, s, here)
		if !ok || given[name] {
			continue
		}
		given[name] = true
		if s.depth == 0 && strings.HasPrefix(name, "x-") {
			continue
		}
		field, known := w.layout(t).fields[name]
		if !known {
			w.unknownKey(key, name, w.layout(t).keys, s)
			continue
		}
		next := s.member(name)
		w.place(next.path, w.at(key), value)
		if isNull(value) && t == typeCheck && isTypeName(name) {
			w.fault(key, s, "%s has nothing under it, write %q for its defaults", name, name+": {}")
			continue
		}
		w.value(value, field, next)
	}
	for _, m := range merged {
		w.merge(m, t, s, given)
	}
}

// merge walks what << names: a mapping or a list of them.
func (w *walk) merge(m *yaml.Node, t reflect.Type, s spot, given map[string]bool) {
	s.depth++
	m, ok := w.enter(m, s)
	switch {
	case !ok:
	case m.Kind == yaml.MappingNode:
		w.members(m, t, s, given)
	case m.Kind == yaml.SequenceNode:
		for _, item := range m.Content {
			w.merge(item, t, s, given)
		}
	default:
		w.fault(m, s, "<< is %s, want an alias of a mapping", kindOf(m))
	}
}

// key returns the name of a key, unless it is none or stands there twice.
func (w *walk) key(key *yaml.Node, s spot, here map[string]bool) (string, bool) {
	if key.Kind == yaml.AliasNode {
		key = key.Alias
	}
	if key.Kind != yaml.ScalarNode {
		w.fault(key, s, "a key is %s, want a word", kindOf(key))
		return "", false
	}
	if here[key.Value] {
		w.fault(key, s, "%s is given twice", showKey(key.Value))
		return "", false
	}
	here[key.Value] = true
	return key.Value, true
}

// place notes where a setting stands. Outside of checks one setting cannot
// stand in two files.
func (w *walk) place(path string, at place, value *yaml.Node) {
	before, twice := w.places[path]
	w.places[path] = at
	if twice && before.order != at.order && value.Kind != yaml.MappingNode && path != "checks" {
		w.faults.add(at, "%s is given already in %s", path, before)
	}
}

func (w *walk) table(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		w.fault(n, s, "is %s, want a mapping of names to values", kindOf(n))
		return
	}
	here := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name, ok := w.key(n.Content[i], s, here); ok {
			next := s.member(name)
			w.place(next.path, w.at(n.Content[i]), n.Content[i+1])
			w.value(n.Content[i+1], t.Elem(), next)
		}
	}
}

func (w *walk) list(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		w.fault(n, s, "is %s, want a list", kindOf(n))
		return
	}
	base := 0
	if t.Elem() == typeCheck {
		base = w.base
	}
	for i, item := range n.Content {
		next := s.item(base + i)
		w.places[next.path] = w.at(item)
		w.value(item, t.Elem(), next)
	}
}

// free walks what may be anything: a custom section.
func (w *walk) free(n *yaml.Node, s spot) {
	switch n.Kind {
	case yaml.MappingNode:
		here := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if name, ok := w.key(n.Content[i], s, here); ok {
				next := s.member(name)
				w.place(next.path, w.at(n.Content[i]), n.Content[i+1])
				w.value(n.Content[i+1], typeNode, next)
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			w.value(item, typeNode, s.item(i))
		}
	default:
		if n.ShortTag() == "!!str" {
			w.text(n, s, false)
		}
	}
}

// text notes a scalar that will be a string.
func (w *walk) text(n *yaml.Node, s spot, secret bool) {
	if secret {
		w.secrets[n] = true
	}
	if !w.seen[n] {
		w.seen[n] = true
		w.texts = append(w.texts, text{n, s.path, s.key, s.about, w.at(n), secret})
	}
}

func (w *walk) scalar(n *yaml.Node, t reflect.Type, s spot) {
	if isNull(n) {
		return // As if it were not there.
	}
	if n.Kind != yaml.ScalarNode {
		w.fault(n, s, "is %s, want %s", kindOf(n), wanted(t))
		return
	}
	if t.Kind() == reflect.String {
		w.text(n, s, t == typeSecret)
		return
	}
	if !fits(n, t) {
		w.fault(n, s, "%s is not %s", quote(n.Value), wanted(t))
	}
}

// fits reports whether a scalar can be a value of t, which is no string.
func fits(n *yaml.Node, t reflect.Type) bool {
	tag := n.ShortTag()
	switch {
	case t == typeDuration:
		_, err := time.ParseDuration(n.Value)
		return err == nil && (tag == "!!str" || n.Value == "0")
	case reflect.PointerTo(t).Implements(typeText):
		u, _ := reflect.New(t).Interface().(encoding.TextUnmarshaler)
		return u.UnmarshalText([]byte(n.Value)) == nil
	case t.Kind() == reflect.Bool:
		return tag == "!!bool"
	case t.Kind() == reflect.Float64:
		v, err := strconv.ParseFloat(n.Value, 64)
		return (tag == "!!float" || tag == "!!int") && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	v, err := strconv.ParseInt(n.Value, 0, 64)
	return tag == "!!int" && err == nil && !reflect.Zero(t).OverflowInt(v)
}

// wanted says what a value of t looks like.
func wanted(t reflect.Type) string {
	switch {
	case t == typeDuration:
		return "a duration such as 500ms or 27s"
	case t == reflect.TypeFor[checks.Size]():
		return "a size such as 512, 64KiB or 10MiB"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.String:
		return "a text"
	}
	return "a whole number"
}

// kindOf names what a node is without quoting it.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "empty"
	}
	return "a single value"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// nameCheck makes the check's name begin the messages about it.
func (w *walk) nameCheck(n *yaml.Node, s spot) spot {
	s.about = fmt.Sprintf("check %s: ", strings.Trim(s.path[strings.LastIndexByte(s.path, '['):], "[]"))
	if i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(s.about, "check "), ": ")); err == nil {
		s.about = fmt.Sprintf("check number %d: ", i+1)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if value := n.Content[i+1]; n.Content[i].Value == "name" && checks.ValidName(value.Value) {
			s.about = fmt.Sprintf("check %q: ", value.Value)
		}
	}
	return s
}

// oneType sees to it that a check has one type.
func (w *walk) oneType(n *yaml.Node, s spot) {
	var types []string
	for _, name := range TypeNames() {
		if _, given := w.places[join(s.path, name)]; given {
			types = append(types, name)
		}
	}
	switch len(types) {
	case 0:
		w.fault(n, s, "has no type, want one of %s", strings.Join(TypeNames(), ", "))
	case 1:
	case 2:
		w.fault(n, s, "has two types, %s and %s", types[0], types[1])
	default:
		w.fault(n, s, "has %d types, %s", len(types), strings.Join(types, ", "))
	}
}

func isTypeName(name string) bool { return slices.Contains(TypeNames(), name) }

func (w *walk) unknownKey(n *yaml.Node, name string, known []string, s spot) {
	hint := "want one of " + strings.Join(known, ", ")
	if near := nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	w.fault(n, s, "unknown key %s, %s", showKey(name), hint)
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// showKey quotes a key if it looks like one, so that a secret in the wrong
// place is not shown.
func showKey(name string) string {
	if !plainKey.MatchString(name) {
		return "that is no word"
	}
	return strconv.Quote(name)
}

// quote quotes a value of a known key that is no secret.
func quote(value string) string {
	const limit = 40
	if len(value) > limit {
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}

// nearest returns the known key that name is a misspelling of, if one is near.
func nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := edits(name, k); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements from a to b, up to
// the length of a key.
func edits(a, b string) int {
	if len(a) > len(b)+3 || len(b) > len(a)+3 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// yamlName returns the key of a field, empty for an inlined one.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// A layout is the keys of a struct, those of inlined structs included.
type layout struct {
	keys   []string
	fields map[string]reflect.Type
}

// layout returns that of t, which is looked at once.
func (w *walk) layout(t reflect.Type) layout {
	l, known := w.layouts[t]
	if known {
		return l
	}
	l.fields = map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name := yamlName(f); f.IsExported() && name != "" {
			l.keys = append(l.keys, name)
			l.fields[name] = f.Type
		}
	}
	w.layouts[t] = l
	return l
}
