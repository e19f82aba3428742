package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
)

// ShutdownLimit bounds how long requests, and then runs, under way may take at
// the end.
const ShutdownLimit = time.Second

// Run serves until a signal or the end of ctx stops it, or a listener fails.
// Signals are caught from its first line to its last, so that none changes the
// exit status.
func Run(ctx context.Context, o Options) error {
	reload, end := make(chan os.Signal, 1), make(chan os.Signal, 2)
	signal.Notify(reload, syscall.SIGHUP)
	signal.Notify(end, syscall.SIGTERM, os.Interrupt)

	level.Info(o.Logging.Logger).Log("msg", "starting healthcheck_exporter", "version", version.Info())
	i, err := instance.New(o.Instance)
	if err != nil {
		return err
	}
	sockets, err := listen.Open(o.Listen)
	if err != nil {
		return err
	}
	d := &daemon{Options: o, instance: i, requests: httpapi.NewRequests(), failed: make(chan error, 1)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d.start(ctx, sockets)
	d.serving.Go(func() { d.reloadBy(ctx, reload) })
	err = d.wait(ctx, end)
	stop()
	d.stop()
	return err
}

// A daemon is the instance with everything that listens.
type daemon struct {
	Options
	instance *instance.Instance
	requests *httpapi.Requests

	servers     []*http.Server
	serving     sync.WaitGroup
	terminating atomic.Bool
	failed      chan error // a listener has died
}

// start begins to check and to serve.
func (d *daemon) start(ctx context.Context, sockets *listen.Sockets) {
	d.serving.Go(func() {
		if err := d.instance.Collector().Run(ctx); err != nil {
			d.fail(err)
		}
	})
	handler := d.webHandler(ctx)
	for _, l := range sockets.Web {
		d.serveWeb(l, handler)
	}
	for _, l := range sockets.Health {
		server := d.newServer(d.healthHandler())
		level.Info(d.Logging.Logger).Log("msg", "listening for health checks", "address", l.Addr())
		d.serve(server, func() error { return server.Serve(l) })
	}
	if sockets.Agent != nil {
		d.serveAgent(ctx, sockets.Agent)
	}
}

func (d *daemon) serveWeb(l net.Listener, handler http.Handler) {
	server := d.newServer(handler)
	flags := &web.FlagConfig{WebConfigFile: &d.WebConfigFile}
	d.serve(server, func() error {
		if d.WebConfigFile != "" { // Without it exporter-toolkit answers nothing itself.
			l = newSecuringListener(l, server)
		}
		return web.Serve(l, server, flags, d.Logging.Structured)
	})
}

func (d *daemon) serveAgent(ctx context.Context, l net.Listener) {
	agent := agentcheck.Server{Reporter: d.instance.Collector(), DegradedWeight: d.AgentWeight, Logger: d.Logging.Structured}
	level.Info(d.Logging.Logger).Log("msg", "listening for agent checks", "address", l.Addr())
	d.serving.Go(func() {
		if err := agent.Serve(ctx, l); err != nil {
			d.fail(err)
		}
	})
}

func (d *daemon) newServer(handler http.Handler) *http.Server {
	return listen.NewServer(handler, d.errorLog())
}

func (d *daemon) errorLog() logging.ErrorLog { return logging.ErrorLog{Logger: d.Logging.Logger} }

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

// reloadBy reloads for each signal. Signals that come during a reload are one.
func (d *daemon) reloadBy(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-signals:
			_ = d.instance.Reload(ctx) // It is logged.
		case <-ctx.Done():
			return
		}
	}
}

// wait returns when a signal, or the death of a listener, ends the daemon.
func (d *daemon) wait(ctx context.Context, end <-chan os.Signal) error {
	select {
	case s := <-end:
		level.Info(d.Logging.Logger).Log("msg", "stopping", "signal", s, "delay", d.ShutdownDelay)
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
	if d.ShutdownDelay == 0 {
		return
	}
	d.instance.Collector().Drain(errors.New("shutting down"))
	timer := time.NewTimer(d.ShutdownDelay)
	defer timer.Stop()
	select {
	case <-end:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stop ends the servers, and what the checks have started.
func (d *daemon) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), ShutdownLimit)
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
	level.Info(d.Logging.Logger).Log("msg", "stopped")
	d.Queue.Close() // The exporter ends the checks now; that is no failure.
	d.instance.End(ShutdownLimit)
}
