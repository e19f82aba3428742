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
)

func (c *tcpCheck) run(ctx context.Context) (string, error) {
	a := newAttempt(ctx, c.address)
	conn, release, err := a.dial(c.network, c.address)
	defer release()
	if err != nil {
		return "", err
	}
	if c.settings.TLS != nil {
		if conn, err = a.secure(conn, c.settings.TLS, c.host); err != nil {
			return "", err
		}
	}
	if len(c.steps) == 0 {
		return "connected to " + c.address, nil
	}
	if err := c.converse(a, conn); err != nil {
		return "", err
	}
	return c.address + " answers as expected", nil
}

func (c *tcpCheck) converse(a *attempt, conn net.Conn) error {
	began := time.Now()
	talk := &conversation{attempt: a, conn: conn}
	for _, step := range c.steps {
		if err := talk.send(step.send); err != nil {
			return err
		}
		if err := talk.expect(step.expect); err != nil {
			return err
		}
	}
	a.observe("answer_seconds", began)
	return nil
}

// A conversation is what was said so far.
type conversation struct {
	*attempt
	conn     net.Conn
	sent     []string // what of it could be secret
	received []byte   // and not yet matched
	total    int      // bytes received
}

func (t *conversation) send(text string) error {
	if text == "" {
		return nil
	}
	t.doing("sending to")
	t.received = nil
	t.sent = append(t.sent, arguments(text)...)
	if _, err := io.WriteString(t.conn, text); err != nil {
		return t.fail(err)
	}
	return nil
}

// expect reads until what has arrived since the last match, or since the last
// sending, matches re.
func (t *conversation) expect(re *regexp.Regexp) error {
	if re == nil {
		return nil
	}
	t.doing("waiting for an answer from")
	for {
		if found := re.FindIndex(t.received); found != nil {
			t.received = t.received[found[1]:]
			return nil
		}
		if t.total >= maxAnswer {
			return t.reject(checks.ReasonAssertion, "%s within 64KiB, got %s", noMatch(re), t.got())
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
	case <-t.ctx.Done():
	case <-time.After(2 * time.Millisecond):
	}
}

// unanswered says why there will be no match: a peer that has closed, one that
// said something else, or one that said nothing complete.
func (t *conversation) unanswered(re *regexp.Regexp, err error) error {
	switch {
	case errors.Is(err, io.EOF) && t.total == 0:
		return checks.Fail(checks.ReasonProtocol, &fault{t.phase + " " + t.peer + ": connection closed without one", err})
	case errors.Is(err, io.EOF):
		return t.reject(checks.ReasonAssertion, "%s before it closed the connection, got %s", noMatch(re), t.got())
	case t.ended() != nil && interrupted(err) && bytes.IndexByte(t.received, '\n') >= 0:
		return t.reject(checks.ReasonAssertion, "%s within %s, got %s", noMatch(re), t.limit(), t.got())
	}
	return t.fail(err)
}

func (t *conversation) got() string { return excerpt(t.received, t.sent...) }

func noMatch(re *regexp.Regexp) string {
	expr := re.String()
	return fmt.Sprintf("no match of %q", expr[len("(?m:"):len(expr)-len(")")])
}
