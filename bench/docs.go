package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// document puts the table and the profiles into performance.md below a
// directory, and draws the plot beside it.
func (b *bench) document(dir string) error {
	file := filepath.Join(dir, "performance.md")
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var table strings.Builder
	b.markdown(&table)
	text, err := between(string(content), "table", b.conditions()+"\n\n"+table.String())
	if err == nil && len(b.profiles) > 0 {
		text, err = between(text, "profiles", strings.Join(b.profiles, "\n"))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	return b.draw(dir)
}

// between replaces the text between the two marks of a name.
func between(text, name, what string) (string, error) {
	begin, end := "<!-- "+name+": written by make bench -->\n", "<!-- end of "+name+" -->\n"
	before, rest, found := strings.Cut(text, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return "", fmt.Errorf("no marks for the %s, want %q and %q", name, begin, end)
	}
	return before + begin + "\n" + what + "\n" + end + after, nil
}

// conditions says where and how the table was measured.
func (b *bench) conditions() string {
	return fmt.Sprintf("%s, %s/%s, %d processors; one run, medians of %d interleaved rounds.",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.effort.rounds)
}
