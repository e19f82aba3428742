package probe_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

func TestExcerptIsTheFirstLineWithoutSecrets(t *testing.T) {
	long := strings.Repeat("k3y-", 250) // An echo of five reaches beyond what is searched for secrets.
	for _, c := range []struct{ reply, want string }{
		{"", `""`},
		{"\r\n\t one line\r\n", `"one line"…`},
		{"one line\r", `"one line"`},
		{strings.Repeat("x", 80), `"` + strings.Repeat("x", 80) + `"`},
		{strings.Repeat("x", 81), `"` + strings.Repeat("x", 80) + `"…`},
		{"the secret word, the word", `"the ********, the ********"`},
		{strings.Repeat(long+" ", 5), `"******** ******** ******** ******** "`},
		{strings.Repeat(long+"\r\n", 5), `"********"…`},
	} {
		if got := probe.Excerpt(t.Context(), []byte(c.reply), "", "word", "secret word", long); got != c.want {
			t.Errorf("excerpt of %.60q = %s, want %s", c.reply, got, c.want)
		}
	}
}
