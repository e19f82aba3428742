package scrub_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A sample is a string of testdata/prose.json: of a secret one none of its
// secrets may survive and all of keep must, a harmless one stays as expected.
type sample struct {
	ID, Kind, Note  string
	Input, Expected json.RawMessage
	Secrets, Keep   []string
	Gap             bool // a known gap of docs/scrubbing.md
}

func samples(t *testing.T) (secret, harmless []sample) {
	t.Helper()
	raw, err := os.ReadFile("testdata/prose.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Secret, Harmless []sample }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file.Secret, file.Harmless
}

// scrubbed is what a sample becomes in the register of its kind.
func (v sample) scrubbed(t *testing.T) any {
	t.Helper()
	s := scrub.New(scrub.Rules{})
	switch v.Kind {
	case "text":
		return s.Text(decode[string](t, v.Input))
	case "argv":
		return s.Argv(decode[[]string](t, v.Input))
	case "tree":
		return string(s.JSON(v.Input))
	case "name":
		return s.Name(decode[string](t, v.Input))
	}
	t.Fatalf("unknown kind %q", v.Kind)
	return nil
}

func TestHarmlessTextsStayAsTheyAre(t *testing.T) {
	_, harmless := samples(t)
	if len(harmless) < 140 {
		t.Fatalf("%d harmless texts, want at least 140", len(harmless))
	}
	for _, v := range harmless {
		got := v.scrubbed(t)
		want := reflect.New(reflect.TypeOf(got))
		if err := json.Unmarshal(v.Expected, want.Interface()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want.Elem().Interface()) {
			t.Errorf("%s: %s became %q", v.ID, v.Input, got)
		}
	}
}

func TestSecretsInTextsAreMasked(t *testing.T) {
	secret, _ := samples(t)
	if len(secret) < 150 {
		t.Fatalf("%d texts with secrets, want at least 150", len(secret))
	}
	leaked := 0
	for _, v := range secret {
		got := v.scrubbed(t)
		if v.Kind == "name" {
			if want := decode[bool](t, v.Expected); got != want {
				t.Errorf("%s: Name(%s) = %v, want %v", v.ID, v.Input, got, want)
			}
			continue
		}
		text := string(mustJSON(got))
		for _, keep := range v.Keep {
			if !strings.Contains(text, keep) {
				t.Errorf("%s: %s became %q, want it to keep %q", v.ID, v.Input, got, keep)
			}
		}
		for _, one := range v.Secrets {
			if !strings.Contains(text, one) {
				continue
			}
			leaked++
			if !v.Gap {
				t.Errorf("%s: %s became %q, which shows %q", v.ID, v.Input, got, one)
			}
			break
		}
	}
	if most := len(secret) * 3 / 100; leaked > most {
		t.Errorf("%d of %d texts show a secret, want at most %d", leaked, len(secret), most)
	}
	t.Logf("%d of %d texts show a secret", leaked, len(secret))
}
