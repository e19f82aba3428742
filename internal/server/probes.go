package server

import (
	"io"
	"net/http"
	"time"
)

// say sends one line of text.
func say(w http.ResponseWriter, r *http.Request, status int, line string) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, line+"\n") //nolint:gosec // Plain text. If the client has gone, the error does not matter.
	}
}

// onlyReads refuses every method but GET, HEAD and OPTIONS, which haproxy uses.
func onlyReads(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	w.Header().Set("Allow", "GET, HEAD, OPTIONS")
	say(w, r, http.StatusMethodNotAllowed, "method not allowed")
	return false
}

// stalledAfter is how long the scheduler may make no progress. A pause of the
// whole process does not count.
const stalledAfter = 30 * time.Second

// healthy reports whether the exporter itself works, for a liveness probe. It
// ignores the checks and draining.
func (d *daemon) healthy(w http.ResponseWriter, r *http.Request) {
	switch {
	case !onlyReads(w, r):
	case d.instance.Collector().Stalled(stalledAfter):
		say(w, r, http.StatusServiceUnavailable, "the scheduler has not moved for 30s")
	default:
		say(w, r, http.StatusOK, "healthy")
	}
}

// ready reports whether every check has a first result and the process is not
// about to end.
func (d *daemon) ready(w http.ResponseWriter, r *http.Request) {
	switch {
	case !onlyReads(w, r):
	case d.stopping.Load():
		say(w, r, http.StatusServiceUnavailable, "shutting down")
	case !d.instance.Collector().Ready():
		say(w, r, http.StatusServiceUnavailable, "not every check has a result yet")
	default:
		say(w, r, http.StatusOK, "ready")
	}
}
