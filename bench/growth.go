package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// Costs are what one check costs among so many.
type costs struct {
	Checks  int
	Refresh float64 // nanoseconds of CPU time for a run
	Scrape  float64 // for its series in a scrape
	Ordered float64 // for the same series, copied into the order in which the text has them
	Plain   float64 // for the same by the reference collector
	Memory  float64 // bytes of heap, its metrics and its part of the answer included
	Answer  float64 // nanoseconds of CPU time for the whole answer, whatever the number
}

// growth measures what a check costs among 10 to 10,000, each number in a
// process of its own, and draws it.
func growth(b *bench) error {
	sizes := []int{10, 100, 1000, 10000}
	rounds := make([][]costs, len(sizes))
	for range 3 {
		for i, n := range sizes {
			c, err := grow(n)
			if err != nil {
				return err
			}
			rounds[i] = append(rounds[i], c)
		}
	}
	var all []costs
	for _, r := range rounds {
		all = append(all, medianCosts(r))
	}
	b.growthRows(all)
	b.grown = all
	return nil
}

// grow measures one number of checks in a child.
func grow(n int) (c costs, err error) {
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	cmd := exec.Command(self, "-child", "growth", strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return c, fmt.Errorf("child growth %d: %w", n, err)
	}
	return c, json.Unmarshal(out, &c)
}

// growing is the child: it writes its costs and ends.
func growing(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	before := heap()
	c, err := newCollector(n, collector.Options{SuccessTTL: kept})
	if err != nil {
		return err
	}
	health, scrape := httpapi.Healthcheck(c, httpapi.Options{}), scraping("", c)
	answer := serving("", health, http.MethodGet, "/healthcheck")
	answer.do(1)
	scrape.do(1)
	memory := (heap() - before) / float64(n)

	always, err := newCollector(n, collector.Options{SuccessTTL: -1}) // Nothing is kept: each report runs everything.
	if err != nil {
		return err
	}
	refresh := contestant{"", func(times int) {
		for range times {
			_, _ = always.Report(context.Background(), collector.Filter{}) // It has no filter to be wrong.
		}
	}}
	plain := prometheus.NewRegistry()
	plain.MustRegister(newReference(c))
	copied, err := ordered(c)
	if err != nil {
		return err
	}
	f := race(effort{5, 25 * time.Millisecond}, answer, scrape, refresh, scraping("", plain), scraping("", copied))
	runtime.KeepAlive(c)
	return json.NewEncoder(os.Stdout).Encode(costs{
		Checks: n, Refresh: f[2].cost / float64(n), Scrape: f[1].cost / float64(n), Memory: memory, Answer: f[0].cost,
		Plain: f[3].cost / float64(n), Ordered: f[4].cost / float64(n),
	})
}

// ordered returns a gatherer of what c has now, copied so that in memory it lies
// in the order of the text, metric by metric: what a scrape would cost if memory
// did not matter.
func ordered(c *collector.Collector) (prometheus.Gatherer, error) {
	families, err := c.Gather()
	if err != nil {
		return nil, err
	}
	for i, f := range families {
		copied, is := proto.Clone(f).(*dto.MetricFamily)
		if !is {
			return nil, fmt.Errorf("the copy of %s is something else", f.GetName())
		}
		families[i] = copied
	}
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }), nil
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func medianCosts(rounds []costs) costs {
	of := func(value func(costs) float64) float64 {
		var values []float64
		for _, r := range rounds {
			values = append(values, value(r))
		}
		return median(values)
	}
	return costs{
		Checks: rounds[0].Checks, Refresh: of(costs.refresh), Scrape: of(costs.scrape), Plain: of(costs.plain), Ordered: of(costs.ordered),
		Memory: of(costs.memory), Answer: of(costs.answer),
	}
}

func (c costs) refresh() float64 { return c.Refresh }
func (c costs) scrape() float64  { return c.Scrape }
func (c costs) plain() float64   { return c.Plain }
func (c costs) ordered() float64 { return c.Ordered }
func (c costs) memory() float64  { return c.Memory }
func (c costs) answer() float64  { return c.Answer }

// growthRows judges by how much any cost is higher with more checks than with
// fewer.
func (b *bench) growthRows(all []costs) {
	for _, what := range []struct {
		name  string
		value func(costs) float64
		show  func(float64) string
	}{
		{"a run", costs.refresh, show},
		{"its series in a scrape", costs.scrape, show},
		{"its memory", costs.memory, func(v float64) string { return fmt.Sprintf("%.1f KiB", v/1024) }},
		{"the answer of all", costs.answer, show},
		{"its series, had they the order of the text in memory", costs.ordered, show},
		{"its series in the reference's scrape", costs.plain, show},
	} {
		shown, worst := "", 0.0
		for i, c := range all {
			shown += fmt.Sprintf("%s; ", what.show(what.value(c)))
			for _, fewer := range all[:i] {
				worst = max(worst, what.value(c)/what.value(fewer))
			}
		}
		r := row{work: "growth 10 … 10,000 checks, per check: " + what.name, ours: shown, verdict: atMost(worst, 1.3, 6, "×")}
		if strings.HasPrefix(what.name, "its series") && what.name != "its series in a scrape" {
			r.ours, r.limit, r.verdict = "", shown, reported(worst, "×")
		}
		b.add(r)
	}
}

// draw writes the growth as a plot below a directory.
func (b *bench) draw(dir string) error {
	if b.grown == nil {
		return nil
	}
	lines := []line{{name: "a run"}, {name: "its series in a scrape"}, {name: "its memory"}, {name: "the answer of all"}}
	var sizes []float64
	for _, c := range b.grown {
		sizes = append(sizes, float64(c.Checks))
		for i, value := range []func(costs) float64{costs.refresh, costs.scrape, costs.memory, costs.answer} {
			lines[i].values = append(lines[i].values, value(c)/value(b.grown[0]))
		}
	}
	return os.WriteFile(filepath.Join(dir, "performance-growth.svg"), plot("what one check costs, in comparison with 10 checks", "checks", sizes, lines), 0o644)
}
