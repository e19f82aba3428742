package terminal_test

import (
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

func TestTextsAreMeasuredInColumns(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "redis": 5, "naïve": 5, "nai\u0308ve": 5, "日本語": 6, "ﬀ": 1, "ｆｕｌｌ": 8, "🙂": 2, "\u1112\u1161": 2, "\u1160": 0, "\u11ff": 0, "\u1200": 1, "…": 1,
	} {
		if got := terminal.Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestTextsAreCutToColumns(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"redis", 5, "redis"}, {"redis", 4, "red…"}, {"redis", 1, "…"}, {"redis", 0, ""}, {"redis", -1, ""},
		{"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"日本語", 2, "…"},
		{"nai\u0308ve", 4, "nai\u0308…"},
	} {
		got := terminal.Cut(test.text, test.n)
		if got != test.want || terminal.Width(got) > max(0, test.n) {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.n, got, test.want)
		}
	}
	if got := terminal.Pad("日本", 6) + "|"; got != "日本  |" {
		t.Errorf("Pad = %q", got)
	}
}

func TestTextsAreWrappedAtBlanks(t *testing.T) {
	for _, test := range []struct {
		text        string
		first, rest int
		want        []string
	}{
		{"", 5, 5, []string{""}},
		{"one two", 7, 7, []string{"one two"}},
		{"one two", 6, 7, []string{"one", "two"}},
		{"a b c", 3, 3, []string{"a b", "c"}},
		{"one  two three", 3, 9, []string{"one", "two three"}},
		{"abcdefgh", 3, 4, []string{"abc", "defg", "h"}},
		{"日本語 x", 5, 4, []string{"日本", "語 x"}},
		{"日本", 1, 1, []string{"日", "本"}}, // Each line takes at least one character.
	} {
		if got := terminal.Wrap(test.text, test.first, test.rest); !slices.Equal(got, test.want) {
			t.Errorf("Wrap(%q, %d, %d) = %q, want %q", test.text, test.first, test.rest, got, test.want)
		}
	}
}

func TestNoTextActsOnTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"a\x1b[2Jb": `a\x1b[2Jb`, "one\ntwo\r\tx": `one\ntwo\r\tx`, "\u202etxt": `\u202etxt`, "\xff\u009b": "\uFFFD" + `\x9b`,
	} {
		if got := terminal.Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAPaletteThatIsOffPaintsNothing(t *testing.T) {
	if got := terminal.Palette(false).Paint(terminal.Red, "[-]"); got != "[-]" {
		t.Errorf("%q", got)
	}
	if got := terminal.Palette(true).Paint(terminal.Red, "[-]"); got != "\x1b[31m[-]\x1b[0m" {
		t.Errorf("%q", got)
	}
}
