package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c *tcpCheck) run(ctx context.Context) (string, error) {
	r := wire.Start(ctx, c.address)
	defer r.Close()
	conn, err := r.Dial(c.network, c.address)
	if err != nil {
		return "", err
	}
	if c.settings.TLS != nil {
		if conn, err = r.Secure(conn, c.settings.TLS, c.host, nil); err != nil {
			return "", err
		}
	}
	if len(c.steps) == 0 {
		return "connected to " + c.address, r.Warning()
	}
	if err := c.converse(r, conn); err != nil {
		return "", err
	}
	return c.address + " answers as expected", r.Warning()
}

func (c *tcpCheck) converse(r *wire.Run, conn net.Conn) error {
	began := time.Now()
	talk := &conversation{Run: r, conn: conn}
	for _, step := range c.steps {
		if err := talk.send(step.send); err != nil {
			return err
		}
		if err := talk.expect(step.expect); err != nil {
			return err
		}
	}
	r.Observe("answer_seconds", began)
	return nil
}

// A conversation is what was said so far.
type conversation struct {
	*wire.Run
	conn     net.Conn
	sent     []string // what of it could be secret
	received []byte   // and not yet matched
	total    int      // bytes received
}

func (t *conversation) send(text string) error {
	if text == "" {
		return nil
	}
	t.Phase("sending to")
	t.received = nil
	t.sent = append(t.sent, arguments(text)...)
	if _, err := io.WriteString(t.conn, text); err != nil {
		return t.Fail(err)
	}
	return nil
}

// expect reads until what has arrived since the last match, or since the last
// sending, matches re.
func (t *conversation) expect(re *regexp.Regexp) error {
	if re == nil {
		return nil
	}
	t.Phase("waiting for a reply from")
	for {
		if found := re.FindIndex(t.received); found != nil {
			t.received = t.received[found[1]:]
			return nil
		}
		if t.total >= maxAnswer {
			return t.Reject(checks.ReasonAssertion, "%s within 64KiB, got %s", noMatch(re), t.got())
		}
		t.received = slices.Grow(t.received, 1<<10)
		free := t.received[len(t.received):cap(t.received)]
		n, err := t.conn.Read(free[:min(len(free), maxAnswer-t.total)])
		t.received = t.received[:len(t.received)+n]
		t.total += n
		if err != nil && n == 0 {
			return t.unanswered(re, err)
		}
		if n < 1<<10 && len(t.received) > 4<<10 {
			t.gather()
		}
	}
}

// gather lets small packets of a large answer come together. Each attempt to
// match looks at all of it, and a peer that sends byte by byte must not be able
// to keep us busy.
func (t *conversation) gather() {
	select {
	case <-t.Context().Done():
	case <-time.After(2 * time.Millisecond):
	}
}

// unanswered says why there will be no match: a peer that has closed, one that
// said something else, or one that said nothing complete.
func (t *conversation) unanswered(re *regexp.Regexp, err error) error {
	switch {
	case errors.Is(err, io.EOF) && t.total == 0:
		return t.Fail(err)
	case errors.Is(err, io.EOF):
		return t.Reject(checks.ReasonAssertion, "%s before it closed the connection, got %s", noMatch(re), t.got())
	case t.Ended() != nil && wire.Interrupted(err) && bytes.IndexByte(t.received, '\n') >= 0:
		return t.Reject(checks.ReasonAssertion, "%s within %s, got %s", noMatch(re), t.Limit(), t.got())
	}
	return t.Fail(err)
}

func (t *conversation) got() string { return excerpt(t.received, t.sent...) }

func noMatch(re *regexp.Regexp) string {
	expr := re.String()
	return fmt.Sprintf("no match of %q", expr[len("(?m:"):len(expr)-len(")")])
}
