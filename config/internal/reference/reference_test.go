package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReferencesAreUpToDate(t *testing.T) {
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what the comments say now: run make docs", name)
		}
	}
}

func TestRunWritesWhatGenerateReturns(t *testing.T) {
	if err := run(t.TempDir()); err == nil {
		t.Error("run in an empty folder has no error")
	}
	root := t.TempDir()
	for _, folder := range []string{"config", "checks", "scrub"} {
		if err := os.CopyFS(filepath.Join(root, folder), os.DirFS(filepath.Join("../../..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(root, "config/types.txt")); err != nil {
		t.Fatal(err)
	}
	if err := run(filepath.Join(root, "config")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config/types.txt", "docs/checks.md", "docs/configuration.md", "scrub/vocabulary.txt"} {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestFieldsAreNamedByTheirKeys(t *testing.T) {
	s, err := read("../..")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.lookup("redis.Check")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range d.keys {
		if k.name == "expect" && !strings.HasPrefix(k.doc, "The value of `key` or the reply to `command`") {
			t.Errorf("expect: %s", k.doc)
		}
	}
}

func TestTablesHaveTypeDefaultAndMeaning(t *testing.T) {
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	page := files["../docs/configuration.md"]
	for _, row := range []string{
		"| key | type | default | meaning |\n",
		"| `name` | string, required |  | Identifies the check in answers",
		"| `timeout` | duration | 5s | Bounds one run of a check: 1ms to 5m. |\n",
		"| `optional` | boolean | false | Makes a failure degrade",
		"| `success_status` | integer | 200 | The HTTP status if",
		"| `success_status` | integer | healthcheck.success_status | The HTTP status if", // of a view
	} {
		if !strings.Contains(page, row) {
			t.Errorf("configuration.md has no row %q", row)
		}
	}
	if row := "| `min_version` | string | TLS12 | TLS10, TLS11, TLS12 or TLS13. |\n"; !strings.Contains(files["../docs/checks.md"], row) {
		t.Errorf("checks.md has no row %q", row)
	}
	if !strings.Contains(files["types.txt"], "\n  path (string, required)\n      The absolute path") {
		t.Error("types.txt does not say that the path of a disk is required")
	}
}
