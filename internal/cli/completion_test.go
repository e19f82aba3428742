package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

// The words are those that a shell passes, and those that kingpin gets.
func TestKingpinGetsOnlyTheWordsBeforeACommand(t *testing.T) {
	for _, test := range []struct{ words, want string }{
		{"--completion-bash ", "--completion-bash"},
		{"--completion-bash dr", "--completion-bash"},
		{"--completion-bash config sch", "--completion-bash config"},
		{"--completion-bash mute re", "--completion-bash mute"},
		{"--completion-bash --config.file=x dr", "--completion-bash"},
		{"--completion-bash --config.file = x config sch", "--completion-bash config"},
		{"--completion-bash drain --rea", "--completion-bash drain --rea"},
		{"--completion-bash --log.level =", "--completion-bash --log.level ="},
		{"--completion-bash --log.level = de", "--completion-bash --log.level = de"},
		{"--completion-bash --log.level de", "--completion-bash --log.level de"},
		{"--completion-bash", "--completion-bash"},
		{"drain --reason=a b", "drain --reason=a b"},
	} {
		words := strings.Split(test.words, " ")
		if got, want := cli.Completing(words), strings.Fields(test.want); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
