// Command mutants measures what the tests of the packages notice: it changes one
// operator, condition, constant or statement at a time and runs the package's
// tests. A mutant that they do not notice has survived: either a test is missing,
// or the change makes no difference (an equivalent mutant).
//
//	mutants [-n 20] [-seed 1] [-timeout 2m] [-v] [package…]
//
// It takes n mutants of each package, chosen by the seed, and prints the survivors
// and a table. The source is not touched: go test reads each mutant from an
// overlay. Packages without tests are left out. The exit status is 0 whatever
// survives, and 1 if the tests fail without any mutant.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"time"
)

func main() {
	var o options
	flag.IntVar(&o.sample, "n", 20, "mutants of each package")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the sample")
	flag.DurationVar(&o.timeout, "timeout", 2*time.Minute, "bound of one run of a package's tests; a mutant that hangs is killed")
	flag.BoolVar(&o.verbose, "v", false, "print every mutant as it ends")
	flag.Parse()
	o.patterns = flag.Args()
	if len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// options are the settings of a run.
type options struct {
	dir      string // of the module; empty: the current one
	patterns []string
	sample   int
	seed     uint64
	timeout  time.Duration
	verbose  bool
}

// run mutates the packages one after the other and prints the table.
func run(ctx context.Context, o options, out io.Writer) error {
	packages, err := list(ctx, o.dir, o.patterns)
	if err != nil {
		return err
	}
	var rows []row
	for _, p := range packages {
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			continue
		}
		r, err := try(ctx, o, p, out)
		if err != nil {
			return fmt.Errorf("%s: %w", p.ImportPath, err)
		}
		rows = append(rows, r)
	}
	printTable(out, rows)
	return nil
}

// try runs the tests of one package without a mutant, then with each of the sample.
func try(ctx context.Context, o options, p pkg, out io.Writer) (row, error) {
	all, err := mutants(p)
	if err != nil {
		return row{}, err
	}
	if v, said := test(ctx, o, p, nil); v != survived {
		return row{}, fmt.Errorf("the tests fail without a mutant:\n%s", said)
	}
	r := row{name: p.ImportPath, possible: len(all)}
	random := rand.New(rand.NewPCG(o.seed, 0))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, m := range all {
		if r.killed+len(r.survivors) == o.sample {
			break
		}
		v, _ := test(ctx, o, p, &m)
		if ctx.Err() != nil {
			return row{}, ctx.Err()
		}
		if o.verbose {
			fmt.Fprintf(out, "%s: %s\n", m, v)
		}
		switch v {
		case killed:
			r.killed++
		case survived:
			r.survivors = append(r.survivors, m)
		case invalid: // It does not compile, so it says nothing.
		}
	}
	slices.SortFunc(r.survivors, func(a, b mutant) int { return cmp.Or(cmp.Compare(a.file, b.file), a.line-b.line) })
	return r, nil
}
