package wire

import (
	"net"
	"sync"
	"time"
)

// aLongTimeAgo is a deadline that ends all reading and writing at once.
var aLongTimeAgo = time.Unix(1, 0)

// A connection belongs to a Run. It counts the bytes read and reports its errors
// to the run. Once the run's context has ended, its deadline can no longer be
// changed.
type connection struct {
	net.Conn
	run *Run

	mu          sync.Mutex
	interrupted bool
}

func (c *connection) Read(p []byte) (int, error) {
	n, err := c.run.allowed(len(p))
	if err != nil {
		return 0, c.run.note(0, err)
	}
	n, err = c.Conn.Read(p[:n])
	return n, c.run.note(n, err)
}

func (c *connection) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.run.note(0, err)
}

func (c *connection) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = true
	_ = c.Conn.SetDeadline(aLongTimeAgo) // A closed connection has nothing to interrupt.
}

// unless calls set with t unless the connection has been interrupted.
func (c *connection) unless(set func(time.Time) error, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted {
		return nil
	}
	return set(t)
}

func (c *connection) SetDeadline(t time.Time) error      { return c.unless(c.Conn.SetDeadline, t) }
func (c *connection) SetReadDeadline(t time.Time) error  { return c.unless(c.Conn.SetReadDeadline, t) }
func (c *connection) SetWriteDeadline(t time.Time) error { return c.unless(c.Conn.SetWriteDeadline, t) }
