package cli

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// askLimit bounds a question to a running exporter.
const askLimit = 10 * time.Second

// checkThere asks a running exporter.
func checkThere(ctx context.Context, f *flags, c *console) (int, error) {
	a, err := newAsker(f)
	if err != nil {
		return exitMisuse, err
	}
	if f.checkOutput == "prometheus" {
		return exitMisuse, errors.New("--output=prometheus does not go with --url: its metrics are at /metrics")
	}
	status, err := a.once(ctx, f, c)
	if err != nil && ctx.Err() != nil {
		return interruptedStatus(ctx), errInterrupted
	}
	return status, err
}

// once asks one time and prints the answer.
func (a *asker) once(ctx context.Context, f *flags, c *console) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if word, is := strings.CutPrefix(a.target.Path, "/-/"); is {
		return a.probe(ctx, f, word, c)
	}
	return a.report(ctx, f, c)
}

// probe asks a path such as /-/healthy, whose answer is one line.
func (a *asker) probe(ctx context.Context, f *flags, word string, stdout io.Writer) (int, error) {
	if f.checkOutput == "json" {
		return exitMisuse, fmt.Errorf("--output=json: %s answers with text", a.target.Path)
	}
	status, body, err := a.get(ctx, a.target)
	if err != nil {
		return exitFailed, err
	}
	passed := status == http.StatusOK
	if passed != (strings.TrimSpace(string(body)) == word) || !passed && status != http.StatusServiceUnavailable {
		return exitMisuse, fmt.Errorf("--url: not an answer of this exporter, but status %d", status)
	}
	code, nagiosWord := exitPassed, "OK"
	if !passed {
		code, nagiosWord = exitFailed, "CRITICAL"
	}
	if f.checkOutput == "nagios" {
		fmt.Fprintf(stdout, "%s - %s\n", nagiosWord, httpapi.NagiosText(strings.TrimSpace(string(body))))
		if !passed {
			code = httpapi.NagiosStatus(collector.StatusFailed)
		}
		return code, nil
	}
	printBody(stdout, body)
	return code, nil
}

// report asks for a report and prints it in the wanted format.
func (a *asker) report(ctx context.Context, f *flags, c *console) (int, error) {
	got, err := a.ask(ctx, f)
	if err != nil {
		return askFault(err), err
	}
	return got.print(ctx, f, c), nil
}

// An answer is a report as it came. Without a body, such as that of status 204, it
// has no results.
type answer struct {
	collector.Report
	status int
	body   []byte
}

// print prints a report in the format of --output and returns the exit status.
func (a *answer) print(ctx context.Context, f *flags, c *console) int {
	format := httpapi.Format(f.checkOutput)
	switch {
	case format == httpapi.FormatNagios && len(a.body) == 0:
		fmt.Fprintf(c, "OK - status %d\n", a.status)
	case format == httpapi.FormatNagios:
		printBody(c, httpapi.Render(ctx, a.Report, httpapi.Options{}, format))
		return httpapi.NagiosStatus(a.Status)
	case len(a.body) == 0:
	case format == httpapi.FormatText:
		f.printReport(c, a.Report)
	default:
		printBody(c, a.body)
	}
	return exitStatus(a.Status)
}

// printReport prints all results and a summary.
func (f *flags) printReport(c *console, report collector.Report) {
	list := f.newListing(c, resultNames(report.Results))
	for _, r := range report.Results {
		printLines(c, list.block(r))
	}
	if report.Draining != "" {
		fmt.Fprintln(c, terminal.Line("drained: "+report.Draining))
	}
	fmt.Fprintln(c, summarize(report.Results))
}

func resultNames(results []*collector.Result) []string {
	names := make([]string, len(results))
	for i, r := range results {
		names[i] = r.Check
	}
	return names
}

// A noReport is the error of an answer that is not a report.
type noReport struct{ status int }

