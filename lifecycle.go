package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-kit/log/level"
)

// say answers with one line of text.
func say(w http.ResponseWriter, r *http.Request, status int, line string) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, line+"\n") // A client that is gone misses nothing.
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

// healthy says whether the exporter itself works, for a liveness probe. It never
// looks at checks or at draining.
func (d *daemon) healthy(w http.ResponseWriter, r *http.Request) {
	switch {
	case !onlyReads(w, r):
	case d.instance.collector.Stalled(stallLimit):
		say(w, r, http.StatusServiceUnavailable, "the scheduler has not moved for 30s")
	default:
		say(w, r, http.StatusOK, "healthy")
	}
}

// ready says whether every check has a first result, and the end is not near.
func (d *daemon) ready(w http.ResponseWriter, r *http.Request) {
	switch {
	case !onlyReads(w, r):
	case d.terminating.Load():
		say(w, r, http.StatusServiceUnavailable, "shutting down")
	case !d.instance.collector.Ready():
		say(w, r, http.StatusServiceUnavailable, "not every check has a result yet")
	default:
		say(w, r, http.StatusOK, "ready")
	}
}

// addLifecycle adds what changes the exporter. Without --web.enable-lifecycle
// it says how to allow that.
func (d *daemon) addLifecycle(ctx context.Context, routes map[string]http.Handler) {
	actions := map[string]func(*http.Request) (string, error){
		"reload": func(*http.Request) (string, error) {
			return "reloaded", d.instance.reload(ctx)
		},
		"drain": func(r *http.Request) (string, error) {
			reason := cmp.Or(r.URL.Query().Get("reason"), "drained by POST /-/drain")
			level.Info(d.logger).Log("msg", "drained", "reason", reason)
			d.instance.collector.Drain(errors.New(reason))
			return "drained", nil
		},
		"undrain": func(*http.Request) (string, error) {
			if d.terminating.Load() {
				return "", errors.New("shutting down")
			}
			level.Info(d.logger).Log("msg", "undrained")
			d.instance.collector.Drain(nil)
			return "undrained", nil
		},
	}
	for name, act := range actions {
		routes["/-/"+name] = d.requests.Wrap(name, d.action(act))
	}
}

// action makes a handler that acts on a POST which no other site has caused.
func (d *daemon) action(act func(*http.Request) (string, error)) http.Handler {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !d.flags.enableLifecycle:
			say(w, r, http.StatusForbidden, "forbidden: start with --web.enable-lifecycle to allow this")
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", "POST")
			say(w, r, http.StatusMethodNotAllowed, "method not allowed, want POST")
		default:
			done, err := act(r)
			if err != nil {
				say(w, r, http.StatusInternalServerError, d.instance.secrets.text(fmt.Sprintf("not done: %v", err)))
				return
			}
			say(w, r, http.StatusOK, done)
		}
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say(w, r, http.StatusForbidden, "forbidden: the request comes from a page of another origin")
	}))
	return protection.Handler(handler)
}
