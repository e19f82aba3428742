package main

import (
	"fmt"
	"io"
)

// A row is the result of one package.
type row struct {
	name      string
	possible  int // mutants that the package has
	killed    int
	survivors []mutant
}

// printTable prints the survivors, then a table in Markdown.
func printTable(out io.Writer, rows []row) {
	for _, r := range rows {
		for _, m := range r.survivors {
			fmt.Fprintf(out, "survived: %s/%s\n", r.name, m)
		}
	}
	fmt.Fprintf(out, "\n| package | mutants | tried | killed | |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		tried := r.killed + len(r.survivors)
		if tried == 0 {
			continue
		}
		fmt.Fprintf(out, "| `%s` | %d | %d | %d | %d %% |\n", r.name, r.possible, tried, r.killed, 100*r.killed/tried)
	}
}
