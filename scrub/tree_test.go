package scrub_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

type inner struct {
	Token string
	Name  string `json:"name,omitempty"`
}

type outer struct {
	Z     string        `json:"z"`
	A     int           `json:"a"`
	Pass  *int          `json:"pass"`
	Wait  time.Duration `json:"wait"`
	At    time.Time     `json:"at"`
	Skip  string        `json:"-"`
	Raw   json.RawMessage
	Inner []inner `json:"inner"`
	inner
}

type panicky struct{}

func (panicky) MarshalJSON() ([]byte, error) { panic("no") }

type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("secret is hunter2") }

type label string

func (l label) MarshalText() ([]byte, error) { return []byte("<" + l + ">"), nil }

func TestTreesOfAnyKind(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, `null`},
		{"string", "http://u:p@h", `"http://u:********@h"`},
		{"numbers", []any{1, 2.5, true, nil, int64(math.MaxInt64)}, `[1,2.5,true,null,9223372036854775807]`},
		{"struct", outer{Z: "z", Wait: time.Second, At: at, Raw: json.RawMessage(`{"key": 1, "b":2}`), Inner: []inner{{"x", "y"}}},
			`{"z":"z","a":0,"pass":"********","wait":1000000000,"at":"2026-01-02T03:04:05Z","Raw":{"key":"********","b":2},"inner":[{"Token":"********","name":"y"}],"Token":"********"}`},
		{"sorted map", map[string]any{"b": 1, "a": "x", "<c>": "&"}, `{"<c>":"&","a":"x","b":1}`},
		{"keys that are no strings", map[any]any{1: "a", true: "b", "key": "c", 2.5: map[any]any{"x": "password=y"}},
			`{"1":"a","2.5":{"x":"password=********"},"key":"********","true":"b"}`},
		{"numeric keys", map[int]string{2: "b", 1: "a"}, `{"1":"a","2":"b"}`},
		{"not a number", map[string]any{"a": math.NaN(), "b": math.Inf(1), "c": "x"}, `{"a":null,"b":null,"c":"x"}`},
		{"channel and function", map[string]any{"a": make(chan int), "b": func() {}, "c": 1}, `{"a":"********","b":"********","c":1}`},
		{"panicking marshaler", map[string]any{"a": panicky{}, "b": 1}, `{"a":"********","b":1}`},
		{"failing marshaler", []any{failing{}, "x"}, `["********","x"]`},
		{"bytes", map[string]any{"a": []byte("password=x"), "b": json.RawMessage(`{"n":1}`)}, `{"a":"password=********","b":{"n":1}}`},
		{"list as argv", map[string]any{"command": []string{"mysql", "-psecret", "--token", "x"}}, `{"command":["mysql","-p********","--token","********"]}`},
		{"nil pointer in an interface", []any{(*outer)(nil), error(nil)}, `[null,null]`},
		{"empty", map[string]any{"a": map[string]any{}, "b": []int{}, "password": map[string]any{}}, `{"a":{},"b":[],"password":"********"}`},
		{"keys with a text of their own", map[any]any{label("a"): 1, (*label)(nil): 2}, `{"********":2,"<a>":1}`},
		{"what encoding/json cannot write", []any{struct {
			*inner
			None map[string]any
			List []string
			Few  string `json:"few,omitempty"`
		}{inner: &inner{"x", "y"}}, func() {}}, `[{"Token":"********","name":"y","None":null,"List":null},"********"]`},
		{"struct beside what has no JSON", []any{struct {
			A     any `json:"a"`
			B     string
			Token string
			inner
		}{A: func() {}}}, `[{"a":"********","B":"","Token":"********","Token":"********"}]`},
	} {
		got := string(scrub.New(scrub.Rules{}).Tree(c.in))
		if got != c.want {
			t.Errorf("%s:\nTree = %s\nwant   %s", c.name, got, c.want)
		}
	}
}

func TestCyclesAreMaskedWhereTheyClose(t *testing.T) {
	m := map[string]any{"a": 1}
	m["self"] = m
	list := []any{"x", nil}
	list[1] = list
	type node struct {
		Name string `json:"name"`
		Next *node  `json:"next"`
	}
	n := &node{Name: "n"}
	n.Next = n
	s := scrub.New(scrub.Rules{})
	for want, v := range map[string]any{
		`{"a":1,"self":"********"}`:       m,
		`["x","********"]`:                list,
		`{"name":"n","next":"********"}`:  n,
		`[{"a":1,"self":"********"},"y"]`: []any{m, "y"},
	} {
		if got := string(s.Tree(v)); got != want {
			t.Errorf("Tree = %s, want %s", got, want)
		}
	}
}

func TestSharedPartsAreNoCycle(t *testing.T) {
	shared := map[string]any{"a": 1}
	if got, want := string(scrub.New(scrub.Rules{}).Tree([]any{shared, shared})), `[{"a":1},{"a":1}]`; got != want {
		t.Errorf("Tree = %s, want %s", got, want)
	}
}

func nested(depth int) any {
	var v any = "deep hunter2"
	for range depth {
		v = map[string]any{"x": v}
	}
	return v
}

