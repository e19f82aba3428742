package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

// A bench is one run of the benchmark.
type bench struct {
	table
	effort effort
	quick  bool
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
		{"expired", true, expired},
	}
}

func main() {
	quick := flag.Bool("quick", false, "only what takes seconds, with fewer rounds")
	only := flag.String("only", "", "run this group alone")
	flag.Parse()
	b := &bench{effort: effort{11, 40 * time.Millisecond}, quick: *quick}
	if *quick {
		b.effort = effort{5, 8 * time.Millisecond}
	}
	if err := b.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	fmt.Printf("%s, %d processors, one run, medians of %d rounds\n\n", runtime.Version(), runtime.NumCPU(), b.effort.rounds)
	b.text(os.Stdout)
	if b.broken() {
		os.Exit(1)
	}
}

func (b *bench) run(only string) error {
	for _, g := range groups() {
		if only != "" && only != g.name || b.quick && !g.quick {
			continue
		}
		start := time.Now()
		if err := g.run(b); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", g.name, time.Since(start).Seconds())
	}
	return nil
}
