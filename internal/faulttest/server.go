package faulttest

import (
	"net"
	"sync"
	"testing"
)

// A handler serves one connection, which is closed after it.
type handler = func(net.Conn)

// A server is a fault server on a free port of 127.0.0.1. Its Close ends all
// of its connections and waits for their handlers.
type server struct {
	address  string
	listener net.Listener
	handle   handler
	metered  bool

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]bool
	meters []*meter
	wg     sync.WaitGroup
}

// Serve starts a peer whose connections are served by handle, each in a
// goroutine of its own, and returns its address. It stops with the test: all
// connections are closed, and their handlers have to return then.
func Serve(tb testing.TB, handle func(net.Conn)) (address string) {
	tb.Helper()
	s, err := listen(handle, false)
	if err != nil {
		tb.Fatalf("fault server: %v", err)
	}
	tb.Cleanup(s.Close)
	return s.address
}

func listen(handle handler, metered bool) (*server, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{
		address: l.Addr().String(), listener: l, handle: handle, metered: metered,
		conns: map[net.Conn]bool{},
	}
	s.wg.Go(s.accept)
	return s, nil
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.add(conn) {
			conn.Close()
			return
		}
		s.wg.Go(func() {
			defer s.remove(conn)
			s.handle(conn)
		})
	}
}

func (s *server) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[conn] = true
	if s.metered {
		s.meters = append(s.meters, newMeter(conn))
	}
	return true
}

func (s *server) remove(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// clientRead returns how many bytes the clients' code has read from all of
// their connections, as far as it is known. See meter.
func (s *server) clientRead() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum int64
	for _, m := range s.meters {
		sum += m.read()
	}
	return sum
}

// owns reports whether fd is one of our meters' descriptors.
func (s *server) owns(fd int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.meters {
		if m.twin == fd {
			return true
		}
	}
	return false
}

// Close is idempotent.
func (s *server) Close() {
	s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	for _, m := range s.meters {
		m.close()
	}
	s.meters = nil
	s.mu.Unlock()
	s.wg.Wait()
}
