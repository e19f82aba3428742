package server

import (
	"net"
	"net/http"
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
