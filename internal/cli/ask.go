package cli

import (
	"bytes"
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

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/terminal"
)

// askLimit bounds a question to a running exporter.
const askLimit = 10 * time.Second

// checkThere asks a running exporter.
func checkThere(ctx context.Context, f *flags, c *console) (int, error) {
	a, err := newAsker(f)
	switch {
	case err != nil:
		return exitMisuse, err
	case f.checkOutput == "prometheus":
		return exitMisuse, errors.New("--output=prometheus: cannot be combined with --url, an exporter has its metrics at /metrics")
	case f.checkOutput == "json" && a.word() != "":
		return exitMisuse, fmt.Errorf("--output=json: %s answers with text", a.target.Path)
	case f.watchResults && a.word() != "":
		return exitMisuse, fmt.Errorf("--watch: %s has no results to show", a.target.Path)
	case f.watchResults:
		return f.watch(ctx, a, terminal.Line(a.target.Host), c)
	case f.wait > 0:
		return f.waitFor(ctx, a, c)
	}
	_, err = a.look(ctx)
	switch {
	case err == nil:
		return a.last.show(ctx, f, c), nil
	case over(ctx):
		return interruptedStatus(ctx), errInterrupted
	case isMisuse(err):
		return exitMisuse, err
	}
	return exitFailed, err
}

// An answer is a report as the exporter sent it. It has no results if the body is
// empty (status 204) or one line (a path such as /-/healthy).
type answer struct {
	collector.Report
	status int
	body   []byte
	probe  bool
}

// show prints a report in the format of --output and returns the exit status.
func (a *answer) show(ctx context.Context, f *flags, c *console) int {
	format := httpapi.Format(f.checkOutput)
	switch {
	case format == httpapi.FormatNagios:
		if a.probe || len(a.body) == 0 {
			fmt.Fprintf(c, "%s - %s\n", nagiosWord(a.Status), httpapi.NagiosText(cmp.Or(a.line(), fmt.Sprint("status ", a.status))))
		} else {
			printBody(c, httpapi.Render(ctx, a.Report, httpapi.Options{}, format))
		}
		return httpapi.NagiosStatus(a.Status)
	case len(a.body) == 0:
	case a.probe:
		fmt.Fprintln(c, terminal.Line(a.line()))
	case format == httpapi.FormatText:
		c.evidence = a.evidence()
		f.printReport(c, a.Report)
	default:
		printBody(c, a.body)
	}
	return exitStatus(a.Status)
}

// line is the body of a probe.
func (a *answer) line() string { return strings.TrimSpace(string(a.body)) }

func nagiosWord(s collector.Status) string {
	if s == collector.StatusFailed {
		return "CRITICAL"
	}
	return "OK"
}

// An unexpected is the error of an answer that check --url cannot use.
type unexpected struct {
	wanted, found string
	status        int // 0: not an HTTP server
}

func unexpectedStatus(wanted string, status int) unexpected {
	return unexpected{wanted, fmt.Sprint("status ", status), status}
}

// foreign returns the error of a server that speaks another protocol, or nil.
func foreign(wanted string, err error) error {
	if _, is := errors.AsType[tls.RecordHeaderError](err); is || errors.Is(err, http.ErrSchemeMismatch) {
		return unexpected{wanted: wanted, found: "a server without TLS"}
	}
	// The second text is the error for a server that sends data before the request.
	if text := err.Error(); strings.Contains(text, "malformed HTTP") || strings.HasPrefix(text, "readLoopPeekFailLocked") {
		return unexpected{wanted: wanted, found: "a server that does not speak HTTP"}
	}
	return nil
}

// Error implements error.
func (u unexpected) Error() string {
	return fmt.Sprintf("--url: not %s, but %s", u.wanted, u.found)
}

const (
	wantReport = "a report"
	wantProbe  = "an answer of this exporter"
)

// isMisuse reports whether --url leads to something else, or the exporter refuses
// the question. Until a server behind a proxy has started, the proxy answers with
// a status of its own from 500.
func isMisuse(err error) bool {
	if _, is := errors.AsType[httpapi.Refusal](err); is {
		return true
	}
	_, is := errors.AsType[unexpected](err)
	return is
}

// An asker asks one address. It is for one goroutine at a time.
type asker struct {
	target         *url.URL // with the selection
	socket         string   // path of the Unix socket, if it is one
	transport      *http.Transport
	user, password string
	last           answer
}

