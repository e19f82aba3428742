package server

import (
	"context"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

// Authenticator is authenticator.
func Authenticator(webConfig string) func(*http.Request) bool { return authenticator(webConfig) }

// Actor returns the sender of a request.
func Actor(o Options, r *http.Request) string { return (&daemon{Options: o}).actor(r) }

// GuardLifecycle returns next behind the guard of lifecycle requests.
func GuardLifecycle(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardLifecycle(next)
}

// GuardEnvironment returns next behind the guard of /environment.
func GuardEnvironment(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardEnvironment(next)
}

// Trusting returns next for requests that may see evidence, and 403 for others.
func Trusting(o Options, next http.Handler) http.Handler {
	trusted := o.trusted()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !trusted(r) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Reachable reports whether other machines may reach an address.
func Reachable(address net.Addr) bool { return reachable(address) }

// WebPaths returns the paths that the addresses of --web.listen-address serve.
func WebPaths(ctx context.Context, o Options) ([]string, error) {
	i, err := instance.New(o.Instance)
	if err != nil {
		return nil, err
	}
	d := &daemon{Options: o, instance: i, requests: httpapi.NewRequests()}
	return slices.Sorted(maps.Keys(d.webRoutes(ctx))), nil
}

// Posts lets only POST requests through.
func Posts(next http.Handler) http.Handler { return posts(next) }

// Profiles is profiles.
func Profiles(w http.ResponseWriter, r *http.Request) { profiles(w, r) }

// ReportState logs what happens to the state directory.
func ReportState(o Options, err error) { o.reportState(err) }

// Started returns the texts of the events after the start of a version and more
// events.
func Started(version string, more int) (texts []string) {
	var e events
	e.started(version)
	for n := range more {
		e.add(strconv.Itoa(n))
	}
	for _, one := range e.all() {
		texts = append(texts, one.Text)
	}
	return texts
}

// Summary is summary.
func Summary(r collector.Report) string { return summary(r) }

// Notify passes the messages for systemd to send, until ctx ends.
func Notify(ctx context.Context, c *collector.Collector, scrub func(string) string, watchdog time.Duration, send func([]string)) {
	n := &notifier{collector: c, scrub: scrub, watchdog: watchdog}
	n.run(ctx, send)
}
