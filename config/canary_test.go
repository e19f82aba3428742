package config_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// secretKeys returns the paths, with dots, of all secrets of a check type.
func secretKeys(t reflect.Type, path string) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[checks.Secret]() {
		return []string{path}
	}
	var all []string
	if t.Kind() == reflect.Struct {
		for f := range fields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			all = append(all, secretKeys(f.Type, path+"."+name)...)
		}
	}
	return all
}

func fields(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// Whatever is wrong around a secret or with it, no message quotes it.
func TestNoMessageQuotesASecretOfAnyType(t *testing.T) {
	count := 0
	for _, path := range secretKeys(reflect.TypeFor[config.Types](), "") {
		keys := strings.Split(strings.TrimPrefix(path, "."), ".")
		for _, value := range []string{
			canary, canary + "\n    no_such_key: 1", "[" + canary + "]", "{" + canary + ": 1}", "{a: " + canary + "}", "*" + canary, "!" + canary,
			"\"" + canary, "'" + canary + "' x", "&" + canary, "&a " + canary + "\n    timeout: *a", "${" + canary + "}", "${" + canary, "|" + canary,
			"%" + canary, "@" + canary, "`" + canary, canary + ": x", "{" + canary, "[" + canary, "!!int " + canary, "!!binary " + canary,
			"postgres://u:" + canary + "@h:port/x", "u:" + canary + "@tcp(h", "host=h password=" + canary + " x=y", "\"" + canary + "\\x\"",
			canary + "\n   x: 1", canary + "\n\tx: 1", "? " + canary, "- " + canary,
		} {
			indent := "    "
			content := "checks:\n  - name: a\n    no_such_key: 1\n"
			for i, key := range keys {
				content += indent + key + ":"
				if i == len(keys)-1 {
					content += " " + value
				}
				content += "\n"
				indent += "  "
			}
			file := filepath.Join(t.TempDir(), "c.yml")
			write(t, file, content)
			_, err := config.Load(file)
			if err == nil {
				t.Errorf("%s: %q loads", path, value)
			} else if strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %q is quoted:\n%v", path, value, err)
			}
			count++
		}
	}
	if count < 100 {
		t.Errorf("%d messages were looked at", count)
	}
}

func TestNoMessageQuotesAValueUnderAnUnknownKey(t *testing.T) {
	for _, name := range config.TypeNames() {
		for _, value := range []string{canary, "[" + canary + "]", "{a: " + canary + "}", "{" + canary + "=x: 1}", "\"" + canary + " x\": 1"} {
			file := filepath.Join(t.TempDir(), "c.yml")
			write(t, file, fmt.Sprintf("secrets: %s\nchecks:\n  - name: a\n    passwort: %s\n    %s: {pass_word: %s}\n", value, value, name, value))
			_, err := config.Load(file)
			if err == nil || strings.Contains(err.Error(), canary) {
				t.Errorf("%s: %q gives\n%v", name, value, err)
			}
		}
	}
}
