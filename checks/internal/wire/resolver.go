package wire

import (
	"context"
	"net"
	"runtime"
	"time"
)

// newResolver returns a resolver for one lookup with ctx, which asks the servers
// of r. It differs from r in two ways. Its connections end with the lookup, while
// r's live until a deadline of their own, so that a lookup that was given up
// would keep its socket for up to ten seconds. And a server that has not replied
// in the first half of the time is given up, so that the next one of
// /etc/resolv.conf is asked within a check's timeout rather than after five
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
