package server

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// runPrefix begins the path that runs a check: /-/run/{check}.
const runPrefix = "/-/run/"

// runNow runs a check at once and answers with its result, as text or with
// ?format=json. The status is 200 whether the check passes or fails. Clients that
// /environment answers also get the evidence of a failure.
func (d *daemon) runNow(w http.ResponseWriter, r *http.Request) {
	format := httpapi.Format(r.URL.Query().Get("format"))
	switch format {
	case "", httpapi.FormatText, httpapi.FormatJSON:
	default:
		d.refuse(w, r, http.StatusBadRequest, fmt.Errorf("format: %.20q, want text or json", format))
		return
	}
	name := strings.Trim(strings.TrimPrefix(r.URL.Path+"/", runPrefix), "/")
	result, err := d.instance.Collector().RunNow(r.Context(), name)
	if err != nil {
		d.refuse(w, r, runStatus(w, err), err)
		return
	}
	level.Info(d.Logging.Logger).Log("msg", "check run on request", "check", name, "passed", result.Passed, "by", d.actor(r))
	results := []*collector.Result{result}
	report := collector.Report{Status: collector.Overall(results), Time: result.Time, Results: results}
	var evidence httpapi.EvidenceReporter
	if result.State != collector.StateSkipped && !result.Passed && d.trusted()(r) {
		evidence = d.instance.Collector()
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	if format == httpapi.FormatJSON {
		header.Set("Content-Type", "application/json")
		_, _ = w.Write(httpapi.Encode(report, evidence)) // If the client has gone, the error does not matter.
		return
	}
	text := string(httpapi.Render(r.Context(), report, httpapi.Options{Scrubber: d.instance.Collector().Scrubber()}, httpapi.FormatText))
	if evidence != nil {
		last, _ := evidence.Evidence(name)
		first, rest, _ := strings.Cut(text, "\n")
		text = strings.Join(append([]string{first}, last.Lines()...), "\n      ") + "\n" + rest
	}
	say(w, r, http.StatusOK, strings.TrimRight(text, "\n"))
}

// runStatus returns the HTTP status for an error of RunNow. It sets Retry-After if
// the client may try again later.
func runStatus(w http.ResponseWriter, err error) int {
	soon, isSoon := errors.AsType[*collector.TooSoonError](err)
	switch {
	case isSoon:
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(soon.Left.Seconds()))))
		return http.StatusTooManyRequests
	case errors.Is(err, collector.ErrUnknownCheck):
		return http.StatusNotFound
	case errors.Is(err, collector.ErrNotRunnable):
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}
