package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-kit/log/level"
)

// addLifecycle adds the requests that change the exporter.
func (d *daemon) addLifecycle(ctx context.Context, routes map[string]http.Handler) {
	actions := map[string]func(*http.Request) (string, error){
		"reload": func(*http.Request) (string, error) {
			return "reloaded", d.instance.Reload(ctx)
		},
		"drain": func(r *http.Request) (string, error) {
			reason := cmp.Or(cleanReason(r.URL.Query().Get("reason")), "drained by POST /-/drain")
			level.Info(d.Logging.Logger).Log("msg", "drained", "reason", reason)
			d.drainer.drain(errors.New(reason))
			return "drained", nil
		},
		"undrain": func(*http.Request) (string, error) {
			if err := d.drainer.undrain(); err != nil {
				return "", err
			}
			level.Info(d.Logging.Logger).Log("msg", "undrained")
			return "undrained", nil
		},
	}
	for name, act := range actions {
		routes["/-/"+name] = d.requests.Wrap(name, d.guardLifecycle(d.action(act)))
	}
}

// action makes a handler that acts on a POST.
func (d *daemon) action(act func(*http.Request) (string, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			say(w, r, http.StatusMethodNotAllowed, "method not allowed, want POST")
			return
		}
		done, err := act(r)
		if err != nil {
			say(w, r, http.StatusInternalServerError, d.instance.Scrub(fmt.Sprintf("not done: %v", err)))
			return
		}
		say(w, r, http.StatusOK, done)
	})
}
