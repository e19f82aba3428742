package probe

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http/httptrace"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// newDialer returns what makes one connection. Keep-alive probes are of no use
// to a connection that lives for one exchange.
func newDialer() *net.Dialer {
	return &net.Dialer{KeepAlive: -1, Resolver: newResolver(net.DefaultResolver)}
}

// newResolver returns a resolver that asks as r does. But r's connections live
// until a deadline of their own; here they also end with the lookup's context,
// else a lookup that was given up would keep its socket for up to ten seconds.
func newResolver(r *net.Resolver) *net.Resolver {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		connect := r.Dial
		if connect == nil {
			connect = (&net.Dialer{Resolver: r}).DialContext
		}
		conn, err := connect(ctx, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { conn.SetDeadline(aLongTimeAgo) })
		}
		return conn, err
	}
	return &net.Resolver{PreferGo: r.PreferGo || runtime.GOOS == "linux", StrictErrors: r.StrictErrors, Dial: dial}
}

// aLongTimeAgo is a deadline that ends all reading and writing at once.
var aLongTimeAgo = time.Unix(1, 0)

// dial connects to address and observes how long the lookup of a host name and
// the connecting took. The connection ends with the run's context; release
// closes it and is always to be called, also if err is not nil.
func (a *attempt) dial(network, address string) (conn net.Conn, release func(), err error) {
	began := a.doing("connecting to")
	ctx, lookup := a.traceLookup(network, address)
	conn, err = newDialer().DialContext(ctx, network, address)
	resolving, resolved := lookup()
	if err != nil {
		if resolving {
			a.doing("resolving")
			a.peer, _, _ = net.SplitHostPort(address)
		}
		if network == "unix" && errors.Is(err, fs.ErrNotExist) {
			return nil, func() {}, checks.Fail(checks.ReasonRefused, a.fail(err)) // Nobody listens there.
		}
		return nil, func() {}, a.fail(err)
	}
	if resolved > 0 {
		checks.Observe(a.ctx, "dns_seconds", resolved.Seconds())
	}
	if network != "udp" {
		checks.Observe(a.ctx, "connect_seconds", (time.Since(began) - resolved).Seconds())
	}
	stop := context.AfterFunc(a.ctx, func() { conn.SetDeadline(aLongTimeAgo) })
	return conn, func() { stop(); conn.Close() }, nil
}

// traceLookup returns a context whose lookup of a host name is timed. The
// function says whether the lookup is not done or has failed, and how long it took.
func (a *attempt) traceLookup(network, address string) (context.Context, func() (bool, time.Duration)) {
	host, _, _ := net.SplitHostPort(address)
	if _, err := netip.ParseAddr(host); err == nil || network == "unix" {
		return a.ctx, func() (bool, time.Duration) { return false, 0 }
	}
	var mu sync.Mutex // The lookup may go on after the dialling has given up.
	resolving, began, took := true, time.Now(), time.Duration(0)
	trace := &httptrace.ClientTrace{DNSDone: func(info httptrace.DNSDoneInfo) {
		mu.Lock()
		defer mu.Unlock()
		resolving, took = info.Err != nil, time.Since(began)
	}}
	return httptrace.WithClientTrace(a.ctx, trace), func() (bool, time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		return resolving, took
	}
}

// secure makes a TLS connection of conn and observes tls_seconds. It is closed
// with conn.
func (a *attempt) secure(conn net.Conn, t *checks.TLS, host string) (net.Conn, error) {
	began := a.doing("tls handshake with")
	client, err := t.Client(a.ctx, conn, host)
	if a.ended() == nil && checks.ReasonOf(err) == checks.ReasonInternal {
		return nil, err // A file of ours, before the handshake.
	}
	if err != nil {
		return nil, a.fail(err)
	}
	a.observe("tls_seconds", began)
	return client, nil
}