// look asks once.
func (a *asker) look(ctx context.Context) (collector.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	status, body, err := a.get(ctx)
	if err != nil {
		return collector.Report{}, err
	}
	a.last, err = read(a.word(), status, body)
	return a.last.Report, err
}

// read reads the answer to a question for a report or, if word is not empty, for
// that word.
func read(word string, status int, body []byte) (answer, error) {
	a := answer{Report: collector.Report{Status: collector.StatusPassed}, status: status, body: body, probe: word != ""}
	if a.probe {
		passed := status == http.StatusOK
		if passed != (a.line() == word) || !passed && status != http.StatusServiceUnavailable {
			return a, unexpectedStatus(wantProbe, status)
		}
		if !passed {
			a.Status = collector.StatusFailed
		}
		return a, nil
	}
	if len(body) == 0 && status >= 200 && status <= 299 {
		return a, nil
	}
	report, err := httpapi.Decode(body)
	a.Report = report
	if _, is := errors.AsType[httpapi.Refusal](err); is {
		err = fmt.Errorf("--url: status %d: %w", status, err)
	} else if err != nil {
		err = fmt.Errorf("%w: want the address of an exporter and a path such as /healthcheck", unexpectedStatus(wantReport, status))
	}
	return a, err
}

// word is the body of a path such as /-/healthy if all is well. It is empty for
// paths whose answers are reports.
func (a *asker) word() string {
	word, _ := strings.CutPrefix(a.target.Path, "/-/")
	if word == a.target.Path {
		return ""
	}
	return word
}

// finish prints the last answer.
func (a *asker) finish(ctx context.Context, f *flags, report collector.Report, c *console) (int, error) {
	last := a.last
	if f.checkOutput == "text" && !last.probe {
		last.Report = report
	}
	return last.show(ctx, f, c), nil
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
		a.socket = strings.TrimPrefix(socket, "//")
		a.transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", a.socket)
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
	if a.word() == "" {
		a.target.RawQuery = f.query(a.target.Query()).Encode()
	}
	return a, a.trust(f.urlCAFile)
}

// query adds the selection of the command line to the query of --url, and asks for
// JSON because JSON is easily recognized.
func (f *flags) query(q url.Values) url.Values {
	for parameter, values := range map[string][]string{"check": f.checkNames, "exclude": f.checkExclude, "tag": f.checkTags} {
		q[parameter] = append(q[parameter], values...)
	}
	q.Set("format", string(httpapi.FormatJSON))
	if f.checkOutput != string(httpapi.FormatJSON) {
		q.Set("verbose", "1")
	}
	return q
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

// name is the host, or the path of the Unix socket, for errors.
func (a *asker) name() string { return cmp.Or(a.socket, a.target.Host) }

// unanswered is the error of a question without an answer.
func (a *asker) unanswered(err error) error {
	if lookup, is := errors.AsType[*net.DNSError](err); is {
		return fmt.Errorf("resolving %s: %s", lookup.Name, lookup.Err)
	}
	if inner, is := errors.AsType[*net.OpError](err); is && inner.Op == "dial" {
		err = inner.Err
		if system, is := errors.AsType[*os.SyscallError](err); is {
			err = system.Err // The address is in the message already.
		}
		return fmt.Errorf("connecting to %s: %w", a.name(), err)
	}
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return fmt.Errorf("asking %s: %w (--url.ca-file names a file of certificates to trust)", a.name(), err)
	}
	return fmt.Errorf("asking %s: %w", a.name(), err)
}

// loginHint says what to do about a rejected login.
func (a *asker) loginHint() string {
	if a.user == "" {
		return "set HEALTHCHECK_URL_USER and HEALTHCHECK_URL_PASSWORD"
	}
	return "user or password is wrong"
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
		if fault := foreign(wantReport, err); fault != nil {
			return 0, nil, fault
		}
		return 0, nil, a.unanswered(err)
	}
	defer response.Body.Close()
	const most = 4 << 20
	body, err = io.ReadAll(io.LimitReader(response.Body, most))
	switch {
	case err != nil:
		return 0, nil, a.unanswered(err)
	case response.StatusCode == http.StatusUnauthorized:
		return 0, nil, checks.Fail(checks.ReasonAuth, fmt.Errorf("asking %s: status 401, %s", a.name(), a.loginHint()))
	case response.StatusCode == http.StatusBadRequest && bytes.Contains(body, []byte("HTTP request to an HTTPS server")):
		return 0, nil, unexpected{wanted: wantReport, found: "a server that wants https", status: response.StatusCode}
	}
	return response.StatusCode, body, nil
}
