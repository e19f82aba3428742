package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// described loads a check with that description (in single quotes).
func described(t *testing.T, text string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yml")
	write(t, file, "checks:\n  - name: a\n    memory: {}\n    description: '"+text+"'\n")
	c, err := config.Load(file)
	if err != nil {
		return "", err
	}
	return c.Checks[0].Description, nil
}

func TestTextsAreExpandedOnce(t *testing.T) {
	t.Setenv("HC_A", "value")
	t.Setenv("HC_EMPTY", "")
	t.Setenv("_azAZ09", "any letter")
	t.Setenv("HC_NESTED", "${HC_A} $$ ${file:/etc/passwd}")
	t.Setenv("HC_BRACE", "}")
	secret := filepath.Join(t.TempDir(), "a b:-c")
	write(t, secret, "content\r\n")
	for text, want := range map[string]string{
		"plain": "plain", "": "",
		"${_azAZ09}": "any letter",
		"${HC_A}":    "value", "x${HC_A}y": "xvaluey", "${HC_A}${HC_A}": "valuevalue",
		"$": "$", "$$": "$", "$$$": "$$", "$$$$": "$$", "$HC_A": "$HC_A", "$(HC_A)": "$(HC_A)", "$5": "$5", "a$": "a$",
		"$${HC_A}": "${HC_A}", "$$${HC_A}": "$value", "{HC_A}": "{HC_A}", "}": "}",
		"${HC_EMPTY}": "", "${HC_EMPTY:-x}": "x", "${HC_NO:-x}": "x", "${HC_NO:-}": "", "${HC_A:-x}": "value",
		"${HC_NO:-a:-b}": "a:-b", "${HC_NO:-$HC_A}": "$HC_A", "${HC_NO:-$$}": "$$", "${HC_NO:-x}}": "x}",
		"${HC_NESTED}":           "${HC_A} $$ ${file:/etc/passwd}",
		"${HC_BRACE}${HC_A}":     "}value",
		"${file:" + secret + "}": "content",
		"${HC_NO:-${HC_A}}":      "${HC_A}", // The first } ends it.
	} {
		if got, err := described(t, text); err != nil || got != want {
			t.Errorf("%q is expanded to %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestWhatCannotBeExpandedIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"${HC_NO}":      "the environment variable HC_NO is not set",
		"${HC_NO:x}":    "neither a NAME",
		"${HC_NO-x}":    "neither a NAME",
		"${ HC_NO }":    "neither a NAME",
		"${1A}":         "neither a NAME",
		"${}":           "neither a NAME",
		"${:-x}":        "neither a NAME",
		"${file:}":      "neither a NAME",
		"${FILE:/x}":    "neither a NAME",
		"${":            "has no }",
		"${HC_NO":       "has no }",
		"a $$ ${ b $c":  "has no }",
		"${file:rel/x}": "no such file or directory",
	} {
		if got, err := described(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is expanded to %q (%v), want an error with %q", text, got, err, want)
		}
	}
}

func TestTimesSizesNumbersAndKeysAreNotExpanded(t *testing.T) {
	t.Setenv("HC_DURATION", "5s")
	t.Setenv("HC_NUMBER", "5")
	t.Setenv("HC_KEY", "memory")
	for _, settings := range []string{
		"memory: {}\ntimeout: ${HC_DURATION}", "disk: {path: /, warn_free: \"${HC_NUMBER}\"}",
		"disk: {path: /, warn_percent: \"${HC_NUMBER}\"}", "load: {minutes: \"${HC_NUMBER}\"}", "\"${HC_KEY}\": {}",
	} {
		file := filepath.Join(t.TempDir(), "c.yml")
		write(t, file, oneCheck(settings))
		if _, err := config.Load(file); err == nil {
			t.Errorf("%q loads", settings)
		}
	}
	c := load(t, "environment: {labels: {a: \"${HC_NUMBER}\"}, sections: {\"${HC_KEY}\": [\"${HC_NUMBER}\", {x: \"${HC_KEY}\"}]}}\nchecks: []\n")
	if got := fmt.Sprintf("%s", c.Environment.Sections[0].Value); c.Environment.Labels["a"] != "5" || got != `["5",{"x":"memory"}]` || c.Environment.Sections[0].Name != "${HC_KEY}" {
		t.Errorf("labels %v, section %s: %s", c.Environment.Labels, c.Environment.Sections[0].Name, got)
	}
}
