package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

// An action changes the exporter and returns a description of the change.
type action func(r *http.Request) (done string, err error)

// actions are the requests that change the exporter, by their names below /-/.
func (d *daemon) actions(ctx context.Context) map[string]action {
	return map[string]action{
		"reload":  func(*http.Request) (string, error) { return "reloaded", d.instance.Reload(ctx) },
		"drain":   d.drain,
		"undrain": d.undrain,
		"mute":    d.mute,
		"unmute":  d.unmute,
	}
}

// actor returns the sender of a request: the user at the other end of a Unix
// socket, or the authenticated name. A name that nothing has verified is ignored.
func (d *daemon) actor(r *http.Request) string {
	return cmp.Or(listen.Peer(r.Context()), d.authenticatedName(r), "a local client")
}

// authenticatedName returns the name of a client certificate, or that of one of the
// basic_auth_users, or "".
func (d *daemon) authenticatedName(r *http.Request) string {
	if certificate := verifiedCertificate(r); certificate != nil {
		return cmp.Or(cleanReason(certificate.Subject.CommonName), "a client with a certificate")
	}
	if name, _, given := r.BasicAuth(); given && authenticator(d.WebConfigFile)(r) {
		return cleanReason(name)
	}
	return ""
}

// A badRequest is the error of an action for an invalid request.
type badRequest struct{ error }

// durationOf returns a parameter of a request that is a positive duration, or 0
// if it is not given.
func durationOf(r *http.Request, name string) (time.Duration, error) {
	text := r.FormValue(name)
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, badRequest{fmt.Errorf("%s: %.20q, want a positive duration such as 30m", name, text)}
	}
	return d, nil
}

// addLifecycle adds the actions, each behind a guard.
func (d *daemon) addLifecycle(ctx context.Context, routes map[string]http.Handler, guard func(http.Handler) http.Handler) {
	for name, act := range d.actions(ctx) {
		routes["/-/"+name] = d.requests.Wrap(name, guard(posts(d.handle(act))))
	}
	routes["/-/diff"] = d.requests.Wrap("diff", guard(posts(http.HandlerFunc(d.diff))))
	routes[runPrefix] = d.requests.Wrap("run", guard(posts(http.HandlerFunc(d.runNow))))
}

// actionLimit bounds an action: a reload runs new and changed checks, and a check
// may take five minutes.
const actionLimit = 6 * time.Minute

// posts lets only POST requests through, and gives them time for an answer that
// waits for checks.
func posts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			say(w, r, http.StatusMethodNotAllowed, "method not allowed, want POST")
			return
		}
		// Without this the server's WriteTimeout would cut off the answer.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(actionLimit)) // Tests have writers without a deadline.
		next.ServeHTTP(w, r)
	})
}

// handle makes the handler of an action.
func (d *daemon) handle(act action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done, err := act(r)
		if err == nil {
			say(w, r, http.StatusOK, done)
			return
		}
		status := http.StatusInternalServerError
		if _, is := errors.AsType[badRequest](err); is {
			status = http.StatusBadRequest
		}
		d.refuse(w, r, status, err)
	})
}

// refuse says why an action was not done.
func (d *daemon) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	say(w, r, status, d.instance.Scrub(fmt.Sprintf("not done: %v", err)))
}
