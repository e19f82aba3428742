package scrub_test

import (
	"os"
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
