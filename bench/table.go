package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// A row is one line of the table.
type row struct {
	work, ours, limit, peer string
	verdict
}

// A verdict is what becomes of a goal.
type verdict struct {
	value, goal string // empty: only reported
	met, broken bool
}

// atMost judges a value. Beyond margin the goal is broken, not just missed; an
// infinite margin never breaks.
func atMost(value, goal, margin float64, unit string) verdict {
	return verdict{
		value: fmt.Sprintf("%.3g%s", value, unit), goal: fmt.Sprintf("≤ %.4g%s", goal, unit),
		met: value <= goal, broken: !(value <= margin),
	}
}

// atLeast judges a value in the other direction.
func atLeast(value, goal, margin float64, unit string) verdict {
	return verdict{
		value: fmt.Sprintf("%.3g%s", value, unit), goal: fmt.Sprintf("≥ %.4g%s", goal, unit),
		met: value >= goal, broken: !(value >= margin),
	}
}

// reported is a value without a goal.
func reported(value float64, unit string) verdict {
	return verdict{value: fmt.Sprintf("%.3g%s", value, unit)}
}

func (v verdict) word() string {
	switch {
	case v.goal == "":
		return ""
	case v.broken:
		return "BROKEN"
	case v.met:
		return "met"
	}
	return "missed"
}

// A table is all rows, in the order in which they were measured.
type table struct {
	rows    []row
	skipped []string // what could not be measured here, and why
}

func (t *table) add(rows ...row) { t.rows = append(t.rows, rows...) }

func (t *table) skip(format string, a ...any) {
	t.skipped = append(t.skipped, fmt.Sprintf(format, a...))
}

func (t *table) broken() bool {
	for _, r := range t.rows {
		if r.broken {
			return true
		}
	}
	return false
}

var heads = []string{"work", "ours", "limit", "best peer", "judged", "goal", ""}

func (r row) cells() []string {
	return []string{r.work, r.ours, r.limit, r.peer, r.value, r.goal, r.word()}
}

// text writes the table for a terminal.
func (t *table) text(w io.Writer) {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, strings.Join(heads, "\t"))
	for _, r := range t.rows {
		fmt.Fprintln(columns, strings.Join(r.cells(), "\t"))
	}
	columns.Flush()
	for _, s := range t.skipped {
		fmt.Fprintln(w, "\nnot measured:", s)
	}
}

// markdown writes the table for the documents.
func (t *table) markdown(w io.Writer) {
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(r.cells(), " | "))
	}
	for _, s := range t.skipped {
		fmt.Fprintf(w, "\nNot measured: %s.\n", s)
	}
}

// show writes nanoseconds as a person reads them.
func show(ns float64) string {
	switch d := time.Duration(ns); {
	case d < time.Microsecond:
		return fmt.Sprintf("%.0f ns", ns)
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.3g s", ns/1e9)
}

// cell is a figure in the table.
func (f figure) cell() string { return fmt.Sprintf("%s, %.0f allocs", show(f.cost), f.allocs) }

// best returns the cheapest of the peers for the table.
func best(peers []figure) string {
	if len(peers) == 0 {
		return ""
	}
	b := peers[0]
	for _, p := range peers[1:] {
		if p.cost < b.cost {
			b = p
		}
	}
	return b.name + " " + b.cell()
}
