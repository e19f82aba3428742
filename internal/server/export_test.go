package server

import (
	"context"
	"net"
	"net/http"
	"time"
)

// A Drainer is a drainer.
type Drainer struct{ drainer }

// NewDrainer returns a drainer that tells set.
func NewDrainer(set func(error)) *Drainer { return &Drainer{drainer{set: set}} }

// Drain drains for an operator.
func (d *Drainer) Drain(reason error) { d.drain(reason) }

// Undrain undoes Drain.
func (d *Drainer) Undrain() error { return d.undrain() }

// Stop begins the end.
func (d *Drainer) Stop(visible bool) { d.stop(visible) }

// A Pulse is a pulse.
type Pulse struct{ pulse }

// Look notes what the scheduler does at a time and returns whether it counts as
// stalled.
func (p *Pulse) Look(now time.Time, still bool) bool {
	if p.last.IsZero() {
		p.last = now
	}
	p.look(now, still)
	return p.stalled.Load()
}

// Watch looks until ctx ends.
func (p *Pulse) Watch(ctx context.Context, still func(time.Duration) bool) { p.watch(ctx, still) }

// Stalled reports whether the scheduler counts as stalled.
func (p *Pulse) Stalled() bool { return p.stalled.Load() }

// Authenticator is authenticator.
func Authenticator(webConfig string) func(*http.Request) bool { return authenticator(webConfig) }

// GuardLifecycle returns next behind the guard of lifecycle requests.
func GuardLifecycle(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardLifecycle(next)
}

// GuardEnvironment returns next behind the guard of /environment.
func GuardEnvironment(o Options, next http.Handler) http.Handler {
	return (&daemon{Options: o}).guardEnvironment(next)
}

// Reachable reports whether other machines may reach an address.
func Reachable(address net.Addr) bool { return reachable(address) }
