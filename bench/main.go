package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// A bench is one run of the benchmark.
type bench struct {
	table
	effort   effort
	quick    bool
	dir      string // for what is built and written meanwhile
	grown    []costs
	profiles []string
}

// A group measures some rows.
type group struct {
	name  string
	quick bool // short enough for CI
	run   func(*bench) error
}

func groups() []group {
	return []group{
		{"handlers", true, handlers},
		{"metrics", true, metrics},
		{"texts", true, texts},
		{"readers", true, readers},
		{"expired", true, expired},
		{"background", true, background},
		{"wire", false, wire},
		{"growth", false, growth},
		{"page", false, page},
		{"start", false, starting},
		{"profiles", false, profiles},
		{"checking", false, checking},
	}
}

func main() {
	quick := flag.Bool("quick", false, "only what takes seconds, with fewer rounds")
	only := flag.String("only", "", "run this group alone")
	docs := flag.String("docs", "", "write the table into performance.md in this directory, and the plot beside it")
	role := flag.String("child", "", "be a child of this program, in this role")
	flag.Parse()
	b := &bench{effort: effort{11, 40 * time.Millisecond}, quick: *quick}
	if *quick {
		b.effort = effort{5, 8 * time.Millisecond}
	}
	err := b.start(*role, *only, *docs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || b.broken() {
		os.Exit(1)
	}
}

// start runs the benchmark, or is a child of it.
func (b *bench) start(role, only, docs string) (err error) {
	if role != "" {
		be, is := roles()[role]
		if !is {
			return fmt.Errorf("no role %q", role)
		}
		return be(flag.Args())
	}
	if b.dir, err = os.MkdirTemp("", "healthcheck-bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.run(only); err != nil {
		return err
	}
	fmt.Printf("%s\n\n", b.conditions())
	b.text(os.Stdout)
	for _, p := range b.profiles {
		fmt.Println("\n" + p)
	}
	if docs == "" {
		return nil
	}
	return b.document(docs)
}

func (b *bench) run(only string) error {
	for _, g := range groups() {
		if only != "" && only != g.name || b.quick && !g.quick {
			continue
		}
		start := time.Now()
		if err := b.measure(g); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", g.name, time.Since(start).Seconds())
	}
	return nil
}

// measure adds the rows of a group. A goal that a few milliseconds say is broken is
// broken only if they say so twice.
func (b *bench) measure(g group) error {
	before := b.table
	err := g.run(b)
	if err != nil || !b.quick || !b.broken() || before.broken() {
		return err
	}
	b.text(os.Stderr)
	fmt.Fprintf(os.Stderr, "%s: measured again because a goal is broken\n", g.name)
	b.table = before
	return g.run(b)
}
