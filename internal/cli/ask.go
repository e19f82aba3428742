package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
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