// Error implements error.
func (n noReport) Error() string {
	return fmt.Sprintf("--url: not a report, but status %d: want the address of an exporter and a path such as /healthcheck", n.status)
}

// askFault is the exit status for an error of ask.
func askFault(err error) int {
	if _, is := errors.AsType[httpapi.Refusal](err); is {
		return exitMisuse
	}
	if _, is := errors.AsType[noReport](err); is {
		return exitMisuse
	}
	return exitFailed
}

// ask asks for a report, in JSON because JSON is easily recognized.
func (a *asker) ask(ctx context.Context, f *flags) (*answer, error) {
	target := *a.target
	query := target.Query()
	for parameter, values := range map[string][]string{"check": f.checkNames, "exclude": f.checkExclude, "tag": f.checkTags} {
		for _, v := range values {
			query.Add(parameter, v)
		}
	}
	query.Set("format", string(httpapi.FormatJSON))
	if f.checkOutput != string(httpapi.FormatJSON) {
		query.Set("verbose", "1")
	}
	target.RawQuery = query.Encode()
	status, body, err := a.get(ctx, &target)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 && status >= 200 && status <= 299 {
		return &answer{Report: collector.Report{Status: collector.StatusPassed}, status: status}, nil
	}
	report, err := httpapi.Decode(body)
	if _, is := errors.AsType[httpapi.Refusal](err); err != nil && !is {
		err = noReport{status}
	}
	return &answer{report, status, body}, err
}

// An asker asks one address.
type asker struct {
	target         *url.URL
	transport      *http.Transport
	user, password string
}

const wantURL = "want an address such as http://127.0.0.1:10927/healthcheck or unix:/run/hc.sock:/healthcheck"

// newAsker reads --url, its related flags and environment variables.
func newAsker(f *flags) (*asker, error) {
	a := &asker{
		transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: f.urlInsecure}}, //nolint:gosec // The user asks for it.
		user:      os.Getenv("HEALTHCHECK_URL_USER"), password: os.Getenv("HEALTHCHECK_URL_PASSWORD"),
	}
	text := f.checkURL
	if rest, is := strings.CutPrefix(text, "unix:"); is {
		socket, path, _ := strings.Cut(rest, ":")
		a.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(socket, "//"))
		}
		text = "http://localhost" + cmp.Or(path, "/healthcheck")
	}
	var err error
	a.target, err = url.Parse(text)
	if err != nil || a.target.Scheme != "http" && a.target.Scheme != "https" || a.target.Host == "" {
		return nil, errors.New("--url: " + wantURL)
	}
	if u := a.target.User; u != nil {
		a.user = u.Username()
		a.password, _ = u.Password()
		a.target.User = nil
	}
	return a, a.trust(f.urlCAFile)
}

// trust reads the trusted certificates from file. An empty file name means the
// system's certificates.
func (a *asker) trust(file string) error {
	if file == "" {
		return nil
	}
	certificates, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--url.ca-file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificates) {
		return fmt.Errorf("--url.ca-file: %s has no certificate in PEM", file)
	}
	a.transport.TLSClientConfig.RootCAs = pool
	return nil
}

// get sends one request and does not follow redirects: a health path never
// redirects.
func (a *asker) get(ctx context.Context, target *url.URL) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return 0, nil, errors.New("--url: " + wantURL)
	}
	if a.user != "" {
		request.SetBasicAuth(a.user, a.password)
	}
	response, err := a.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, fmt.Errorf("ask %s: %w", a.target.Host, err)
	}
	defer response.Body.Close()
	const most = 4 << 20
	body, err = io.ReadAll(io.LimitReader(response.Body, most))
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("ask %s: %w", a.target.Host, err)
	case response.StatusCode == http.StatusUnauthorized:
		return 0, nil, fmt.Errorf("ask %s: status 401, set HEALTHCHECK_URL_USER and HEALTHCHECK_URL_PASSWORD", a.target.Host)
	}
	return response.StatusCode, body, nil
}
