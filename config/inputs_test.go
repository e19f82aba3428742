package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// changing is a configuration of three files whose content a test changes.
type changing struct{ main, inserted, secret string }

func newChanging(t *testing.T) changing {
	t.Helper()
	dir := t.TempDir()
	c := changing{filepath.Join(dir, "healthcheck.yml"), filepath.Join(dir, "inserted"), filepath.Join(dir, "secret")}
	write(t, c.inserted, "127.0.0.1")
	write(t, c.secret, canary)
	write(t, c.main, c.text(""))
	return c
}

func (c changing) text(more string) string {
	return "checks: [{name: a, redis: {address: \"${file:" + c.inserted + "}:1\", password_file: " + c.secret + "}}]\n" + more
}

func TestInputsSeeTheContentOfEveryFileRead(t *testing.T) {
	c := newChanging(t)
	_, in, err := config.Read(c.main)
	if err != nil {
		t.Fatal(err)
	}
	if now := in.Again(); !now.Equal(in) || len(now.Changed(in)) > 0 {
		t.Errorf("%v differ, want nothing", now.Changed(in))
	}
	for _, file := range []string{c.main, c.inserted, c.secret} {
		before := in.Again()
		write(t, file, c.text("# "+file))
		now := in.Again()
		if now.Equal(before) || !slices.Equal(now.Changed(before), []string{file}) {
			t.Errorf("%v differ, want %s", now.Changed(before), file)
		}
	}
}

func TestInputsOfAFaultyConfigurationKnowTheFilesToo(t *testing.T) {
	c := newChanging(t)
	if err := os.Remove(c.inserted); err != nil {
		t.Fatal(err)
	}
	_, in, err := config.Read(c.main)
	if err == nil {
		t.Fatal("read, want an error")
	}
	if now := in.Again(); !now.Equal(in) {
		t.Errorf("%v differ, want nothing", now.Changed(in))
	}
	write(t, c.inserted, "127.0.0.1")
	if now := in.Again(); !slices.Equal(now.Changed(in), []string{c.inserted}) || now.Unreadable(in) != "" {
		t.Errorf("%v differ, unreadable %q, want that the file is there now", now.Changed(in), now.Unreadable(in))
	}
}

func TestInputsSayWhatCanNoLongerBeRead(t *testing.T) {
	c := newChanging(t)
	_, in, err := config.Read(c.main)
	if err != nil {
		t.Fatal(err)
	}
	want := func(text string) {
		t.Helper()
		if got := in.Again().Unreadable(in); got != text {
			t.Errorf("Unreadable = %q, want %q", got, text)
		}
	}
	want("")
	if err := os.Remove(c.secret); err != nil {
		t.Fatal(err)
	}
	want("secret file " + c.secret + ": no such file or directory")
	write(t, c.main, "checks: []") // It names the file no longer.
	want("")
	if err := os.Remove(c.main); err != nil {
		t.Fatal(err)
	}
	want(c.main + ": no such file or directory")
}

func TestInputsOfADirectoryAreAllItsFiles(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.yml"), filepath.Join(dir, "b.yml")
	write(t, a, "checks: []")
	_, in, err := config.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, b, "checks: []")
	if now := in.Again(); !slices.Equal(now.Changed(in), []string{b}) || now.Unreadable(in) != "" {
		t.Errorf("%v differ, want the new file", now.Changed(in))
	}
	if err := os.Remove(a); err != nil {
		t.Fatal(err)
	}
	if now := in.Again(); !slices.Equal(now.Changed(in), []string{a, b}) || now.Unreadable(in) != "" {
		t.Errorf("%v differ, want both files", now.Changed(in))
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), a); err != nil {
		t.Fatal(err)
	}
	if got, want := in.Again().Unreadable(in), a+": no such file or directory"; got != want {
		t.Errorf("Unreadable = %q, want %q", got, want)
	}
}

func TestInputsOfTheBuiltInDefaultNeverChange(t *testing.T) {
	_, in, err := config.Read("")
	if err != nil {
		t.Fatal(err)
	}
	if now := in.Again(); !now.Equal(in) || now.Unreadable(in) != "" {
		t.Error("the inputs differ")
	}
}
