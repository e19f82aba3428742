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
)

// askLimit bounds a question to a running exporter.
const askLimit = 10 * time.Second

// checkThere asks a running exporter.
func checkThere(ctx context.Context, f *flags, stdout io.Writer) (int, error) {
	a, err := newAsker(f)
	if err != nil {
		return exitMisuse, err
	}
	if f.checkOutput == "prometheus" {
		return exitMisuse, errors.New("--output=prometheus does not go with --url: its metrics are at /metrics")
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if word, is := strings.CutPrefix(a.target.Path, "/-/"); is {
		return a.probe(ctx, f, word, stdout)
	}
	return a.report(ctx, f, stdout)
}

// probe asks a path such as /-/healthy, whose answer is one line.
func (a *asker) probe(ctx context.Context, f *flags, word string, stdout io.Writer) (int, error) {
	if f.checkOutput == "json" {
		return exitMisuse, fmt.Errorf("--output=json: %s answers with text", a.target.Path)
	}
	status, body, err := a.get(ctx)
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

// report asks for a report, in JSON because JSON is easily recognized, and prints
// it in the wanted format.
func (a *asker) report(ctx context.Context, f *flags, stdout io.Writer) (int, error) {
	format := httpapi.Format(f.checkOutput)
	query := a.target.Query()
	for _, name := range f.checkNames {
		query.Add("check", name)
	}
	query.Set("format", string(httpapi.FormatJSON))
	if format != httpapi.FormatJSON {
		query.Set("verbose", "1")
	}
	a.target.RawQuery = query.Encode()
	status, body, err := a.get(ctx)
	if err != nil {
		return exitFailed, err
	}
	if len(body) == 0 && status >= 200 && status <= 299 { // A 204 has no body.
		if format == httpapi.FormatNagios {
			fmt.Fprintf(stdout, "OK - status %d\n", status)
		}
		return exitPassed, nil
	}
	report, err := httpapi.Decode(body)
	if refusal, is := errors.AsType[httpapi.Refusal](err); is {
		return exitMisuse, refusal
	}
	if err != nil {
		return exitMisuse, fmt.Errorf("--url: not a report, but status %d: want the address of an exporter and a path such as /healthcheck", status)
	}
	if format != httpapi.FormatJSON {
		body = httpapi.Render(ctx, report, httpapi.Options{}, format)
	}
	printBody(stdout, body)
	switch {
	case format == httpapi.FormatNagios:
		return httpapi.NagiosStatus(report.Status), nil
	case report.Status == collector.StatusFailed:
		return exitFailed, nil
	}
	return exitPassed, nil
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
func (a *asker) get(ctx context.Context) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.target.String(), nil)
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
