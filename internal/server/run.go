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

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/state"
)

// ShutdownLimit bounds how long requests, and then runs, under way may take at
// the end.
const ShutdownLimit = time.Second

// Run serves until a signal or the end of ctx stops it, or a listener fails.
// Signals are caught until Run returns, so that a signal never changes the exit
// status.
func Run(ctx context.Context, o Options) error {
	reload, end := make(chan os.Signal, 1), make(chan os.Signal, 2)
	signal.Notify(reload, syscall.SIGHUP)
	signal.Notify(end, syscall.SIGTERM, os.Interrupt)

	level.Info(o.Logging.Logger).Log("msg", "starting healthcheck_exporter", "version", version.Info())
	store := o.openState()
	o.Instance.Trusted = o.trusted()
	happened := new(events)
	happened.started(version.Version)
	o.Instance.OnReload = happened.reloaded
	i, err := instance.New(o.Instance)
	if err != nil {
		store.Close()
		return err
	}
	sockets, err := openSockets(o.Listen, i)
	if err != nil {
		store.Close()
		return err
	}
	d := &daemon{Options: o, instance: i, state: store, sockets: sockets, requests: httpapi.NewRequests(), events: happened, failed: make(chan error, 1)}
	d.warnOfProxies()
	return d.live(ctx, reload, end)
}

// A daemon is the instance with everything that listens.
type daemon struct {
	Options
	instance *instance.Instance
	state    *state.Store // nil: no state directory
	sockets  *listen.Sockets
	requests *httpapi.Requests
	pollers  httpapi.Pollers
	events   *events
	stopping atomic.Bool // the process is about to end

	servers []*http.Server
	serving sync.WaitGroup // goroutines that serve clients
	working sync.WaitGroup // all other goroutines
	failed  chan error     // a listener has died
}

// live runs the checks and serves until a signal or a failure ends it. Serving
// stops first; the checks stop when no client can see them any more.
func (d *daemon) live(ctx context.Context, reload, end <-chan os.Signal) error {
	checking, stopChecking := context.WithCancel(ctx)
	defer stopChecking()
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	stopKeeping := d.keepState()
	d.check(checking)
	d.listen(serving)
	d.working.Go(func() { d.reloadBy(serving, reload) })
	if d.Watch {
		d.working.Go(func() { d.instance.Watch(serving) })
	}
	d.working.Go(func() { d.tellSystemd(checking) })
	err := d.wait(ctx, end)
	stopServing()
	d.stopServing()
	stopKeeping()
	level.Info(d.Logging.Logger).Log("msg", "stopped")
	d.Queue.Close() // The exporter cancels the checks now; that is not a failure.
	stopChecking()
	d.instance.End(ShutdownLimit)
	await(&d.working, time.After(ShutdownLimit))
	return err
}

// check begins to check.
func (d *daemon) check(ctx context.Context) {
	c := d.instance.Collector()
	d.working.Go(func() { _ = c.Run(ctx) }) // It fails only if it is called twice.
}

// listen begins to serve.
func (d *daemon) listen(ctx context.Context) {
	handler := d.webHandler(ctx)
	for _, l := range d.sockets.Web {
		d.serveWeb(l, handler)
	}
	for _, l := range d.sockets.Health {
		server := d.newServer(d.healthHandler())
		level.Info(d.Logging.Logger).Log("msg", "listening for health checks", "address", l.Addr())
		d.serve(server, func() error { return server.Serve(l) })
	}
	for _, l := range d.sockets.Agent {
		d.serveAgent(ctx, l)
	}
	for _, l := range d.sockets.Admin {
		d.serveAdmin(ctx, l)
	}
}

func (d *daemon) serveWeb(l net.Listener, handler http.Handler) {
	server := d.newServer(handler)
	flags := &web.FlagConfig{WebConfigFile: &d.WebConfigFile}
	d.serve(server, func() error {
		if d.WebConfigFile != "" { // Without it exporter-toolkit sends no responses of its own.
			l = newSecuringListener(l, server)
		}
		return web.Serve(l, server, flags, d.Logging.Structured)
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

// reloadBy reloads for each signal. Signals that arrive during a reload cause one
// further reload.
func (d *daemon) reloadBy(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-signals:
			_ = d.instance.Reload(ctx) // Reload logs its error.
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
	d.stopping.Store(true)
	d.working.Go(d.tellStopping)
	if d.ShutdownDelay == 0 {
		return
	}
	d.instance.Collector().Drain(errStopping)
	timer := time.NewTimer(d.ShutdownDelay)
	defer timer.Stop()
	select {
	case <-end:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stopServing waits for the answers under way, no longer than the limit, and
// closes every connection. No client sees what happens after stopServing returns.
func (d *daemon) stopServing() {
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
	await(&d.serving, ctx.Done())
	d.sockets.Close()
}

// await waits for a group until over is closed or receives.
func await[T any](group *sync.WaitGroup, over <-chan T) {
	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-over:
	}
}
