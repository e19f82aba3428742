package store

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// maxRead is how much one run reads from its server, in bytes. No answer to a
// health check is larger, and a server gone mad must not fill our memory.
const maxRead = 1 << 20

var errTooLong = errors.New("answer longer than 1 MiB")

// A wire makes the connections of one run and ends them with it. The drivers
// move deadlines as they like and some take them away; here they cannot, since
// the only deadline is that of the run's context.
type wire struct {
	stop func() bool

	mu          sync.Mutex
	conns       []net.Conn
	interrupted bool
	closed      bool
	left        int
	fault       error
}

// newWire returns a wire whose connections stop reading and writing when ctx
// ends. It must be closed.
func newWire(ctx context.Context) *wire {
	w := &wire{left: maxRead}
	w.stop = context.AfterFunc(ctx, w.interrupt)
	return w
}

// dial opens a connection and observes connect_seconds for the first one.
func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	start := time.Now()
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, dialError(network, err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			conn.Close()
			return nil, err
		}
	}
	if err := w.add(conn); err != nil {
		conn.Close()
		return nil, err
	}
	checks.Observe(ctx, "connect_seconds", time.Since(start).Seconds())
	return &wireConn{Conn: conn, wire: w}, nil
}

// add takes over conn. Once the run is over nothing new is opened, but for the
// moment between its end and close, in which a driver may send a cancellation.
func (w *wire) add(conn net.Conn) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return net.ErrClosed
	}
	w.conns = append(w.conns, conn)
	return nil
}

// interrupt makes every pending read and write fail now.
func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupted = true
	for _, conn := range w.conns {
		_ = conn.SetDeadline(time.Unix(1, 0))
	}
}

// close closes all connections and refuses new ones.
func (w *wire) close() {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, conn := range w.conns {
		_ = conn.Close()
	}
}

// note counts what was read and remembers the first fault of a connection:
// drivers tend to replace it with a word of their own.
func (w *wire) note(read int, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left -= read
	if err == nil && w.left < 0 {
		err = errTooLong
	}
	if err != nil && w.fault == nil && !w.closed {
		w.fault = err
	}
	return err
}

// firstFault returns the first error of reading or writing, nil if there was none.
func (w *wire) firstFault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// wireConn is a connection of a wire. Its deadlines belong to the wire.
type wireConn struct {
	net.Conn
	wire *wire
}

func (c *wireConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.wire.note(n, err)
}

func (c *wireConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.wire.note(0, err)
}

func (c *wireConn) SetDeadline(time.Time) error      { return nil }
func (c *wireConn) SetReadDeadline(time.Time) error  { return nil }
func (c *wireConn) SetWriteDeadline(time.Time) error { return nil }

var _ io.ReadWriteCloser = (*wireConn)(nil)
