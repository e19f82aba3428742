package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A local runs the selected checks of the configuration in this process. The
// checks that they depend on run too, but are not shown.
type local struct {
	cfg       *config.Config
	scrubber  *scrub.Scrubber
	collector *collector.Collector
	names     []string // of the selected checks, in the order of the file
	runs      runs
	stop      context.CancelFunc // cancels all runs
}

// newLocal loads the configuration; with --watch the checks run in the background.
// Lifetimes changes how long the results of a check are kept; nil changes nothing.
func newLocal(f *flags, lifetimes func(*checks.Check)) (*local, error) {
	l := &local{scrubber: scrub.New(scrub.Rules{})}
	var err error
	if l.cfg, err = instance.Load(f.configFile, l.scrubber); err != nil {
		return nil, err
	}
	instance.UseRules(l.scrubber, l.cfg)
	selected, err := f.selectChecks(l.cfg.Checks)
	if err != nil {
		return nil, err
	}
	l.names = namesOf(selected)
	needed := withDependencies(l.cfg.Checks, l.names)
	if lifetimes != nil {
		for i := range needed {
			lifetimes(&needed[i])
		}
	}
	base, stop := context.WithCancel(context.Background())
	l.collector, err = collector.New(collector.Options{
		Concurrency: l.cfg.Collector.Concurrency, Scrubber: l.scrubber, BaseContext: base, CollectWait: -1, Wrap: l.runs.wrap,
	}, needed...)
	if err != nil {
		stop()
		return nil, err
	}
	l.stop = stop
	if f.watchResults {
		go func() { _ = l.collector.Run(base) }() // The error says that base has ended.
	}
	return l, nil
}

// end cancels the remaining runs and waits a moment for them to end.
func (l *local) end() {
	l.stop()
	ctx, cancel := context.WithTimeout(context.Background(), server.ShutdownLimit)
	defer cancel()
	_ = l.collector.Wait(ctx) // The remaining runs end with the process.
}

// report returns the results of the selected checks, as the collector's Report.
func (l *local) report(ctx context.Context) (collector.Report, error) {
	return l.collector.Report(ctx, collector.Filter{Names: l.names})
}

// why returns the sentence of a check that runs only because others depend on it.
func (l *local) why(check string) string {
	if len(l.names) == 0 || slices.Contains(l.names, check) {
		return ""
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // The known result is enough.
	report, err := l.collector.Report(ctx, collector.Filter{Names: []string{check}})
	if err != nil || report.Results[0].State != collector.StateFailed {
		return ""
	}
	return httpapi.Sentence(report.Results[0])
}

// glance is how long look waits for results before it returns those it has.
const glance = 50 * time.Millisecond

// look implements source.
func (l *local) look(ctx context.Context) (collector.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	return l.report(ctx)
}

// finish implements source.
func (l *local) finish(ctx context.Context, f *flags, report collector.Report, c *console) (int, error) {
	if f.checkOutput == "text" {
		f.printReport(c, report)
		return exitStatus(report.Status), nil
	}
	return l.print(ctx, f, report, c)
}

// document prints the results as one document for a program.
func (l *local) document(ctx context.Context, f *flags, stdout io.Writer) (int, error) {
	report, err := l.report(ctx)
	if err != nil {
		return exitMisuse, err
	}
	if ctx.Err() != nil {
		return interruptedStatus(ctx), errInterrupted
	}
	return l.print(ctx, f, report, stdout)
}

// print prints a report in the format of --output and returns its exit status.
func (l *local) print(ctx context.Context, f *flags, report collector.Report, stdout io.Writer) (int, error) {
	if f.checkOutput == "prometheus" {
		return exitStatus(report.Status), printMetrics(stdout, l.collector)
	}
	format := httpapi.Format(f.checkOutput)
	printBody(stdout, httpapi.Render(ctx, report, instance.HealthOptions(l.cfg, l.scrubber), format))
	if format == httpapi.FormatNagios {
		return httpapi.NagiosStatus(report.Status), nil
	}
	return exitStatus(report.Status), nil
}

// onlyOnce keeps the result of a check until the end, even of a check without a
// cache, so that all output about the check comes from one run.
func onlyOnce(c *checks.Check) { c.SuccessTTL, c.FailedTTL = time.Hour, time.Hour }

func printMetrics(w io.Writer, c *collector.Collector) error {
	registry := prometheus.NewRegistry()
	if err := registry.Register(c); err != nil {
		return err
	}
	families, err := registry.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
			return err
		}
	}
	return nil
}

// selectChecks returns the checks that the command line selects. The error lists
// all names and tags that no check has.
func (f *flags) selectChecks(all []checks.Check) ([]checks.Check, error) {
	known, tags := namesOf(all), []string{}
	for _, c := range all {
		tags = append(tags, c.Tags...)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	var errs []error
	for _, name := range slices.Concat(f.checkNames, f.checkExclude) {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("unknown check %q, %s", name, meant(name, known)))
		}
	}
	for _, tag := range f.checkTags {
		switch {
		case len(tags) == 0:
			errs = append(errs, fmt.Errorf("unknown tag %q: no check has a tag", tag))
		case !slices.Contains(tags, tag):
			errs = append(errs, fmt.Errorf("unknown tag %q, %s", tag, meant(tag, tags)))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	selected := slices.DeleteFunc(slices.Clone(all), func(c checks.Check) bool {
		return len(f.checkNames) > 0 && !slices.Contains(f.checkNames, c.Name) ||
			len(f.checkTags) > 0 && !slices.ContainsFunc(f.checkTags, func(tag string) bool { return slices.Contains(c.Tags, tag) }) ||
			slices.Contains(f.checkExclude, c.Name)
	})
	if len(selected) == 0 && len(all) > 0 {
		return nil, errors.New("the names, --tag and --exclude leave no check")
	}
	return selected, nil
}

func namesOf(cs []checks.Check) []string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.Name
	}
	return names
}

// withDependencies returns the named checks and all checks that they depend on.
func withDependencies(all []checks.Check, names []string) []checks.Check {
	index := make(map[string]int, len(all))
	for i, c := range all {
		index[c.Name] = i
	}
	wanted := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if i, known := index[name]; known && !wanted[name] {
			wanted[name] = true
			names = slices.Concat(names, all[i].DependsOn)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c checks.Check) bool { return !wanted[c.Name] })
}

// runs are the runs under way. It is safe for concurrent use.
type runs struct {
	mu    sync.Mutex
	began map[string]time.Time
}

// wrap is [collector.Options.Wrap].
func (r *runs) wrap(c checks.Check) checks.Func {
	return func(ctx context.Context) (string, error) {
		r.mu.Lock()
		if r.began == nil {
			r.began = map[string]time.Time{}
		}
		r.began[c.Name] = time.Now()
		r.mu.Unlock()
		defer func() {
			r.mu.Lock()
			delete(r.began, c.Name)
			r.mu.Unlock()
		}()
		return c.Func(ctx)
	}
}

// A run under way.
type underWay struct {
	check string
	since time.Time
}

// longest returns the runs of the checks that wanted reports, the longest first.
func (r *runs) longest(wanted func(check string) bool) []underWay {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []underWay
	for check, since := range r.began {
		if wanted(check) {
			all = append(all, underWay{check, since})
		}
	}
	slices.SortFunc(all, func(a, b underWay) int { return a.since.Compare(b.since) })
	return all
}
