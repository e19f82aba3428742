package cli

import (
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// printReport prints all results and a summary.
func (f *flags) printReport(c *console, report collector.Report) {
	f.printResults(c, report.Results)
	printEnd(c, report)
}

// printConcerns prints the results that somebody should read, and a summary.
func (f *flags) printConcerns(c *console, report collector.Report) {
	f.printResults(c, slices.DeleteFunc(slices.Clone(report.Results), func(r *collector.Result) bool { return !concerns(r) }))
	printEnd(c, report)
}

func (f *flags) printResults(c *console, results []*collector.Result) {
	list := f.newListing(c, resultNames(results))
	for _, r := range results {
		printLines(c, list.block(r))
	}
}

func printEnd(c *console, report collector.Report) {
	if report.Draining != "" {
		c.say("drained: " + report.Draining)
	}
	c.say(summarize(report.Results))
}

func resultNames(results []*collector.Result) []string {
	names := make([]string, len(results))
	for i, r := range results {
		names[i] = r.Check
	}
	return names
}