func TestDepthOver32IsMasked(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	if got := string(s.Tree(nested(32))); !strings.Contains(got, "hunter2") {
		t.Errorf("32 deep: %s", got)
	}
	for _, depth := range []int{33, 40, 200, 5000} {
		got := s.Tree(nested(depth))
		if strings.Contains(string(got), "hunter2") || strings.Count(string(got), "{") != 32 || !json.Valid(got) {
			t.Errorf("%d deep: %.200s", depth, got)
		}
		raw := strings.Repeat("[", depth) + `"hunter2"` + strings.Repeat("]", depth)
		if got := string(s.JSON([]byte(raw))); strings.Contains(got, "hunter2") || !json.Valid([]byte(got)) {
			t.Errorf("%d deep: %.200s", depth, got)
		}
		if got := s.Value("", raw); strings.Contains(got, "hunter2") || s.Value("", got) != got {
			t.Errorf("%d deep: %.200s", depth, got)
		}
	}
	for text, want := range map[string]string{
		strings.Repeat("[", 31) + `"[\"x\"]"` + strings.Repeat("]", 31):   "",
		strings.Repeat("[", 31) + `"[[\"x\"]]"` + strings.Repeat("]", 31): strings.Repeat("[", 31) + `"[\"********\"]"` + strings.Repeat("]", 31),
		strings.Repeat("[", 32) + `"[\"x\"]"` + strings.Repeat("]", 32):   strings.Repeat("[", 32) + `"********"` + strings.Repeat("]", 32),
	} {
		checkTexts(t, "JSON in strings of JSON", func(text string) string { return s.Value("", text) }, []pair{{text, want}})
	}
}

func TestTooManyNodesAreMasked(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	if got := s.Tree(make([]int, 99_000)); len(got) != 2*99_000+1 {
		t.Errorf("99,000 nodes became %d bytes", len(got))
	}
	if got := string(s.Tree(make([]int, 100_001))); got != `"********"` {
		t.Errorf("100,001 nodes became %.100s", got)
	}
	if got := s.Value("", "["+strings.Repeat("0,", 100_000)+"0]"); got != scrub.Mask {
		t.Errorf("a text of 100,001 nodes became %.100s", got)
	}
	var shared any = "x" // 2^40 nodes in 40 slices
	for range 30 {
		shared = []any{shared, shared}
	}
	if got := string(s.Tree(shared)); got != `"********"` {
		t.Errorf("2^30 nodes became %.100s", got)
	}
}

func TestJSONFailsClosed(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, raw := range []string{"", "{", `{"a":hunter2}`, `{"a":1} x`, "\xff"} {
		if got := string(s.JSON([]byte(raw))); got != `"********"` {
			t.Errorf("JSON(%q) = %s", raw, got)
		}
	}
	if got := string(s.JSON([]byte("\"a\xffb\""))); got != "\"a\uFFFDb\"" {
		t.Errorf("JSON of invalid UTF-8 = %q", got)
	}
}

func TestJSONKeepsOrderSpacingAndNumbers(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	in := "{\n \"z\": 1.50, \"a\": 1e400, \"z\": [ ], \"key\": {\"x\": 1}\n}"
	want := "{\n \"z\": 1.50, \"a\": 1e400, \"z\": [ ], \"key\": \"********\"\n}"
	if got := string(s.JSON([]byte(in))); got != want {
		t.Errorf("JSON = %s, want %s", got, want)
	}
}

func TestExplainSaysWhatAndWhyButNotTheValue(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"patient"}})
	s.Learn("hunter2!x")
	got := s.Explain(map[string]any{
		"process": map[string]any{
			"argv":    []string{"mysql", "-psecret", "--url=redis://:pw@h"},
			"environ": map[string]string{"DB_PASSWORD": "x", "HOME": "/root", "PATIENT": "1", "SID": "2", "URL": "http://u:p@h/?token=t", "Z": "hunter2!x"},
		},
	})
	want := []scrub.Hit{
		{"process.argv.1", "argv"},
		{"process.argv.2", "V6"},
		{"process.environ.DB_PASSWORD", "N1"},
		{"process.environ.PATIENT", "names"},
		{"process.environ.SID", "N3"},
		{"process.environ.URL", "V6"},
		{"process.environ.URL", "V9"},
		{"process.environ.Z", "V1"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Explain = %v\nwant      %v", got, want)
	}
	for _, hit := range got {
		if scrub.Meaning(hit.Rule) == "" {
			t.Errorf("rule %s has no meaning in words", hit.Rule)
		}
	}
	if got, want := scrub.Meaning("N1"), "the name contains key, token or pass"; got != want {
		t.Errorf("Meaning(N1) = %q, want %q", got, want)
	}
	if got := scrub.Meaning("N9"); got != "" {
		t.Errorf("Meaning of a rule that does not exist = %q", got)
	}
	if got := s.ExplainArgv([]string{"a", "--token=x"}); !reflect.DeepEqual(got, []scrub.Hit{{"1", "N1"}}) {
		t.Errorf("ExplainArgv = %v", got)
	}
}

// What is not UTF-8 in JSON made elsewhere is not a hit: Tree shows it replaced.
func TestExplainReadsJSONMadeElsewhereAsTreeDoes(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	v := json.RawMessage("{\"a\":\"x\xff\",\"password\":\"x\"}")
	if got, want := string(s.Tree(v)), `{"a":"x\ufffd","password":"********"}`; got != strings.ReplaceAll(want, `\ufffd`, "\ufffd") {
		t.Errorf("Tree = %s, want %s", got, want)
	}
	if got := s.Explain(v); len(got) != 1 || got[0] != (scrub.Hit{Path: "password", Rule: "N1"}) {
		t.Errorf("Explain = %v, want the password alone", got)
	}
}
