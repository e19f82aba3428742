package scrub_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// sentences returns the lines of a file of testdata, without comments.
func sentences(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestSentencesOfServersStayAsTheyAre(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	all := sentences(t, "testdata/sentences.txt")
	if len(all) < 200 {
		t.Fatalf("%d sentences, want at least 200", len(all))
	}
	for _, sentence := range all {
		for _, prefix := range prefixes {
			if got := s.Text(prefix + sentence); got != prefix+sentence {
				t.Errorf("%q became %q", prefix+sentence, got)
				break
			}
		}
	}
	t.Logf("%d sentences", len(all))
}

func TestHarmlessTextsOfManyKindsStayAsTheyAre(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	all := sentences(t, "testdata/harmless.txt")
	changed := 0
	for _, text := range all {
		text = strings.ReplaceAll(text, `\n`, "\n")
		if got := s.Text(text); got != text {
			changed++
			t.Errorf("%q became %q", text, got)
		}
	}
	t.Logf("%d of %d changed", changed, len(all))
}

// unescape reads the escapes of testdata/secrets.txt.
var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")

func TestSecretsInTextsOfManyKindsAreMasked(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	marked := regexp.MustCompile("«([^»]*)»")
	all := sentences(t, "testdata/secrets.txt")
	shown := 0
	for _, line := range all {
		line, gap := strings.CutPrefix(line, "? ")
		text := unescape.Replace(marked.ReplaceAllString(line, "$1"))
		got := s.Text(text)
		leaks := slices.ContainsFunc(marked.FindAllStringSubmatch(line, -1), func(match []string) bool {
			return strings.Contains(got, unescape.Replace(match[1]))
		})
		if leaks {
			shown++
		}
		if leaks && !gap {
			t.Errorf("%q became %q", text, got)
		}
	}
	// What is shown has no name of a secret beside it: known gaps.
	if most := len(all) * 7 / 100; shown > most {
		t.Errorf("%d of %d texts show a secret, want at most %d", shown, len(all), most)
	}
	t.Logf("%d of %d texts show a secret", shown, len(all))
}
