package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// FuzzLoad: whatever is in the file, Load neither panics nor hangs, every line of
// its error begins with the file's name, and a password is neither in an error
// nor in what is shown.
func FuzzLoad(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		if body, _, _ := strings.Cut(string(data), "# want: "); len(body) < 2000 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, content string) {
		if strings.Contains(content, "${file:") || strings.Contains(content, "_file") {
			return // It would read this machine's files.
		}
		// A check whose password is the canary, beside whatever there is.
		content += "\n  - {name: planted, redis: {address: \"h:1\", password: " + canary + "}}\n"
		file := filepath.Join(t.TempDir(), "f.yml")
		write(t, file, content)
		c, err := config.Load(file)
		if err != nil {
			checkMessage(t, file, err.Error(), strings.Count(content, canary) == 1)
			return
		}
		if text := shown(t, c) + string(scrubber(c).JSON(c.JSON())); strings.Contains(text, canary) && strings.Count(content, canary) == 1 {
			t.Errorf("the password is shown:\n%s", text)
		}
	})
}

func checkMessage(t *testing.T, file, message string, planted bool) {
	t.Helper()
	for line := range strings.SplitSeq(message, "\n") {
		if !strings.HasPrefix(line, file+":") {
			t.Errorf("a line of the error does not begin with the file: %q", line)
		}
	}
	if planted && strings.Contains(message, canary) {
		t.Errorf("the error quotes the password:\n%s", message)
	}
	if !utf8.ValidString(message) {
		t.Errorf("the error is not UTF-8: %q", message)
	}
	if strings.Contains(message, "does not decode") {
		t.Errorf("the walk let pass what the decoder refuses:\n%s", message)
	}
}
