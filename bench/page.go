package main

import "time"

// page measures the whole /metrics page of the program with 10 checks, Go's and
// the process's families included, beside that of a daemon with the reference
// collector: the CPU time of each for a scrape.
func page(b *bench) error {
	aim, err := child("target")
	if err != nil {
		return err
	}
	defer aim.end()
	program, err := b.exporter(httpChecks(10, "http://"+aim.address+"/page", "27s", ""))
	if err != nil {
		return err
	}
	defer program.end()
	reference, err := child("reference", "10")
	if err != nil {
		return err
	}
	defer reference.end()
	results, err := serveInTurn([]server{{"program", "/metrics", program}, {"reference", "/metrics", reference}}, 9, 300*time.Millisecond)
	if err != nil {
		return err
	}
	ours, theirs := median(results[0].cpu), median(results[1].cpu)
	b.add(with(row{
		work: "the whole page of the program, 10 checks: CPU of a scrape", ours: show(ours), limit: "reference " + show(theirs),
	}, atMost(median(quotients(results[0].cpu, results[1].cpu)), 0.8, 1.6, "×")))
	return nil
}
