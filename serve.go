package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"os"
	"os/signal"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

const (
	// shutdownLimit bounds how long requests under way may take at the end.
	shutdownLimit = time.Second
	// stallLimit is how long the scheduler may stand still and be called healthy.
	stallLimit = 30 * time.Second
)

// runServe serves until a signal ends it.
func runServe(ctx context.Context, f *flags, stderr io.Writer) int {
	known := newSecrets()
	queue := newLogQueue(stderr)
	defer queue.flush(shutdownLimit)
	l := newLogging(queue, f.logLevel, f.logFormat, known.text)
	if err := serve(ctx, f, l, queue, known); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			level.Error(l.logger).Log("msg", "cannot serve", "err", line)
		}
		return exitFailed
	}
	return exitPassed
}

// serve is the life of the daemon. Signals are caught from its first line to
// its last, so that none changes the exit status.
func serve(ctx context.Context, f *flags, l logging, queue *logQueue, known *secrets) error {
	reload, end := make(chan os.Signal, 1), make(chan os.Signal, 2)
	signal.Notify(reload, syscall.SIGHUP)
	signal.Notify(end, syscall.SIGTERM, os.Interrupt)

	if err := f.validate(); err != nil {
		return err
	}
	level.Info(l.logger).Log("msg", "starting "+programName, "version", version.Info())
	i, err := newInstance(f, l.logger, known)
	if err != nil {
		return err
	}
	sockets, err := openListeners(f)
	if err != nil {
		return err
	}
	d := &daemon{instance: i, flags: f, logging: l, queue: queue, requests: httpapi.NewRequests(), failed: make(chan error, 1)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d.start(ctx, sockets)
	d.serving.Go(func() { d.reloadBy(ctx, reload) })
	err = d.wait(ctx, end)
	stop()
	d.stop()
	return err
}

// validate says what is wrong with flags beyond their form.
func (f *flags) validate() error {
	var errs []error
	fault := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if f.maxConnections < 1 {
		fault("--web.max-connections: %d, want at least 1", f.maxConnections)
	}
	if f.agentWeight < 1 || f.agentWeight > 100 {
		fault("--agent.degraded-weight: %d, want 1 to 100", f.agentWeight)
	}
	if f.shutdownDelay < 0 {
		fault("--shutdown.delay: %v, want 0s or more", f.shutdownDelay)
	}
	if !ownPath(f.telemetryPath) {
		fault("--web.telemetry-path: %q, want a path of its own such as /metrics", f.telemetryPath)
	}
	if err := web.Validate(*f.web.WebConfigFile); err != nil {
		fault("--web.config.file: %w", err)
	}
	return errors.Join(errs...)
}

// ownPath reports whether the metrics can have that path: a plain one, at which
// nothing else is.
func ownPath(p string) bool {
	if !strings.HasPrefix(p, "/") || p == "/" || path.Clean(p) != strings.TrimSuffix(p, "/") || (&url.URL{Path: p}).String() != p {
		return false
	}
	return !slices.ContainsFunc([]string{"/healthcheck/", "/environment/", "/-/", "/debug/pprof/"}, func(taken string) bool {
		return strings.HasPrefix(p+"/", taken)
	})
}

// A daemon is the instance with everything that listens.
type daemon struct {
	instance *instance
	flags    *flags
	logging
	queue    *logQueue
	requests *httpapi.Requests

	servers     []*http.Server
	serving     sync.WaitGroup
	terminating atomic.Bool
	failed      chan error // a listener has died
}

// start begins to check and to serve.
func (d *daemon) start(ctx context.Context, sockets *listeners) {
	d.serving.Go(func() {
		if err := d.instance.collector.Run(ctx); err != nil {
			d.fail(err)
		}
	})
	others := len(sockets.health)
	if sockets.agent != nil {
		others++
	}
	shared := newPool(connectionLimit(d.flags.maxConnections, descriptorLimit(), others))
	handler := d.webHandler(ctx)
	for _, listener := range sockets.web {
		server := newServer(handler, d.logger)
		d.serve(server, func() error {
			var l net.Listener = pooledListener{listener, nil, shared}
			if *d.flags.web.WebConfigFile != "" { // Else no answer is exporter-toolkit's own.
				l = newSecuringListener(l, server)
			}
			return web.Serve(l, server, d.flags.web, d.structured)
		})
	}
	for _, listener := range sockets.health {
		server := newServer(d.healthHandler(), d.logger)
		level.Info(d.logger).Log("msg", "listening for health checks", "address", listener.Addr())
		d.serve(server, func() error { return server.Serve(pooledListener{listener, newPool(reserved), shared}) })
	}
	if sockets.agent != nil {
		agent := agentcheck.Server{Reporter: d.instance.collector, DegradedWeight: d.flags.agentWeight, Logger: d.structured}
		level.Info(d.logger).Log("msg", "listening for agent checks", "address", sockets.agent.Addr())
		d.serving.Go(func() {
			if err := agent.Serve(ctx, pooledListener{sockets.agent, newPool(reserved), shared}); err != nil {
				d.fail(err)
			}
		})
	}
}

func (d *daemon) serve(server *http.Server, run func() error) {
	d.servers = append(d.servers, server)
	d.serving.Go(func() {
		if err := run(); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			d.fail(err)
		}
	})
}

