package httpapi

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A Beater takes heartbeats. It must be safe for concurrent use.
// *collector.Collector implements it.
type Beater interface {
	// Receiver returns the receiver of a check. The error is
	// collector.ErrUnknownCheck or collector.ErrNoReceiver, wrapped.
	Receiver(name string) (checks.Receiver, error)
	// Beat takes a beat of a check.
	Beat(ctx context.Context, name string, b checks.Beat) error
}

// tokenHeader carries the token if the server's own authentication uses
// Authorization.
const tokenHeader = "X-Heartbeat-Token"

// Heartbeat returns a handler that takes the beats of checks below prefix, such
// as "/heartbeat". It answers POST alone:
//
//	POST /heartbeat/backup                          the job has ended
//	POST /heartbeat/backup?exit_code=3&duration=90s and this is how
//	POST /heartbeat/backup/start                    the job has started
//	POST /heartbeat/backup/fail                     the job has failed
//
// A request needs the token of the check, in "Authorization: Bearer TOKEN" or
// X-Heartbeat-Token, unless it comes over a Unix socket and was not forwarded.
// A loopback address is not sufficient: requests of a proxy on the host and of
// a page in a browser come from there too. With a nil Beater every answer is
// 500.
func Heartbeat(b Beater, prefix string) http.Handler {
	prefix = cleanPrefix(prefix)
	missing := isNil(b)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		if r.Method != http.MethodPost {
			refuseMethod(w, r, []string{http.MethodPost})
			return
		}
		if missing {
			refuse(w, r, http.StatusInternalServerError, errNoBeater)
			return
		}
		if status, err := takeBeat(b, r, prefix); err != nil {
			refuse(w, r, status, err)
			return
		}
		send(w, r, http.StatusOK, typeJSON, nil, []byte(`{"status": "taken"}`))
	})
}

// takeBeat passes the beat of a request to the Beater, or returns the status
// and the reason of a refusal.
func takeBeat(to Beater, r *http.Request, prefix string) (status int, err error) {
	name, event, ok := beatOf(r.URL.Path, prefix)
	if !ok {
		return http.StatusNotFound, errNothingThere
	}
	receiver, err := to.Receiver(name)
	if err != nil {
		return http.StatusNotFound, err
	}
	if !overUnixSocket(r) {
		if err = receiver.Admit(r.Context(), tokenOf(r)); err != nil {
			return http.StatusForbidden, err
		}
	}
	beat, err := beatFrom(r, event)
	if err != nil {
		return http.StatusBadRequest, err
	}
	switch err := to.Beat(r.Context(), name, beat); {
	case err == nil:
		return http.StatusOK, nil
	case errors.Is(err, collector.ErrUnknownCheck), errors.Is(err, collector.ErrNoReceiver):
		return http.StatusNotFound, err
	default:
		return http.StatusServiceUnavailable, err
	}
}

// beatOf reads the check and the event from a path.
func beatOf(path, prefix string) (name string, event checks.BeatEvent, ok bool) {
	segments, ok := split(path)
	own, _ := split(prefix)
	if !ok || len(segments) <= len(own) {
		return "", "", false
	}
	for i, s := range own {
		if segments[i] != s {
			return "", "", false
		}
	}
	segments = segments[len(own):]
	switch {
	case len(segments) == 1:
		return segments[0], checks.BeatDone, true
	case len(segments) == 2 && (segments[1] == string(checks.BeatStart) || segments[1] == string(checks.BeatFail)):
		return segments[0], checks.BeatEvent(segments[1]), true
	}
	return "", "", false
}

// beatFrom reads exit_code and duration from the query.
func beatFrom(r *http.Request, event checks.BeatEvent) (checks.Beat, error) {
	b := checks.Beat{Event: event}
	query := r.URL.Query()
	if code := query.Get("exit_code"); code != "" {
		n, err := strconv.Atoi(code)
		if err != nil {
			return b, badRequestf("exit_code %q, want a number", quoted(code))
		}
		b.ExitCode = n
	}
	if took := query.Get("duration"); took != "" {
		d, ok := jobDuration(took)
		if !ok {
			return b, badRequestf("duration %q, want 90s or a number of seconds", quoted(took))
		}
		b.Duration = d
	}
	return b, nil
}

// jobDuration reads a duration such as 90s, or a number of seconds.
func jobDuration(text string) (d time.Duration, ok bool) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		// NaN, the infinities and what no Duration can hold are refused.
		ok = seconds >= 0 && seconds < float64(math.MaxInt64/time.Second)
		if ok {
			d = time.Duration(seconds * float64(time.Second))
		}
		return d, ok
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}

func tokenOf(r *http.Request) string {
	if t := r.Header.Get(tokenHeader); t != "" {
		return t
	}
	scheme, t, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(t)
}

// overUnixSocket reports whether a request comes over a Unix socket and was not
// forwarded.
func overUnixSocket(r *http.Request) bool {
	ours, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if ours == nil || ours.Network() != "unix" {
		return false
	}
	for name := range r.Header {
		if forwards(name) {
			return false
		}
	}
	return true
}
