package clip_test

import (
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

func TestTextsAreCutBetweenCharacters(t *testing.T) {
	for _, test := range []struct {
		in        string
		n         int
		at, short string
	}{
		{"", 4, "", ""},
		{"abcd", 4, "abcd", "abcd"},
		{"abcde", 4, "abcd", "a…"},
		{"naïve", 3, "na", "…"},
		{"naïve", 4, "naï", "n…"},
		{"naïve", 5, "naïv", "na…"},
		{"𝄞𝄞", 7, "𝄞", "𝄞…"},
		{"\xbf\xbf\xbf\xbf\xbf", 4, "", "…"},
	} {
		if got := clip.At(test.in, test.n); got != test.at {
			t.Errorf("At(%q, %d) = %q, want %q", test.in, test.n, got, test.at)
		}
		if got := clip.Short(test.in, test.n); got != test.short {
			t.Errorf("Short(%q, %d) = %q, want %q", test.in, test.n, got, test.short)
		}
	}
}

func TestAShortenedTextStaysValid(t *testing.T) {
	const in = "ä€𝄞…ascii ä€𝄞…"
	for n := 3; n <= len(in)+1; n++ {
		if got := clip.Short(in, n); len(got) > n || !utf8.ValidString(got) {
			t.Errorf("Short(%q, %d) = %q", in, n, got)
		}
	}
}

func TestALineShowsLineBreaks(t *testing.T) {
	if got, want := clip.Line("a\r\n\tb\n"), `a\r\n\tb\n`; got != want {
		t.Errorf("Line() = %q, want %q", got, want)
	}
}
