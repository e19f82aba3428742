package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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
	if c.tls != nil {
		if conn, err = r.Secure(conn, c.tls, c.host, nil); err != nil {
			return "", err
		}
	}
	if len(c.steps) == 0 {
		return "connected to " + c.address, r.Warning()
	}
	if err := c.converse(r, conn); err != nil {
		return "", err
	}
	return c.address + " replies as expected", r.Warning()
}

func (c *tcpCheck) converse(r *wire.Run, conn net.Conn) error {
	began := time.Now()
	talk := &conversation{Run: r, conn: conn}
	for _, step := range c.steps {
		if err := talk.send(step.send); err != nil {
			return err
		}
		if err := talk.expect(step.expect, step.reject); err != nil {
			return err
		}
		if step.startTLS {
			if err := talk.startTLS(c.startTLS, c.host); err != nil {
				return err
			}
		}
	}
	r.Observe("answer_seconds", began)
	return nil
}

// A conversation is the state of the exchange with a peer.
type conversation struct {
	*wire.Run
	conn     net.Conn
	sent     []string // sent words that could be secret
	received []byte   // and not yet matched
	midLine  bool     // the last match ended before the end of its line
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

// startTLS makes the connection a TLS connection. It fails if data has arrived
// before the handshake, apart from white space: that data was not protected and
// must not count as a reply later.
func (t *conversation) startTLS(settings *checks.TLS, host string) error {
	t.endLine()
	if rest := len(bytes.TrimSpace(t.received)); rest > 0 {
		return t.Reject(checks.ReasonProtocol, "%d bytes in plain text before the tls handshake", rest)
	}
	conn, err := t.Secure(t.conn, settings, host, nil)
	if err != nil {
		return err
	}
	t.conn, t.received = conn, nil
	return nil
}

// endLine drops the rest of the line in which the last match ended, if some of it
// has arrived: "^220 " matches the beginning of "220 ready for TLS".
func (t *conversation) endLine() {
	for t.midLine && len(t.received) > 0 {
		if end := bytes.IndexByte(t.received, '\n'); end >= 0 {
			t.received = t.received[end+1:]
			return
		}
		if n, err := t.read(); err != nil && n == 0 || t.total >= maxAnswer {
			return
		}
	}
}

// expect reads until the data that has arrived since the last match or the last
// send matches want. It fails at once if that data matches reject.
func (t *conversation) expect(want, reject *pattern) error {
	if want == nil {
		return nil
	}
	t.Phase("waiting for a reply from")
	for {
		if reject != nil && reject.find(t.received) >= 0 {
			return t.Reject(checks.ReasonAssertion, "match of %q, which is rejected, got %s", reject.expr, t.got())
		}
		if end := want.find(t.received); end >= 0 {
			t.midLine = end > 0 && t.received[end-1] != '\n'
			t.received = t.received[end:]
			return nil
		}
		if t.total >= maxAnswer {
			return t.Reject(checks.ReasonAssertion, "%s within 64KiB, got %s", noMatch(want), t.got())
		}
		n, err := t.read()
		if err != nil && n == 0 {
			return t.unanswered(want, err)
		}
		if n < 1<<10 && len(t.received) > 4<<10 {
			t.gather()
		}
	}
}

// read appends what arrives to received.
func (t *conversation) read() (n int, err error) {
	t.received = slices.Grow(t.received, 1<<10)
	free := t.received[len(t.received):cap(t.received)]
	n, err = t.conn.Read(free[:min(len(free), maxAnswer-t.total)])
	t.received = t.received[:len(t.received)+n]
	t.total += n
	return n, err
}

// gather waits a moment so that small packets of a large reply accumulate. Each
// attempt to match scans the whole reply, and a peer that sends byte by byte must
// not keep the processor busy.
func (t *conversation) gather() {
	select {
	case <-t.Context().Done():
	case <-time.After(2 * time.Millisecond):
	}
}

// unanswered returns the failure for a missing match: the peer has closed the
// connection, sent something else, or sent nothing complete.
func (t *conversation) unanswered(want *pattern, err error) error {
	switch {
	case errors.Is(err, io.EOF) && t.total == 0:
		return t.Fail(err)
	case errors.Is(err, io.EOF):
		return t.Reject(checks.ReasonAssertion, "%s before it closed the connection, got %s", noMatch(want), t.got())
	case t.Ended() != nil && wire.Interrupted(err) && bytes.IndexByte(t.received, '\n') >= 0:
		return t.Reject(checks.ReasonAssertion, "%s within %s, got %s", noMatch(want), t.Limit(), t.got())
	}
	t.got()
	return t.Fail(err)
}

// got returns the beginning of the reply as part of an error message, and records
// it.
func (t *conversation) got() string {
	if len(t.received) > 0 {
		checks.TraceOf(t.Context()).Replied(0, said(t.received, t.sent...))
	}
	return excerpt(t.Context(), t.received, t.sent...)
}

func noMatch(want *pattern) string { return fmt.Sprintf("no match of %q", want.expr) }
