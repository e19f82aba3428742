package server

import (
	"context"
	"net"
	"net/http"

	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

// serveAdmin serves the Unix socket of --admin.socket. The permissions of the
// socket file control access, so its requests need no other guard and no flag to
// allow them.
func (d *daemon) serveAdmin(ctx context.Context, l net.Listener) {
	server := d.newServer(d.adminHandler(ctx))
	server.ConnContext = listen.WithPeer
	level.Info(d.Logging.Logger).Log("msg", "listening for administration", "address", l.Addr())
	d.serve(server, func() error { return server.Serve(l) })
}

// adminHandler serves the actions, the reports that the status command asks
// and history commands ask for, and heartbeats.
func (d *daemon) adminHandler(ctx context.Context) http.Handler {
	routes := map[string]http.Handler{
		"/healthcheck/": d.requests.Wrap("healthcheck", d.instance.Health()),
		"/heartbeat/":   d.requests.Wrap("heartbeat", httpapi.Heartbeat(d.instance.Collector(), "/heartbeat")),
		"/-/healthy":    d.requests.Wrap("healthy", http.HandlerFunc(d.healthy)),
		"/-/history":    d.requests.Wrap("history", httpapi.Histories(d.instance.Collector())),
		"/-/ready":      d.requests.Wrap("ready", http.HandlerFunc(d.ready)),
	}
	d.addLifecycle(ctx, routes, func(next http.Handler) http.Handler { return next })
	return httpapi.Routes(routes)
}
