package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// Nagios' own exit statuses.
const (
	nagiosOK       = 0
	nagiosWarning  = 1
	nagiosCritical = 2
	nagiosUnknown  = 3
)

// askLimit bounds a question to a running exporter.
const askLimit = 10 * time.Second

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
	known := newSecrets()
	cfg, err := config.Load(f.configFile, known.learn)
	if err != nil {
		return exitMisuse, err
	}
	known.use(cfg)
	selected := cfg.Checks
	if f.checkOutput == "prometheus" {
		selected = onlyOnce(withDependencies(cfg.Checks, f.checkNames))
	}
	owner := newRuns()
	defer owner.end(shutdownLimit)
	c, err := collector.New(collector.Options{
		Concurrency: cfg.Concurrency, Scrub: known.text, Logger: log.NewNopLogger(), CollectWait: -1,
	}, owner.owned(selected)...)
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
	options := healthOptions(cfg, known)
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

// nagios writes a report as a plugin of Nagios does: one line, with the
// durations as performance data.
func nagios(report collector.Report) (line string, status int) {
	word := "OK"
	switch report.Status {
	case collector.StatusDegraded:
		word, status = "WARNING", nagiosWarning
	case collector.StatusFailed:
		word, status = "CRITICAL", nagiosCritical
	}
	var problems, data []string
	for _, r := range report.Results {
		switch {
		case r.State != collector.StatePassed:
			problems = append(problems, r.Check+": "+r.Output)
		case r.Warning != "":
			problems = append(problems, r.Check+": "+r.Warning)
		}
		data = append(data, fmt.Sprintf("'%s'=%.6fs", r.Check, r.Duration.Seconds()))
	}
	text := fmt.Sprintf("%d checks passed", len(report.Results))
	if report.Draining != "" {
		problems = append([]string{"draining: " + report.Draining}, problems...)
	}
	if len(problems) > 0 {
		text = strings.Join(problems, "; ")
	}
	line = word + " - " + nagiosText(text)
	if len(data) > 0 {
		line += " | " + strings.Join(data, " ")
	}
	return line, status
}

// nagiosText keeps a text from being read as performance data or as more lines.
func nagiosText(s string) string {
	return strings.NewReplacer("|", "/", "\n", "; ").Replace(s)
}

// checkThere asks a running exporter.
func checkThere(ctx context.Context, f *flags, stdout io.Writer) (int, error) {
	target, err := url.Parse(f.checkURL)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return exitMisuse, errors.New("--url: want an address such as http://127.0.0.1:10927/healthcheck")
	}
	if f.checkOutput == "prometheus" {
		return exitMisuse, errors.New("--output=prometheus does not go with --url: its metrics are at /metrics")
	}
	query := target.Query()
	for _, name := range f.checkNames {
		query.Add("check", name)
	}
	format := f.checkOutput
	if format == "nagios" {
		format = "json"
	}
	query.Set("format", format)
	target.RawQuery = query.Encode()

	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	status, body, err := get(ctx, target.String())
	if err != nil {
		return exitFailed, err
	}
	if f.checkOutput == "nagios" {
		line, code := nagiosFromJSON(status, body)
		fmt.Fprintln(stdout, line)
		return code, nil
	}
	passed, isReport := verdict(body)
	ok := status >= 200 && status <= 299
	if !isReport && len(body) > 0 && ok {
		return exitMisuse, fmt.Errorf("--url: %s answers with something else than a report, want a path such as /healthcheck", target.Host)
	}
	fmt.Fprintf(stdout, "%s\n", bytes.TrimRight(body, "\n"))
	switch {
	case isReport && passed, !isReport && ok: // A 204 has no body.
		return exitPassed, nil
	case !isReport && status == http.StatusNotFound && len(f.checkNames) > 0:
		return exitMisuse, nil
	}
	return exitFailed, nil
}

// verdict reads in a body, JSON or text, whether the checks have passed: the
// statuses are up to the configuration of who answers, and a page about
// something else has 200 too.
func verdict(body []byte) (passed, isReport bool) {
	var answer struct{ Status string }
	if json.Unmarshal(body, &answer) == nil {
		return answer.Status == "success", answer.Status == "success" || answer.Status == "failure"
	}
	text := bytes.TrimRight(body, "\n")
	last := text[bytes.LastIndexByte(text, '\n')+1:]
	rest, isReport := strings.CutPrefix(string(last), "healthcheck: ")
	word, _, _ := strings.Cut(rest, " ")
	return word == string(collector.StatusPassed) || word == string(collector.StatusDegraded), isReport
}

// get asks once, without following redirects: a health path has none.
func get(ctx context.Context, target string) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, nil, errors.New("--url: is not a URL")
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // Its text has the URL, which may hold a password.
			err = wrapped.Err
		}
		return 0, nil, fmt.Errorf("ask %s: %w", request.URL.Host, err)
	}
	defer response.Body.Close()
	const most = 4 << 20
	body, err = io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return 0, nil, fmt.Errorf("ask %s: %w", request.URL.Host, err)
	}
	return response.StatusCode, body, nil
}

// nagiosFromJSON makes a report of the JSON of a running exporter.
func nagiosFromJSON(status int, body []byte) (string, int) {
	var answer struct {
		Status   string
		Error    json.RawMessage // a text where there is no report, or a section of that name
		Degraded bool
		Draining string
		Results  []struct {
			Checker, Output, State, Warning string
			Passed                          bool
			ResponseTime                    float64 `json:"response_time"`
		}
	}
	err := json.Unmarshal(body, &answer)
	var refusal string
	_ = json.Unmarshal(answer.Error, &refusal) // It stays empty where there is no such text.
	switch {
	case len(body) == 0 && status >= 200 && status <= 299:
		return fmt.Sprintf("OK - status %d", status), nagiosOK // A 204 has no body.
	case err == nil && answer.Status == "" && refusal != "":
		return "UNKNOWN - " + nagiosText(refusal), nagiosUnknown
	case err != nil || answer.Status == "":
		return fmt.Sprintf("UNKNOWN - status %d without a report", status), nagiosUnknown
	}
	report := collector.Report{Status: collector.StatusPassed, Draining: answer.Draining}
	switch {
	case answer.Status != "success":
		report.Status = collector.StatusFailed
	case answer.Degraded:
		report.Status = collector.StatusDegraded
	}
	for _, r := range answer.Results {
		state := collector.State(r.State)
		if state == "" {
			state = collector.StateFailed
			if r.Passed {
				state = collector.StatePassed
			}
		}
		report.Results = append(report.Results, &collector.Result{
			Check: r.Checker, Output: r.Output, State: state, Warning: r.Warning,
			Duration: time.Duration(r.ResponseTime * float64(time.Second)),
		})
	}
	return nagios(report)
}
