package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// nagiosUnknown is the exit status of a Nagios plugin that could not check.
const nagiosUnknown = 3

// runCheck runs the checks once, or asks a running exporter for them. A signal
// also ends the processes and connections that the checks have started.
func runCheck(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	ask := checkHere
	if f.checkURL != "" {
		ask = checkThere
	}
	status, err := ask(ctx, f, stdout)
	if err == nil {
		return status
	}
	if f.checkOutput == "nagios" {
		fmt.Fprintf(stdout, "UNKNOWN - %s\n", httpapi.NagiosText(err.Error()))
		return nagiosUnknown
	}
	fmt.Fprintln(stderr, err)
	return cmp.Or(status, exitMisuse)
}

// checkHere runs the checks of the configuration in this process.
func checkHere(ctx context.Context, f *flags, stdout io.Writer) (int, error) {
	known := scrub.New(scrub.Rules{})
	cfg, err := instance.Load(f.configFile, known)
	if err != nil {
		return exitMisuse, err
	}
	instance.UseRules(known, cfg)
	selected := cfg.Checks
	if f.checkOutput == "prometheus" {
		selected = onlyOnce(withDependencies(cfg.Checks, f.checkNames))
	}
	base, stop := context.WithCancel(context.Background())
	defer stop()
	c, err := collector.New(collector.Options{
		Concurrency: cfg.Collector.Concurrency, Scrubber: known, BaseContext: base, CollectWait: -1,
	}, selected...)
	if err != nil {
		return exitMisuse, err
	}
	defer endRuns(c, stop)
	if err = knownNames(f.checkNames, cfg.Checks); err != nil {
		return exitMisuse, err
	}
	report, err := c.Report(ctx, collector.Filter{Names: f.checkNames})
	if err != nil {
		return exitMisuse, err
	}
	if ctx.Err() != nil {
		return exitFailed, errors.New("interrupted")
	}
	status := exitPassed
	if report.Status == collector.StatusFailed {
		status = exitFailed
	}
	if f.checkOutput == "prometheus" {
		return status, printMetrics(stdout, c)
	}
	format := httpapi.Format(f.checkOutput)
	if format == httpapi.FormatNagios {
		status = httpapi.NagiosStatus(report.Status)
	}
	printBody(stdout, httpapi.Render(ctx, report, instance.HealthOptions(cfg, known), format))
	return status, nil
}

// printBody prints a body so that it ends in one newline.
func printBody(w io.Writer, body []byte) {
	fmt.Fprintf(w, "%s\n", bytes.TrimRight(body, "\n"))
}

// knownNames returns an error for each name that is not the name of a check.
func knownNames(names []string, all []checks.Check) error {
	known := make([]string, len(all))
	for i, c := range all {
		known[i] = c.Name
	}
	var errs []error
	for _, name := range names {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("unknown check %q, %s", name, meant(name, known)))
		}
	}
	return errors.Join(errs...)
}

// endRuns cancels the remaining runs and waits a moment for them to end.
func endRuns(c *collector.Collector, stop context.CancelFunc) {
	stop()
	ctx, cancel := context.WithTimeout(context.Background(), server.ShutdownLimit)
	defer cancel()
	_ = c.Wait(ctx) // The remaining runs end with the process.
}

// withDependencies returns the named checks and their dependencies, or all checks
// if names is empty. It ignores unknown names; the collector reports them.
func withDependencies(all []checks.Check, names []string) []checks.Check {
	if len(names) == 0 {
		return all
	}
	wanted := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if wanted[name] {
			continue
		}
		wanted[name] = true
		if i := slices.IndexFunc(all, func(c checks.Check) bool { return c.Name == name }); i >= 0 {
			names = slices.Concat(names, all[i].DependsOn)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c checks.Check) bool { return !wanted[c.Name] })
}

// onlyOnce caches the result of every check, even of checks without a cache, so
// that metrics and report come from the same run.
func onlyOnce(cs []checks.Check) []checks.Check {
	cs = slices.Clone(cs)
	for i := range cs {
		cs[i].SuccessTTL, cs[i].FailedTTL = time.Hour, time.Hour
	}
	return cs
}

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
