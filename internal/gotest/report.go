package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is one line of go test -json (see go doc test2json).
type event struct {
	Action, Package, Test, Output string
}

// A key names a test, or a package where Test is empty.
type key struct{ Package, Test string }

// A report turns the events of a run into what go test prints without -v. It is
// not for concurrent use.
type report struct {
	out     io.Writer
	running []key // in the order of their start
	lines   map[key][]string
	skipped []string // "package test: why"
}

func newReport(out io.Writer) *report {
	return &report{out: out, lines: map[key][]string{}}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		r.line(line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test's output: %w", err)
		}
	}
}

// line takes one line; what is no event is printed as it is.
func (r *report) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		r.print(string(line))
		return
	}
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.print(e.Output)
	case "output":
		r.keep(k, e.Output)
	case "pass":
		r.pass(k)
	case "skip":
		r.skip(k)
	case "fail":
		r.fail(k)
	}
}

// pass prints the last line of a package ("ok", its name, its time), and of a
// test nothing.
func (r *report) pass(k key) {
	lines := r.forget(k)
	if k.Test == "" && len(lines) > 0 {
		r.print(lines[len(lines)-1])
	}
}

// skip remembers a skipped test. A package is skipped when it has no tests.
func (r *report) skip(k key) {
	if k.Test == "" {
		r.pass(k)
		return
	}
	r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", k.Package, k.Test, reason(r.forget(k))))
}

// fail keeps what a failed test said until its package ends, so that the words
// of packages which run side by side are not mixed. Of a failed package it
// prints that, and what its tests said that never came to their end, as after a
// panic.
func (r *report) fail(k key) {
	whole := key{Package: k.Package}
	if k.Test != "" {
		r.keep(whole, r.forget(k)...)
		return
	}
	said := r.forget(whole)
	for _, unfinished := range slices.Clone(r.running) {
		if unfinished.Package == k.Package {
			said = append(r.forget(unfinished), said...)
		}
	}
	for _, line := range said {
		if !strings.HasPrefix(line, "=== ") {
			r.print(line)
		}
	}
}

// keep remembers what k has printed.
func (r *report) keep(k key, lines ...string) {
	if _, known := r.lines[k]; !known {
		r.running = append(r.running, k)
	}
	r.lines[k] = append(r.lines[k], lines...)
}

// forget returns what k has printed so far.
func (r *report) forget(k key) []string {
	lines := r.lines[k]
	delete(r.lines, k)
	r.running = slices.DeleteFunc(r.running, func(other key) bool { return other == k })
	return lines
}

// reason is what a test said when it was skipped: its last line that is not the
// test runner's.
func reason(lines []string) string {
	for _, line := range slices.Backward(lines) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			return line
		}
	}
	return "no reason given"
}

func (r *report) sayWhatWasSkipped() {
	if len(r.skipped) == 0 {
		return
	}
	r.print(fmt.Sprintf("skipped %d tests:\n", len(r.skipped)))
	for _, s := range r.skipped {
		r.print("  " + s + "\n")
	}
}

// print ignores errors: a run whose reader has gone still has its exit status.
func (r *report) print(s string) {
	_, _ = io.WriteString(r.out, s)
}
