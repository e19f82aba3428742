package agentcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A Reporter returns the known results of all checks. The context passed to it
// has already ended: a Reporter must not wait for runs, but should start those
// that are due. It must be safe for concurrent use. *[collector.Collector]
// implements it.
type Reporter interface {
	Report(ctx context.Context, f collector.Filter) (collector.Report, error)
}

const (
	// writeTimeout bounds the writing of the line, which fits into any socket's
	// buffer.
	writeTimeout = time.Second
	// lingerTimeout bounds how long the server waits for the peer to close
	// first. If the server closed while data from the peer (agent-send) was
	// unread, the connection would be reset and the peer would lose the line.
	lingerTimeout = time.Second

	maxAnswering = 64      // connections that wait for their line
	maxLingering = 64      // connections that have their line and are not closed by the peer
	maxRead      = 4 << 10 // bytes read from a peer that sends something
)

// A Server answers haproxy's agent checks. Its fields are set before Serve and
// not changed afterwards; one Server may serve several listeners at a time.
type Server struct {
	// Reporter returns the report that the lines show. Required.
	Reporter Reporter
	// DegradedWeight is the percentage of a degraded service, 1 to 100. Zero
	// means 100: a warning moves no traffic by itself.
	DegradedWeight int
	// Logger gets connections that could not be accepted or answered, at debug
	// level. Nil means no log.
	Logger log.Logger
	// Answered is called after each line that was sent, with its peer and without
	// the newline. It must be fast and safe for concurrent use. Nil calls nothing.
	Answered func(peer net.Addr, line string)
}

// Serve answers the connections of l until ctx ends, then closes l and waits
// for the answers under way, which takes seconds at most. It returns nil after
// the end of ctx, and an error if the fields are invalid or if accepting fails
// permanently before that.
func (s Server) Serve(ctx context.Context, l net.Listener) error {
	defer l.Close()
	if s.Reporter == nil {
		return errors.New("the server has no Reporter")
	}
	if s.DegradedWeight == 0 {
		s.DegradedWeight = 100
	}
	if s.DegradedWeight < 0 || s.DegradedWeight > 100 {
		return fmt.Errorf("degraded weight %d, want 1 to 100", s.DegradedWeight)
	}
	if s.Logger == nil {
		s.Logger = log.NewNopLogger()
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()

	a := &agent{Server: s, answering: make(chan struct{}, maxAnswering), lingering: make(chan struct{}, maxLingering)}
	defer a.all.Wait()
	return a.accept(ctx, l)
}

// An agent is a Server at work on one listener.
type agent struct {
	Server
	answering, lingering chan struct{} // places
	all                  sync.WaitGroup
}

// accept takes connections as long as there are places for their answers; other
// connections wait in the kernel, at most as long as an answer may take.
func (a *agent) accept(ctx context.Context, l net.Listener) error {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		a.answering <- struct{}{}
		conn, err := l.Accept()
		if err == nil {
			pause = 0
			a.all.Go(func() { a.serve(ctx, conn) })
			continue
		}
		<-a.answering
		if errors.Is(err, net.ErrClosed) && ctx.Err() == nil {
			return fmt.Errorf("agent-check: %w", err)
		}
		// Most likely the process is out of descriptors, which is temporary.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		level.Debug(a.Logger).Log("msg", "connection not accepted", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// serve answers one connection and closes it.
func (a *agent) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	err := a.reply(ctx, conn)
	<-a.answering
	if err != nil {
		level.Debug(a.Logger).Log("msg", "connection not answered", "peer", conn.RemoteAddr(), "err", err)
		return
	}
	select {
	case a.lingering <- struct{}{}:
		linger(conn)
		<-a.lingering
	default: // Too many connections are lingering.
	}
}

func (a *agent) reply(ctx context.Context, conn net.Conn) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	// With a context that has ended, the Reporter returns the known results: an
	// answer that waits for a slow check would come too late for haproxy.
	known, cancel := context.WithCancel(ctx)
	cancel()
	rep, err := a.Reporter.Report(known, collector.Filter{})
	if err != nil {
		return err
	}
	conn.SetDeadline(time.Now().Add(writeTimeout))
	sent := line(rep, a.DegradedWeight)
	if _, err = io.WriteString(conn, sent); err == nil && a.Answered != nil {
		a.Answered(conn.RemoteAddr(), strings.TrimSuffix(sent, "\n"))
	}
	return err
}

// linger closes our side and reads what the peer still sends, up to a limit.
func linger(conn net.Conn) {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	conn.SetReadDeadline(time.Now().Add(lingerTimeout))
	_, _ = io.CopyN(io.Discard, conn, maxRead)
}
