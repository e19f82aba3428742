//go:build unix

package command

import (
	"os"
	"strings"
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
		c.head.Write(buf[:min(n, maxOutput-c.head.Len())])
		if err != nil {
			return
		}
	}
}

// finish closes the pipe and returns what was kept. It first waits until every
// process has closed its end, but not beyond last (zero: not at all).
func (c *capture) finish(last time.Time) string {
	if last.IsZero() {
		last = time.Unix(1, 0)
	}
	_ = c.pipe.SetReadDeadline(last)
	<-c.done
	_ = c.pipe.Close()
	return c.head.String()
}
