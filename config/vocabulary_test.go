package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A word of the configuration must not vanish from every output because
// somebody's password is that word.
func TestWordsOfTheConfigurationAreNeverLearned(t *testing.T) {
	keys, err := os.ReadFile("../scrub/vocabulary.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(keys))
	for _, r := range checks.Reasons() {
		words = append(words, string(r))
	}
	if len(words) < 100 {
		t.Fatalf("%d words, want all keys of the schema", len(words))
	}
	for _, w := range words {
		if scrub.CanLearn(w) {
			t.Errorf("%q would be learned as a secret", w)
		}
	}
}