func (d *daemon) fail(err error) {
	select {
	case d.failed <- err:
	default:
	}
}

// reloadBy reloads for each signal; those that come meanwhile are one.
func (d *daemon) reloadBy(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-signals:
			_ = d.instance.reload(ctx) // It is logged.
		case <-ctx.Done():
			return
		}
	}
}

// wait returns when a signal, or the death of a listener, ends the daemon.
func (d *daemon) wait(ctx context.Context, end <-chan os.Signal) error {
	select {
	case s := <-end:
		level.Info(d.logger).Log("msg", "stopping", "signal", s, "delay", d.flags.shutdownDelay)
		d.drainBeforeStop(ctx, end)
		return nil
	case err := <-d.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// drainBeforeStop goes on serving, drained, until the delay is over or another
// signal comes.
func (d *daemon) drainBeforeStop(ctx context.Context, end <-chan os.Signal) {
	d.terminating.Store(true)
	if d.flags.shutdownDelay == 0 {
		return
	}
	d.instance.collector.Drain(errors.New("shutting down"))
	timer := time.NewTimer(d.flags.shutdownDelay)
	defer timer.Stop()
	select {
	case <-end:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stop ends the servers, and what the checks have started.
func (d *daemon) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	var closing sync.WaitGroup
	for _, server := range d.servers {
		closing.Go(func() {
			if server.Shutdown(ctx) != nil {
				server.Close()
			}
		})
	}
	closing.Wait()
	level.Info(d.logger).Log("msg", "stopped")
	d.queue.close() // What becomes of the checks now is our own doing.
	d.instance.runs.end(shutdownLimit)
}

// environmentHint says how to get at /environment.
const environmentHint = "ask on that machine by way of loopback or a Unix socket, authenticate (basic_auth_users or a client certificate in --web.config.file), or start with --environment.allow-remote"

// webHandler answers everything on the addresses of --web.listen-address.
func (d *daemon) webHandler(ctx context.Context) http.Handler {
	health := d.current(func(a *answers) http.Handler { return a.health })
	environment := httpapi.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpapi.Environment(d.instance.current.Load().dump, httpapi.EnvironmentOptions{}).ServeHTTP(w, r)
	}), httpapi.Access{AllowRemote: d.flags.environmentAllowRemote, Authenticated: authenticator(*d.flags.web.WebConfigFile), Hint: environmentHint})
	routes := map[string]http.Handler{
		"/":                   d.requests.Wrap("page", httpapi.Page(d.instance.collector, d.links())),
		"/healthcheck/":       d.requests.Wrap("healthcheck", health),
		"/environment/":       d.requests.Wrap("environment", environment),
		d.flags.telemetryPath: d.requests.Wrap("metrics", httpapi.Metrics(d.gatherer(), errorLog{d.logger})),
		"/-/healthy":          d.requests.Wrap("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":            d.requests.Wrap("ready", http.HandlerFunc(d.ready)),
	}
	d.addLifecycle(ctx, routes)
	if d.flags.enablePprof {
		routes["/debug/pprof/"] = d.requests.Wrap("pprof", http.HandlerFunc(profiles))
	}
	return httpapi.Routes(routes)
}

// healthHandler answers on the addresses of --health.listen-address.
func (d *daemon) healthHandler() http.Handler {
	health := d.current(func(a *answers) http.Handler { return a.public })
	return httpapi.Routes(map[string]http.Handler{
		"/healthcheck/": d.requests.Wrap("healthcheck", health),
		"/-/healthy":    d.requests.Wrap("healthy", http.HandlerFunc(d.healthy)),
		"/-/ready":      d.requests.Wrap("ready", http.HandlerFunc(d.ready)),
	})
}

// current serves with a handler of the configuration in use.
func (d *daemon) current(of func(*answers) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		of(d.instance.current.Load()).ServeHTTP(w, r)
	})
}

func (d *daemon) links() []httpapi.Link {
	links := []httpapi.Link{
		{Path: "/healthcheck", Text: "the report in JSON, for haproxy"},
		{Path: "/healthcheck?format=text", Text: "the report as text"},
		{Path: d.flags.telemetryPath, Text: "metrics, for Prometheus"},
		{Path: "/environment", Text: "what this host and process are"},
		{Path: "/-/healthy", Text: "whether the exporter itself is alive"},
		{Path: "/-/ready", Text: "whether every check has a first result"},
	}
	if d.flags.enablePprof {
		links = append(links, httpapi.Link{Path: "/debug/pprof/", Text: "profiles of the exporter"})
	}
	return links
}

// profiles serves net/http/pprof, whose paths begin with /debug/pprof/.
func profiles(w http.ResponseWriter, r *http.Request) {
	switch strings.TrimPrefix(r.URL.Path, "/debug/pprof/") {
	case "cmdline": // Its words may be secrets, and are in /environment.
		http.NotFound(w, r)
	case "profile":
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
}
