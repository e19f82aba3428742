package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// webHandler serves everything on the addresses of --web.listen-address.
func (d *daemon) webHandler(ctx context.Context) http.Handler {
	environment := d.guardEnvironment(d.instance.Environment())
	page := httpapi.PageOptions{
		Links:   d.links(),
		Footer:  []string{"healthcheck_exporter " + version.Version, "revision " + version.GetRevision()},
		Started: time.Now(),
		Banners: d.banners,
	}
	routes := map[string]http.Handler{
		"/":             d.requests.Wrap("page", httpapi.Page(d.instance.Collector(), page)),
		"/checks/":      d.requests.Wrap("page", httpapi.CheckPage(d.instance.Collector(), "/checks", page)),
		"/healthcheck/": d.requests.Wrap("healthcheck", d.instance.Health()),
		"/environment/": d.requests.Wrap("environment", environment),
		"/heartbeat/":   d.requests.Wrap("heartbeat", httpapi.Heartbeat(d.instance.Collector(), "/heartbeat")),
		d.TelemetryPath: d.requests.Wrap("metrics", httpapi.Metrics(d.gatherer(), d.errorLog())),
		"/-/healthy":    d.requests.Wrap("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":      d.requests.Wrap("ready", http.HandlerFunc(d.ready)),
	}
	d.addLifecycle(ctx, routes, d.guardLifecycle)
	if d.Pprof {
		routes["/debug/pprof/"] = d.requests.Wrap("pprof", http.HandlerFunc(profiles))
	}
	return httpapi.Routes(routes).With(d.views(d.instance.HealthView))
}

// banners tells a person that the file on disk is not in use.
func (d *daemon) banners() []string {
	failure := d.instance.Failure()
	if failure == nil {
		return nil
	}
	return []string{"The reload at " + failure.Time.UTC().Format(time.RFC3339) + " failed, the configuration of before is in use: " + failure.Err}
}

// views returns the handlers of views by their own paths. Their requests are
// counted as requests to /healthcheck.
func (d *daemon) views(of func(path string) http.Handler) func(path string) http.Handler {
	return func(path string) http.Handler {
		h := of(path)
		if h == nil {
			return nil
		}
		return d.requests.Wrap("healthcheck", h)
	}
}

// healthHandler serves the addresses of --health.listen-address.
func (d *daemon) healthHandler() http.Handler {
	return httpapi.Routes(map[string]http.Handler{
		"/healthcheck/": d.requests.Wrap("healthcheck", d.instance.Public()),
		"/-/healthy":    d.requests.Wrap("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":      d.requests.Wrap("ready", http.HandlerFunc(d.ready)),
	}).With(d.views(d.instance.PublicView))
}
