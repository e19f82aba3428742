package wire

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// Dial connects to address and observes how long the lookup of a host name and
// the connecting took (dns_seconds, connect_seconds). The network is tcp, udp or
// unix. An error is a failure of the phase "connecting to" or "resolving".
func (r *Run) Dial(network, address string) (net.Conn, error) {
	return r.DialContext(r.ctx, network, address)
}

// DialContext is Dial with the caller's own context, for client libraries and
// http.Transport.
func (r *Run) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	began := time.Now()
	traced, l := r.lookup(ctx, network, address)
	// Keep-alive probes are of no use to a connection that lives for one exchange.
	dialer := &net.Dialer{KeepAlive: -1, Resolver: newResolver(ctx, net.DefaultResolver)}
	raw, err := dialer.DialContext(traced, network, address)
	resolved := l.end(err)
	if l == nil {
		r.tried(address, err)
	}
	if err != nil {
		return nil, r.note(0, r.unconnected(network, err))
	}
	if resolved > 0 {
		checks.Observe(r.ctx, "dns_seconds", resolved.Seconds())
	}
	if network != "udp" {
		checks.Observe(r.ctx, "connect_seconds", (time.Since(began) - resolved).Seconds())
	}
	return r.add(ctx, raw)
}

// unconnected is Fail with additional reasons for unix sockets: a missing file
// means that nothing listens, and the file's permissions may forbid connecting.
func (r *Run) unconnected(network string, err error) error {
	failure := r.Fail(err)
	switch {
	case network == "unix" && errors.Is(err, fs.ErrNotExist):
		return checks.Fail(checks.ReasonRefused, failure)
	case network == "unix" && errors.Is(err, fs.ErrPermission):
		return checks.Fail(checks.ReasonAuth, failure)
	}
	return failure
}
