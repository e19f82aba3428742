package scrub_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestLiteralSecretIsFoundInEverySpelling(t *testing.T) {
	const secret = `pä/s"s+w %rd\1`
	s := knowing(secret + "\n")
	inJSON, _ := json.Marshal(map[string]string{"a": "x " + secret})
	for _, text := range []string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		strings.ToLower(url.QueryEscape(secret)),
		url.UserPassword("", secret).String(),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
		fmt.Sprintf("%q", secret),
		string(inJSON),
		"prefix" + secret + "suffix",
	} {
		got := s.Text("saw " + text + " there")
		for _, leak := range []string{"w %rd", "w+%25rd", "w%20%25rd", "w%20%rd", "w %25rd", text[3 : len(text)-3]} {
			if strings.Contains(got, leak) && !strings.Contains(leak, "prefix") && !strings.Contains(leak, "a\"") {
				t.Errorf("Text(%q) = %q has %q", text, got, leak)
			}
		}
		if !strings.Contains(got, scrub.Mask) {
			t.Errorf("Text(%q) = %q, want a mask", text, got)
		}
	}
}

func TestEveryCharacterOfALiteralSecretIsMasked(t *testing.T) {
	s := knowing(`<b"c&d12>`)
	for _, text := range []string{
		`<b"c&d12>`, `<b\"c&d12>`, `\u003cb\"c\u0026d12\u003e`, "%3Cb%22c%26d12%3E", "%3cb%22c%26d12%3e", "%3Cb%22c&d12%3E", `<B"C&D12>`,
		"PGIiYyZkMTI+", "PGIiYyZkMTI-",
	} {
		checkTexts(t, "spellings", s.Text, []pair{{"x " + text + " y", "x " + scrub.Mask + " y"}})
	}
}

func TestLiteralSecretIsFoundInBase64OfSomethingLonger(t *testing.T) {
	const secret = "correct-horse"
	s := knowing(secret)
	for _, user := range []string{"", "u", "us", "use"} {
		text := base64.StdEncoding.EncodeToString([]byte(user + secret + "tail"))
		if got := s.Text(text); len(strings.ReplaceAll(got, scrub.Mask, "")) > len(text)-15 {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

func TestShortLiteralSecretsAreWholeWords(t *testing.T) {
	s := knowing("fluffy", "abc", "", "****", "päss")
	for in, want := range map[string]string{
		"fluffy ok":          "******** ok",
		"fluffyness":         "fluffyness",
		"xfluffy fluffy_x":   "xfluffy fluffy_x",
		"a (fluffy)":         "a (********)",
		"abc":                "abc",
		"päss pässe x":       "******** pässe x",
		"Zmx1ZmZ5 xZmx1ZmZ5": "******** xZmx1ZmZ5",
	} {
		if got := s.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLiteralsNeverTouchNames(t *testing.T) {
	s := knowing("fluffiness")
	if got, want := string(s.Tree(map[string]any{"fluffiness": "fluffiness ok", "n": 1})), `{"fluffiness":"******** ok","n":1}`; got != want {
		t.Errorf("Tree = %s, want %s", got, want)
	}
	if s.Name("fluffiness") {
		t.Error("a literal secret made a name sensitive")
	}
}

func TestOverlappingLiteralsAreMaskedTogether(t *testing.T) {
	s := knowing("abcdefgh", "efghijkl", "abcdefghZZ")
	for in, want := range map[string]string{
		"x abcdefghijkl y": "x ******** y",
		"x abcdefghZZ y":   "x ******** y",
	} {
		if got := s.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestASecretWithAsterisksDoesNotMatchAMask(t *testing.T) {
	checkTexts(t, "asterisks", knowing("password=****", "a**b**c1").Text, []pair{
		{"password=x1y2z3", "password=********"},
		{"got a**b**c1 x", "got ******** x"},
	})
}

func TestNumberThatIsALiteralSecretIsMasked(t *testing.T) {
	s := knowing("12345678")
	if got, want := string(s.JSON([]byte(`{"a": 12345678, "b": 1}`))), `{"a": "********", "b": 1}`; got != want {
		t.Errorf("JSON = %s, want %s", got, want)
	}
}

func TestSecretsCanBeAddedWhileInUse(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 50 {
				secret := fmt.Sprintf("secret-%d-%d!", n, i)
				s.Learn(secret, secret)
				if got := s.Text("x " + secret); got != "x "+scrub.Mask {
					t.Errorf("Text = %q after Add", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatCanBeLearned(t *testing.T) {
	for _, secret := range []string{
		"päss", "hunter2", "correct-horse-battery", "12345678", "db.Prod.Xy12", "https://hooks.example.org/T0/abCD12efGH34", "/abCD12efGH34ijKL",
		"https://h.example.org/?token=x", "postgres://u:p@h/d", "truely", "localhosts",
	} {
		if !scrub.CanLearn(secret) {
			t.Errorf("CanLearn(%q) = false, want true", secret)
		}
	}
	for _, secret := range []string{
		"", "abc", "****", "1234567", "12.5", "10ms", "true", "None", "missing", "localhost", "LOCALHOST:80", "10.0.0.1", "10.0.0.1:80", "[::1]:80", "::1",
		"db.example.org", "db.example.org:5432", "/etc/ssl/app.key", "https://kc.example.org/realms/shop", "redis", "timeout", "bearer_token",
	} {
		if scrub.CanLearn(secret) {
			t.Errorf("CanLearn(%q) = true, want false", secret)
		}
	}
}

func TestALiteralAcrossTheStringsOfJSONIsMasked(t *testing.T) {
	s := knowing(`secret12","b`)
	if got := s.Value("", `{"a":"secret12","b":"c"}`); strings.Contains(got, "secret12") {
		t.Errorf("Value = %s", got)
	}
}
