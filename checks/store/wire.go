package store

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// maxRead is how much one run reads from its server, in bytes. No answer to a
// health check is larger, and a server gone mad must not fill our memory.
const maxRead = 64 << 10

var errTooLong = errors.New("answer is longer than 64 KiB")

// A wire makes the connections of one run and ends them with it. The drivers
// move deadlines as they like and some take them away; here they cannot, since
// the only deadline is that of the run's context.
type wire struct {
	stop func() bool

	mu     sync.Mutex
	conns  []net.Conn
	closed bool
	left   int // bytes that may still be read
	fault  error
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
	if err = w.add(ctx, conn); err != nil {
		conn.Close()
		return nil, err
	}
	checks.Observe(ctx, "connect_seconds", time.Since(start).Seconds())
	return &wireConn{Conn: conn, wire: w}, nil
}

// handshake makes a TLS connection of conn.
func (w *wire) handshake(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, w.handshakeFault(ctx, err)
	}
	checks.ObserveCertificates(ctx, client.ConnectionState())
	return client, nil
}

// add takes over conn. Once the wire is closed there is no new one; between
// the end of the run and that, a driver may send a cancellation.
func (w *wire) add(ctx context.Context, conn net.Conn) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return net.ErrClosed
	}
	w.conns = append(w.conns, conn)
	deadline, _ := ctx.Deadline() // Zero is none.
	return conn.SetDeadline(deadline)
}

// interrupt makes every pending read and write fail now.
func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
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
	if err != nil && w.fault == nil && !w.closed {
		w.fault = err
	}
	return err
}

// allowed returns how many bytes may still be read.
func (w *wire) allowed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left
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
	left := c.wire.allowed()
	if left <= 0 {
		return 0, c.wire.note(0, errTooLong)
	}
	n, err := c.Conn.Read(p[:min(left, len(p))])
	return n, c.wire.note(n, err)
}

func (c *wireConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.wire.note(0, err)
}

func (c *wireConn) SetDeadline(time.Time) error      { return nil }
func (c *wireConn) SetReadDeadline(time.Time) error  { return nil }
func (c *wireConn) SetWriteDeadline(time.Time) error { return nil }
