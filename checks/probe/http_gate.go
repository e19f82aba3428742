package probe

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A gate is a connection for HTTP/1. It delays reads until the request is sent:
// otherwise net/http would log unsolicited data and close the connection. It
// hides a failed write until reading fails too, since a server may reply without
// having read all of the request. It also keeps the beginning of the reply, to
// show it if the reply is not HTTP.
type gate struct {
	net.Conn
	sending chan struct{} // closed with the first write
	once    sync.Once

	mu       sync.Mutex
	head     []byte // at most maxMasked bytes
	received int
	readErr  error // the first
	writeErr error // the first
}

func newGate(conn net.Conn) *gate { return &gate{Conn: conn, sending: make(chan struct{})} }

func (g *gate) open() { g.once.Do(func() { close(g.sending) }) }

func (g *gate) Write(p []byte) (int, error) {
	defer g.open()
	n, err := g.Conn.Write(p)
	if err == nil {
		return n, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.writeErr == nil {
		g.writeErr = err
	}
	return len(p), nil
}

func (g *gate) Read(p []byte) (int, error) {
	<-g.sending
	n, err := g.Conn.Read(p)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.received += n
	g.head = append(g.head, p[:min(n, maxMasked-len(g.head))]...)
	if g.readErr == nil {
		g.readErr = err
	}
	return n, err
}

func (g *gate) Close() error {
	g.open()
	return g.Conn.Close()
}

// headless returns the error for a reply that is not valid HTTP/1. The error of
// reading takes precedence over the error of the parser, because the parser
// treats a truncated line as malformed.
func (g *gate) headless(r *wire.Run, secrets []string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.writeErr != nil && g.received == 0 {
		r.Phase("sending the request to")
		return r.Fail(g.writeErr)
	}
	r.Phase("waiting for headers from")
	if g.received > 0 {
		checks.TraceOf(r.Context()).Replied(0, said(g.head, secrets...))
	}
	switch {
	case g.readErr == nil && g.received >= maxHead:
		return r.Reject(checks.ReasonProtocol, "larger than 64KiB")
	case g.readErr == nil, g.isForeign():
		return r.Reject(checks.ReasonProtocol, "reply is not HTTP, it begins %s", excerpt(r.Context(), g.head, secrets...))
	case errors.Is(g.readErr, io.EOF) && g.received > 0:
		return r.Reject(checks.ReasonProtocol, "connection closed within them")
	}
	return r.Fail(g.readErr)
}

// foreign reports whether the peer has begun to speak another protocol.
func (g *gate) foreign() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.isForeign()
}

func (g *gate) isForeign() bool {
	const version = "HTTP/"
	n := min(len(g.head), len(version))
	return string(g.head[:n]) != version[:n]
}
