package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// askLimit bounds a question to a running exporter.
const askLimit = 10 * time.Second

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
	query.Set("format", string(httpapi.FormatJSON))
	format := httpapi.Format(f.checkOutput)
	if format != httpapi.FormatJSON {
		query.Set("verbose", "1")
	}
	target.RawQuery = query.Encode()

	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	status, body, err := get(ctx, target.String())
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
	if err != nil {
		return noReport(f, stdout, target.Host, status, body, err)
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

// noReport returns the exit status for a body that is not a report.
func noReport(f *flags, stdout io.Writer, host string, status int, body []byte, err error) (int, error) {
	_, refused := errors.AsType[httpapi.Refusal](err)
	ok := status >= 200 && status <= 299
	switch {
	case f.checkOutput == "nagios" && refused:
		return exitMisuse, err
	case f.checkOutput == "nagios":
		return exitMisuse, fmt.Errorf("status %d without a report", status)
	case ok:
		return exitMisuse, fmt.Errorf("--url: the answer of %s is not a report, want a path such as /healthcheck", host)
	}
	printBody(stdout, body)
	if status == http.StatusNotFound && len(f.checkNames) > 0 {
		return exitMisuse, nil
	}
	return exitFailed, nil
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
