package postgres_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
)

func TestPasswordsArePreparedAsTheServerPreparesThem(t *testing.T) {
	for password, want := range map[string]string{
		"":                             "",
		"pass word~\x7f":               "pass word~\x7f",
		"Ｐａssª1":                       "Passa1",
		"a\u00a0b\u3000c":              "a b c", // blanks of other scripts
		"a\u00adb\u034fc\u1806d":       "abcd",  // mapped to nothing
		"a\u180bb\u180cc\u180dd":       "abcd",
		"a\u200bb\u200cc\u200dd":       "abcd",
		"a\u2060b\ufe00c\ufe0fd":       "abcd",
		"\x80":                         "\x80",
		"ª\xff":                        "ª\xff",
		"\ufeffa":                      "a",
		"a\u180ab\u200ec\u2061d":       "a\u180ab\u200ec\u2061d", // the neighbours stay
		"a\u1805b\ufdffc\ufe10d":       "a\u1805b\ufdffc,d",      // NFKC makes a comma of U+FE10
		"a\u00acb\u200ac\ufefed\u3001": "a\u00acb c\ufefed\u3001",
	} {
		if got := postgres.Prepared(password); got != want {
			t.Errorf("prepared %+q = %+q, want %+q", password, got, want)
		}
	}
}
