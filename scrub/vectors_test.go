package scrub_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

type vector struct {
	ID, Kind, Note  string
	Input, Expected json.RawMessage
	Extra, Allow    []string
	Known           []string
}

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/scrub.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 100 {
		t.Fatalf("%d vectors, want more than 100", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		t.Run(v.ID, v.run)
	}
}

func (v vector) run(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: v.Extra, Allow: v.Allow})
	s.Learn(v.Known...)
	switch v.Kind {
	case "name":
		check(t, v, s.Name)
	case "value": // These hold in both registers.
		value := func(text string) string { return s.Value("", text) }
		check(t, v, value)
		check(t, v, func(text string) string { return value(value(text)) })
		check(t, v, s.Text)
		check(t, v, func(text string) string { return s.Text(s.Text(text)) })
	case "value_hex":
		check(t, v, func(text string) string {
			raw, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			return hex.EncodeToString([]byte(s.Text(string(raw))))
		})
	case "argv":
		check(t, v, s.Argv)
	case "header":
		check(t, v, s.Header)
	case "tree":
		check(t, v, func(tree any) any { return decode[any](t, s.Tree(tree)) })
		var want bytes.Buffer
		if err := json.Compact(&want, v.Expected); err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Compact(&got, s.JSON(v.Input)); err != nil || got.String() != want.String() {
			t.Errorf("JSON(%s) = %s, want %s (%s)", v.Input, got.String(), want.String(), v.Note)
		}
	default:
		t.Fatalf("unknown kind %q", v.Kind)
	}
}

func check[I, O any](t *testing.T, v vector, scrub func(I) O) {
	t.Helper()
	input, want := decode[I](t, v.Input), decode[O](t, v.Expected)
	if got := scrub(input); !reflect.DeepEqual(got, want) {
		t.Errorf("%v became %v, want %v (%s)", input, got, want, v.Note)
	}
}

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

// knowing returns a Scrubber that has learned secrets.
func knowing(secrets ...string) *scrub.Scrubber {
	s := scrub.New(scrub.Rules{})
	s.Learn(secrets...)
	return s
}
