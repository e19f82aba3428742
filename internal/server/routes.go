package server

import (
	"context"
	"net/http"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// webHandler serves everything on the addresses of --web.listen-address.
func (d *daemon) webHandler(ctx context.Context) http.Handler {
	return httpapi.Routes(d.webRoutes(ctx)).With(d.views(d.instance.HealthView))
}

// webRoutes returns the handlers of webHandler by their paths. [FreePath] is false
// for all of them but the path of the metrics.
func (d *daemon) webRoutes(ctx context.Context) map[string]http.Handler {
	environment := d.guardEnvironment(d.instance.Environment())
	page := d.pageOptions()
	routes := map[string]http.Handler{
		"/":             d.requests.Wrap("page", httpapi.Page(d.instance.Collector(), page)),
		"/checks/":      d.requests.Wrap("page", httpapi.CheckPage(d.instance.Collector(), "/checks", page)),
		"/healthcheck/": d.asked("healthcheck", d.instance.Health()),
		"/environment/": d.requests.Wrap("environment", environment),
		"/heartbeat/":   d.requests.Wrap("heartbeat", httpapi.Heartbeat(d.instance.Collector(), "/heartbeat")),
		d.TelemetryPath: d.asked("metrics", httpapi.Metrics(d.gatherer(), d.errorLog())),
		"/-/healthy":    d.asked("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":      d.asked("ready", http.HandlerFunc(d.ready)),
	}
	d.addLifecycle(ctx, routes, d.guardLifecycle)
	if d.Pprof {
		routes["/debug/pprof/"] = d.requests.Wrap("pprof", http.HandlerFunc(profiles))
	}
	return routes
}

// asked counts the requests to a handler and remembers the programs that send
// them.
func (d *daemon) asked(handler string, h http.Handler) http.Handler {
	return d.requests.Wrap(handler, d.pollers.Wrap(handler, h))
}

// views returns the handlers of views by their own paths. Their requests are
// counted as requests to /healthcheck.
func (d *daemon) views(of func(path string) http.Handler) func(path string) http.Handler {
	return func(path string) http.Handler {
		h := of(path)
		if h == nil {
			return nil
		}
		return d.asked("healthcheck", h)
	}
}

// healthHandler serves the addresses of --health.listen-address.
func (d *daemon) healthHandler() http.Handler {
	return httpapi.Routes(map[string]http.Handler{
		"/healthcheck/": d.asked("healthcheck", d.instance.Public()),
		"/-/healthy":    d.asked("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":      d.asked("ready", http.HandlerFunc(d.ready)),
	}).With(d.views(d.instance.PublicView))
}
