//go:build unix

package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// folder makes a folder with the given files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

// faultsOf returns what Load says, with dir cut off.
func faultsOf(t *testing.T, dir, pattern string) string {
	t.Helper()
	_, err := config.Load(pattern)
	if err == nil {
		t.Fatalf("Load(%s) has no fault", pattern)
	}
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), dir+"/", ""), dir, "DIR")
}

func names(c *config.Config) string {
	var all []string
	for _, one := range c.Checks {
		all = append(all, one.Name)
	}
	return strings.Join(all, " ")
}

const (
	checkA = "checks:\n  - {name: a, memory: {}}\n"
	checkB = "checks:\n  - {name: b, memory: {}, depends_on: [a]}\n"
)

func TestFilesOfADirectoryAreJoinedInTheOrderOfTheirNames(t *testing.T) {
	dir := folder(t, map[string]string{
		"20-b.yaml": checkB, "10-a.yml": checkA, "30-empty.yml": "# nothing\n",
		".hidden.yml": "!", "readme.txt": "!", "a.yml.bak": "!", "sub.yml/x.yml": "!", "40-global.yml": "global: {timeout: 2s}\n",
	})
	for _, pattern := range []string{dir, dir + "/", filepath.Join(dir, "*"), filepath.Join(dir, "*.y*ml")} {
		c, err := config.Load(pattern)
		if err != nil {
			t.Errorf("Load(%s) = %v", pattern, err)
			continue
		}
		if got := names(c); got != "a b" || c.Checks[0].Timeout.String() != "2s" || len(c.Files) != 4 {
			t.Errorf("Load(%s) has checks %q and files %q, want a b of 4 files", pattern, got, c.Files)
		}
	}
}

func TestFolderMayHaveCharactersOfAGlobInItsName(t *testing.T) {
	dir := folder(t, map[string]string{"conf[1].d/a.yml": checkA})
	if c, err := config.Load(filepath.Join(dir, "conf[1].d")); err != nil || names(c) != "a" {
		t.Errorf("Load = %v, want check a", err)
	}
}

func TestLinksOfAMountedConfigMapAreFollowed(t *testing.T) {
	dir := folder(t, map[string]string{"..2026/a.yml": checkA})
	for _, err := range []error{
		os.Symlink("..2026", filepath.Join(dir, "..data")), os.Symlink("..data/a.yml", filepath.Join(dir, "a.yml")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if c, err := config.Load(dir); err != nil || names(c) != "a" {
		t.Errorf("Load = %v, want check a", err)
	}
}

func TestSettingInTwoFilesIsAnErrorAndMappingsAreMerged(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.yml": "global:\n  timeout: 2s\nhealthcheck:\n  success_headers:\n    X-A: a\n  sections: {v: 1}\nenvironment: {disable: [os]}\n" + checkA,
		"b.yml": "global:\n  failed_ttl: 3s\n  timeout: 2s\nhealthcheck:\n  success_headers:\n    X-A: b\n    X-B: b\n  sections: {v: 2, w: 3}\nenvironment: {disable: [go]}\n" + checkB,
	})
	want := `b.yml:3: global.timeout is given already in a.yml:2
b.yml:6: healthcheck.success_headers.X-A is given already in a.yml:5
b.yml:8: healthcheck.sections.v is given already in a.yml:6
b.yml:9: environment.disable is given already in a.yml:7`
	if got := faultsOf(t, dir, dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	write(t, filepath.Join(dir, "b.yml"), "global: {failed_ttl: 3s}\nhealthcheck: {success_headers: {X-B: b}, sections: {w: 3}}\n"+checkB)
	c, err := config.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	one := c.Checks[1]
	if one.Timeout.String() != "2s" || one.FailedTTL.String() != "3s" || len(c.Healthcheck.Success.Header) != 2 || len(c.Healthcheck.Sections) != 2 {
		t.Errorf("settings of two files are not merged: %+v %+v", one, c.Healthcheck)
	}
}

func TestAnchorsOfEveryFileAreItsOwn(t *testing.T) {
	const anchors = "x-defaults: &defaults {timeout: %s}\nchecks: [{<<: *defaults, name: %s, memory: {}}]\n"
	dir := folder(t, map[string]string{"a.yml": fmt.Sprintf(anchors, "1s", "a"), "b.yml": fmt.Sprintf(anchors, "2s", "b")})
	c, err := config.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c.Checks[0].Timeout != time.Second || c.Checks[1].Timeout != 2*time.Second {
		t.Errorf("timeouts %v and %v, want 1s and 2s", c.Checks[0].Timeout, c.Checks[1].Timeout)
	}
}

func TestNameTakenInTwoFilesSaysWhereBothAre(t *testing.T) {
	dir := folder(t, map[string]string{"a.yml": checkA, "b.yml": "\n" + checkA + "  - memory: {}\n"})
	want := "b.yml:3: check \"a\": the name is taken, see a.yml:2\nb.yml:4: check number 2: has no name"
	if got := faultsOf(t, dir, dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFaultsOfAllFilesAreToldAlsoWhenOneCannotBeRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.yml": "colour: blue\nchecks:\n  - {name: x, memory: {}, depends_on: [perhaps-in-b]}\n",
		"c.yml": "- a\n", "d.yml": "checks:\n  - {name: y, tcp: {}}\n", "e.yml": "a: *b\n",
	})
	for _, err := range []error{
		os.Symlink("nowhere", filepath.Join(dir, "b.yml")), syscall.Mkfifo(filepath.Join(dir, "f.yml"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := `a.yml:1: unknown key "colour", want one of global, checks, environment, healthcheck, views
b.yml: no such file or directory
c.yml:1: the file is a list, want a mapping with checks:
d.yml:2: check "y": tcp: address: missing, want host:port or unix:///path
e.yml:1: is not YAML: an alias names an anchor that does not exist (a text that begins with * is put in quotes)
f.yml: is not a regular file`
	if got := faultsOf(t, dir, dir); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNothingToReadIsAnError(t *testing.T) {
	dir := folder(t, map[string]string{"empty/.keep": "", "plain.conf": checkA})
	for pattern, want := range map[string]string{
		"missing.yml":   "missing.yml: no such file or directory",
		"missing/*.yml": "missing/*.yml: matches no file that ends in .yml or .yaml",
		"*.toml":        "*.toml: matches no file that ends in .yml or .yaml",
		"*.conf":        "*.conf: matches no file that ends in .yml or .yaml",
		"empty":         "empty: matches no file that ends in .yml or .yaml",
		"[":             "[: is not a glob: syntax error in pattern",
	} {
		if got := faultsOf(t, dir, filepath.Join(dir, pattern)); got != want {
			t.Errorf("Load(%s) = %q, want %q", pattern, got, want)
		}
	}
	// A single file may have any name.
	if _, err := config.Load(filepath.Join(dir, "plain.conf")); err != nil {
		t.Error(err)
	}
}

func TestDefaultIsUsedWithoutAFile(t *testing.T) {
	c, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if names(c) != "disk memory load" || len(c.Files) != 0 || len(c.Warnings) != 0 {
		t.Errorf("Load(\"\") has checks %q, files %q, warnings %q", names(c), c.Files, c.Warnings)
	}
	file := filepath.Join(t.TempDir(), "default.yml")
	write(t, file, string(config.Default()))
	same, err := config.Load(file)
	if err != nil || names(same) != names(c) || same.Hash != c.Hash {
		t.Errorf("Default() does not load like no file: %v", err)
	}
}
