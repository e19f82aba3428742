//go:build unix

package command

import (
	"os"
	"strings"
	"syscall"
	"time"
)

// maxOutput is how much of each of a program's outputs is kept, in bytes.
const maxOutput = 64 << 10

// A capture reads a pipe to its end, so that the program never waits for us,
// and keeps the beginning.
type capture struct {
	pipe *os.File
	head strings.Builder
	done chan struct{}
}

// newCapture returns a capture and the program's end of its pipe. The caller
// closes that end.
func newCapture() (c *capture, writeEnd *os.File, err error) {
	pipe, writeEnd, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	c = &capture{pipe: pipe, done: make(chan struct{})}
	go c.read()
	return c, writeEnd, nil
}

func (c *capture) read() {
	defer close(c.done)
	buf := make([]byte, 32<<10)
	for {
		n, err := c.pipe.Read(buf)
		c.keep(buf[:n])
		if err != nil {
			return
		}
	}
}

func (c *capture) keep(read []byte) { c.head.Write(read[:min(len(read), maxOutput-c.head.Len())]) }

// finish closes the pipe and returns what was kept. It first waits until every
// process has closed its end, but not beyond last (zero: not at all).
func (c *capture) finish(last time.Time) string {
	if last.IsZero() {
		last = time.Unix(1, 0)
	}
	_ = c.pipe.SetReadDeadline(last)
	<-c.done
	c.drain()
	_ = c.pipe.Close()
	return c.head.String()
}

// drain keeps what is in the pipe now, without waiting for more. On a busy machine
// the reading goroutine may get no processor until the deadline is over, and then
// Read returns an error although the pipe has data.
func (c *capture) drain() {
	_ = c.pipe.SetReadDeadline(time.Time{})
	raw, err := c.pipe.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 32<<10)
	for n := 1; n > 0 && c.head.Len() < maxOutput; {
		if raw.Read(func(fd uintptr) bool {
			n, err = syscall.Read(int(fd), buf)
			return true
		}) != nil || err != nil {
			return
		}
		c.keep(buf[:n])
	}
}
