package listen

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// connectionLimit returns the number of connections that all listeners share. The
// number of listeners with reserved places is others. All connections together
// leave enough file descriptors for the checks.
func connectionLimit(wanted, descriptors, others int) int {
	if descriptors > 0 {
		wanted = min(wanted, descriptors/2-reserved*others)
	}
	return max(wanted, 1)
}

// A pool bounds the open connections of its listeners together. A full pool
// closes the connection that has waited longest without a request: a client that
// holds connections open locks out no other client.
type pool struct {
	limit int
	start time.Time

	mu     sync.Mutex
	open   map[*pooledConn]struct{}
	closed bool // new connections are closed at once
}

func newPool(limit int) *pool {
	return &pool{limit: limit, start: time.Now(), open: map[*pooledConn]struct{}{}}
}

// A pooledConn is one connection of a pool. A change of its state takes no lock;
// the pool looks at the states only when it is full.
type pooledConn struct {
	net.Conn
	pool  *pool
	since atomic.Int64 // when busy changed: nanoseconds after the start of the pool
	busy  atomic.Bool  // a request has been read and its answer not yet sent
}

func (p *pool) newConn(conn net.Conn) *pooledConn {
	c := &pooledConn{Conn: conn, pool: p}
	c.setBusy(false)
	return c
}

// setBusy notes that the connection has a request, or waits for one.
func (c *pooledConn) setBusy(busy bool) {
	c.busy.Store(busy)
	c.since.Store(int64(time.Since(c.pool.start)))
}

// Close gives the place back.
func (c *pooledConn) Close() error {
	c.pool.mu.Lock()
	delete(c.pool.open, c)
	c.pool.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite closes the write side of the connection, if the connection supports
// that.
func (c *pooledConn) CloseWrite() error {
	half, is := c.Conn.(interface{ CloseWrite() error })
	if !is {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// track is the ConnState of a server. A connection is busy from the end of a
// request's header until the response is flushed; an HTTP/2 connection is busy
// while any of its streams is open.
func track(conn net.Conn, state http.ConnState) {
	if unwrapper, is := conn.(interface{ NetConn() net.Conn }); is { // TLS
		conn = unwrapper.NetConn()
	}
	c, is := conn.(*pooledConn)
	if !is {
		return
	}
	switch state {
	case http.StateActive:
		c.setBusy(true)
	case http.StateIdle:
		c.setBusy(false)
	}
}

// tryAdmit adds conn to the pool if there is room.
func (p *pool) tryAdmit(conn net.Conn) (*pooledConn, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.open) >= p.limit {
		return nil, false
	}
	c := p.newConn(conn)
	p.open[c] = struct{}{}
	return c, true
}

// admit adds conn to the pool, and closes another connection if there are too
// many.
func (p *pool) admit(conn net.Conn) *pooledConn {
	c := p.newConn(conn)
	p.mu.Lock()
	p.open[c] = struct{}{}
	var evicted *pooledConn
	switch {
	case p.closed:
		evicted = c
	case len(p.open) > p.limit:
		evicted = p.longest(c)
	}
	delete(p.open, evicted)
	p.mu.Unlock()
	if evicted != nil {
		evicted.Conn.Close()
	}
	return c
}

// closeAll closes every open connection and makes the pool close new ones at
// once.
func (p *pool) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.open {
		c.Conn.Close()
	}
	clear(p.open)
}

// longest returns the connection that has waited longest, or that has been busy
// longest if none waits. It returns newest only if there is no other connection.
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

// goesBefore reports whether c is to be closed before o.
func (c *pooledConn) goesBefore(o *pooledConn) bool {
	if waits, others := !c.busy.Load(), !o.busy.Load(); waits != others {
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
