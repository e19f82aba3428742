package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// runCheck runs the checks once, or asks a running exporter for them. A signal
// ends what the checks have started, too.
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
		fmt.Fprintf(stdout, "UNKNOWN - %s\n", nagiosText(err.Error()))
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
	instance.UseSecrets(known, cfg)
	selected := cfg.Checks
	if f.checkOutput == "prometheus" {
		selected = onlyOnce(withDependencies(cfg.Checks, f.checkNames))
	}
	owner := instance.NewRuns()
	defer owner.End(server.ShutdownLimit)
	c, err := collector.New(collector.Options{
		Concurrency: cfg.Collector.Concurrency, Scrub: known.Text, Logger: log.NewNopLogger(), CollectWait: -1,
	}, owner.Owned(selected)...)
	if err != nil {
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
	switch f.checkOutput {
	case "nagios":
		line, code := nagios(report)
		fmt.Fprintln(stdout, line)
		return code, nil
	case "prometheus":
		return status, printMetrics(stdout, c)
	}
	options := instance.HealthOptions(cfg, known)
	options.Success.Status, options.Failed.Status = 0, 0 // A 204 would have no body.
	body, err := render(report, options, f.checkOutput)
	stdout.Write(body)
	return status, err
}

// withDependencies returns the checks of those names, and what they depend on;
// all if there is no name. A name that is unknown is left to the collector.
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

// onlyOnce makes results last: metrics are those of the runs that were reported,
// also where nothing is cached.
func onlyOnce(cs []checks.Check) []checks.Check {
	cs = slices.Clone(cs)
	for i := range cs {
		cs[i].SuccessTTL, cs[i].FailedTTL = time.Hour, time.Hour
	}
	return cs
}

// fixed is a Reporter that has one report.
type fixed struct{ report collector.Report }

// Report implements httpapi.Reporter.
func (f fixed) Report(context.Context, collector.Filter) (collector.Report, error) {
	return f.report, nil
}

// render gives the body that /healthcheck has in a format, ending in a newline.
func render(report collector.Report, o httpapi.Options, format string) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/healthcheck?format="+format, nil)
	if err != nil {
		return nil, err
	}
	var w bodyWriter
	httpapi.Healthcheck(fixed{report}, o).ServeHTTP(&w, request)
	return append(bytes.TrimRight(w.Bytes(), "\n"), '\n'), nil
}

// A bodyWriter is an http.ResponseWriter that keeps the body.
type bodyWriter struct {
	bytes.Buffer
	header http.Header
}

// Header implements [http.ResponseWriter].
func (w *bodyWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader implements [http.ResponseWriter].
func (w *bodyWriter) WriteHeader(int) {}

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
