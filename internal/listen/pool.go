package listen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// connectionLimit returns how many connections all listeners share, when others
// of them have reserved places besides. All connections together never take so
// many descriptors that the checks find none.
func connectionLimit(wanted, descriptors, others int) int {
	if descriptors > 0 {
		wanted = min(wanted, descriptors/2-reserved*others)
	}
	return max(wanted, 1)
}

// A pool bounds the open connections of its listeners together. When it is full
// it closes the connection that has waited longest without a request being
// answered: a client that holds connections open shuts nobody out.
type pool struct {
	limit int
	start time.Time

	mu   sync.Mutex
	open map[*pooledConn]struct{}
}

func newPool(limit int) *pool {
	return &pool{limit: limit, start: time.Now(), open: map[*pooledConn]struct{}{}}
}

// A pooledConn is one connection of a pool. Its requests take no lock: they
// happen on all connections, and the pool looks at them only when it is full.
type pooledConn struct {
	net.Conn
	pool  *pool
	since atomic.Int64 // when it began to wait, or to be answered: nanoseconds after the start of the pool
	busy  atomic.Int64 // how many of its requests are being answered: HTTP/2 has several
}

func (p *pool) newConn(conn net.Conn) *pooledConn {
	c := &pooledConn{Conn: conn, pool: p}
	c.answering(0)
	return c
}

// Close gives the place back.
func (c *pooledConn) Close() error {
	c.pool.mu.Lock()
	delete(c.pool.open, c)
	c.pool.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite ends our side of the connection, where it has two.
func (c *pooledConn) CloseWrite() error {
	half, is := c.Conn.(interface{ CloseWrite() error })
	if !is {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// answering adds to how many requests of the connection are being answered.
func (c *pooledConn) answering(more int64) {
	c.busy.Add(more)
	c.since.Store(int64(time.Since(c.pool.start)))
}

// tryAdmit makes conn one of the pool's if there is room.
func (p *pool) tryAdmit(conn net.Conn) (*pooledConn, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) >= p.limit {
		return nil, false
	}
	c := p.newConn(conn)
	p.open[c] = struct{}{}
	return c, true
}

// admit makes conn one of the pool's, and closes another if there are too many.
func (p *pool) admit(conn net.Conn) *pooledConn {
	c := p.newConn(conn)
	p.mu.Lock()
	p.open[c] = struct{}{}
	var evicted *pooledConn
	if len(p.open) > p.limit {
		evicted = p.longest(c)
		delete(p.open, evicted)
	}
	p.mu.Unlock()
	if evicted != nil {
		evicted.Conn.Close()
	}
	return c
}

// longest returns the connection that has waited longest, or been answered
// longest if none waits; never the one just come, unless it is alone.
func (p *pool) longest(newest *pooledConn) *pooledConn {
	var chosen *pooledConn
	for c := range p.open {
		if c == newest {
			continue
		}
		if chosen == nil || c.goesBefore(chosen) {
			chosen = c
		}
	}
	if chosen == nil {
		return newest
	}
	return chosen
}

// goesBefore reports whether c is to be closed rather than o.
func (c *pooledConn) goesBefore(o *pooledConn) bool {
	if waits, others := c.busy.Load() == 0, o.busy.Load() == 0; waits != others {
		return waits
	}
	return c.since.Load() < o.since.Load()
}

// A pooledListener accepts connections into a pool that it shares with others
// or, as long as there is room, into one of its own.
type pooledListener struct {
	net.Listener
	own, shared *pool // own may be nil
}

// Accept implements [net.Listener].
func (l pooledListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.own != nil {
		if c, admitted := l.own.tryAdmit(conn); admitted {
			return c, nil
		}
	}
	return l.shared.admit(conn), nil
}

type connKey struct{}

// connContext makes the connection known to the handler of its requests.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	if unwrapper, is := conn.(interface{ NetConn() net.Conn }); is { // TLS
		conn = unwrapper.NetConn()
	}
	if c, is := conn.(*pooledConn); is {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// pooled marks the connection of each request as being answered.
func pooled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, is := r.Context().Value(connKey{}).(*pooledConn); is {
			c.answering(1)
			defer c.answering(-1)
		}
		next.ServeHTTP(w, r)
	})
}
