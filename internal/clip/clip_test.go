package clip_test

import (
	"strings"
	"testing"
	"time"
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

func TestAnUnfinishedWordIsDroppedButNeverAll(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, test := range []struct {
		in   string
		n    int
		want string
	}{
		{"one two three", 100, "one two three"},
		{"one two three", 9, "one two"},
		{"one two\tthree", 9, "one two"},
		{long, 4096, long[:3072]},
		{"a " + long, 4096, "a " + long[:3070]},
		{long + " b", 5000, long[:3976]},
		{long + " bcd", 5002, long},
		{"abcdefgh", 4, "ab"},
		{strings.Repeat("ä", 3000), 4095, strings.Repeat("ä", 1535)},
	} {
		if got := clip.Words(test.in, test.n); got != test.want {
			t.Errorf("Words of %d bytes to %d = %d bytes, want %d", len(test.in), test.n, len(got), len(test.want))
		}
	}
}

func TestCharactersThatActAreSpelledOut(t *testing.T) {
	for in, want := range map[string]string{
		"plain naïve 日本":       "plain naïve 日本",
		"a\x1b[31mb\x00\u009b": `a\x1b[31mb\x00\x9b`,
		"one\ntwo\tthree":      "one\ntwo\tthree",
		"\u202etxt.exe":        `\u202etxt.exe`,
		"a\u200bb\ufeff":       `a\u200bb\ufeff`,
		"\U000e0041":           `\U000e0041`,
		"a\u00adb\u3164\u115f": `a\xadb\u3164\u115f`,
		"✔️ 1️⃣ 葛\U000e0100":   "✔️ 1️⃣ 葛\U000e0100", // A selector says how the character before it is shown.
		"a\ufe0f\ufe01 \ufe0f": "a\ufe0f" + `\ufe01 \ufe0f`,
		"\u0601١٢":             "\u0601١٢",
		"👩\u200d💻":             "👩\u200d💻", // A joiner between emoji changes how they are shown.
	} {
		if got := clip.Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDurationsHaveNoZeroUnitsAtTheirEnd(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0s",
		999_400 * time.Microsecond:            "999ms",
		350 * time.Millisecond:                "350ms",
		41*time.Second + 499*time.Millisecond: "41s",
		3 * time.Minute:                       "3m",
		3*time.Minute + time.Second:           "3m1s",
		62 * time.Minute:                      "1h2m",
		24 * time.Hour:                        "24h",
		-90 * time.Second:                     "-1m30s",
		10 * time.Second:                      "10s",
		20 * time.Minute:                      "20m",
		100 * time.Hour:                       "100h",
	} {
		if got := clip.Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}
