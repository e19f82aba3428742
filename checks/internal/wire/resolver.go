package wire

import (
	"context"
	"net"
	"runtime"
	"time"
)

// newResolver returns a resolver for one lookup with ctx, which asks the servers
// of r. It differs from r in two ways. First, its connections end with the
// lookup. The connections of r would stay open until their own deadline, for up
// to ten seconds after an abandoned lookup. Second, it stops waiting for a server
// that has not replied in the first half of the time. So it asks the next server
// of /etc/resolv.conf within the timeout of a check rather than after five
// seconds.
func newResolver(ctx context.Context, r *net.Resolver) *net.Resolver {
	var turn time.Time
	if deadline, ok := ctx.Deadline(); ok {
		turn = time.Now().Add(time.Until(deadline) / 2)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		connect := r.Dial
		if connect == nil {
			connect = (&net.Dialer{Resolver: r}).DialContext
		}
		conn, err := connect(ctx, network, address)
		if err != nil {
			return nil, err
		}
		expire := func() { conn.SetDeadline(aLongTimeAgo) }
		if wait := time.Until(turn); wait > 0 {
			timer := time.AfterFunc(wait, expire)
			context.AfterFunc(ctx, func() { timer.Stop() })
		}
		context.AfterFunc(ctx, expire)
		return conn, nil
	}
	return &net.Resolver{PreferGo: r.PreferGo || runtime.GOOS == "linux", StrictErrors: r.StrictErrors, Dial: dial}
}
