package listen

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"
)

// dialled opens a connection through l and returns both of its ends.
func dialled(t *testing.T, l net.Listener) (client, server net.Conn) {
	t.Helper()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

func pooledOn(t *testing.T, own, shared *pool) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return pooledListener{l, own, shared}
}

// wantClosed waits until the other side has closed a connection, or for a moment
// to see that it does not.
func wantClosed(t *testing.T, what string, c net.Conn, want bool) {
	t.Helper()
	patience := 50 * time.Millisecond
	if want {
		patience = 10 * time.Second
	}
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	if got := err != nil && !errors.Is(err, os.ErrDeadlineExceeded); got != want {
		t.Errorf("%s: closed %v, want %v", what, got, want)
	}
}

// A served pool has an HTTP server whose handler waits for the test.
type served struct {
	t       *testing.T
	l       net.Listener
	states  chan http.ConnState // of all connections, one after the other
	begun   chan struct{}
	release chan struct{}
}

func newServed(t *testing.T, l net.Listener) served {
	return served{t, l, make(chan http.ConnState, 100), make(chan struct{}), make(chan struct{})}
}

// noting returns the ConnState of a server of ours, which then tells the test.
func (s served) noting(server *http.Server) func(net.Conn, http.ConnState) {
	note := server.ConnState
	return func(conn net.Conn, state http.ConnState) {
		note(conn, state)
		s.states <- state
	}
}

// await waits until a connection has come to a state: afterwards the pool knows
// it.
func (s served) await(state http.ConnState) {
	s.t.Helper()
	for {
		select {
		case got := <-s.states:
			if got == state {
				return
			}
		case <-time.After(10 * time.Second):
			s.t.Fatalf("no connection has come to the state %v", state)
		}
	}
}

// serveOn serves on a listener: / is answered at once, /wait when the test
// closes release.
func serveOn(t *testing.T, l net.Listener) served {
	t.Helper()
	s := newServed(t, l)
	server := NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			s.begun <- struct{}{}
			<-s.release
		}
	}), io.Discard)
	server.ConnState = s.noting(server)
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return s
}

// dial opens a connection that sends nothing.
func (s served) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.l.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	s.await(http.StateNew) // So that the order is known.
	return c
}

// busy opens a connection whose request is being answered.
func (s served) busy() net.Conn {
	s.t.Helper()
	c := s.dial()
	if _, err := io.WriteString(c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		s.t.Fatal(err)
	}
	<-s.begun
	return c
}

func TestAFullPoolClosesTheConnectionThatHasWaitedLongestWithoutARequest(t *testing.T) {
	s := serveOn(t, pooledOn(t, nil, newPool(3)))
	defer close(s.release)
	busy, first, second, third := s.busy(), s.dial(), s.dial(), s.dial()
	wantClosed(t, "the one with a request", busy, false)
	wantClosed(t, "the one that waits longest", first, true)
	wantClosed(t, "the next", second, false)
	wantClosed(t, "the newest", third, false)
}

func TestAnUnfinishedHeaderIsNoRequest(t *testing.T) {
	s := serveOn(t, pooledOn(t, nil, newPool(2)))
	slow, other := s.dial(), s.dial()
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost:"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	newest := s.dial()
	wantClosed(t, "the one with half a header", slow, true)
	wantClosed(t, "the other", other, false)
	wantClosed(t, "the newest", newest, false)
}

func TestAnAnsweredConnectionWaitsAgain(t *testing.T) {
	s := serveOn(t, pooledOn(t, nil, newPool(2)))
	first, second := s.dial(), s.dial()
	if _, err := io.WriteString(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil {
		t.Fatal(err)
	}
	s.await(http.StateIdle)
	s.dial()
	wantClosed(t, "the one that was answered", first, false)
	wantClosed(t, "the one that has waited longer", second, true)
}

func TestAnHTTP2ConnectionIsBusyAsLongAsOneOfItsRequests(t *testing.T) {
	s := serveOn(t, pooledOn(t, nil, newPool(2)))
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	ask := func(path string) error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.l.Addr().String()+path, nil)
		if err != nil {
			return err
		}
		response, err := transport.RoundTrip(request)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	long := make(chan error, 1)
	go func() { long <- ask("/wait") }()
	<-s.begun
	if err := ask("/"); err != nil {
		t.Fatal(err)
	}
	waiting := s.dial()
	s.dial()
	wantClosed(t, "the one that waits", waiting, true)
	close(s.release)
	if err := <-long; err != nil {
		t.Errorf("the other request on the connection: %v", err)
	}
}

func TestATLSConnectionWithARequestIsBusy(t *testing.T) {
	s := newServed(t, pooledOn(t, nil, newPool(2)))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		s.begun <- struct{}{}
		<-s.release
	}))
	server.Listener.Close()
	server.Listener, server.Config.ConnState = s.l, s.noting(NewServer(nil, io.Discard))
	server.StartTLS()
	defer server.Close()
	defer close(s.release)
	busy, err := tls.Dial("tcp", s.l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if _, err := io.WriteString(busy, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-s.begun
	waiting := s.dial()
	s.dial()
	wantClosed(t, "the one with a request", busy, false)
	wantClosed(t, "the one that waits", waiting, true)
}

func TestWhenAllAreBusyTheLongestGoes(t *testing.T) {
	s := serveOn(t, pooledOn(t, nil, newPool(2)))
	defer close(s.release)
	first, second, third := s.busy(), s.busy(), s.dial()
	wantClosed(t, "the first", first, true)
	wantClosed(t, "the second", second, false)
	wantClosed(t, "the newest", third, false)
}

// A stuckConn does not write before the test lets it.
type stuckConn struct {
	net.Conn
	writing, release chan struct{}
}

func (c stuckConn) Write(b []byte) (int, error) {
	close(c.writing)
	<-c.release
	return c.Conn.Write(b)
}

// stuckOnce makes the first connection of a listener a stuckConn.
type stuckOnce struct {
	net.Listener
	writing, release chan struct{}
	first            *sync.Once
}

func (l stuckOnce) Accept() (conn net.Conn, err error) {
	conn, err = l.Listener.Accept()
	if err == nil {
		l.first.Do(func() { conn = stuckConn{conn, l.writing, l.release} })
	}
	return conn, err
}

func TestAConnectionIsBusyUntilItsAnswerIsFlushed(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stuck := stuckOnce{inner, make(chan struct{}), make(chan struct{}), new(sync.Once)}
	s := serveOn(t, pooledListener{stuck, nil, newPool(2)})
	flushing := s.dial()
	if _, err := io.WriteString(flushing, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-stuck.writing // The handler has returned.
	waiting := s.dial()
	s.dial()
	wantClosed(t, "the one that waits", waiting, true)
	close(stuck.release)
	if _, err := http.ReadResponse(bufio.NewReader(flushing), nil); err != nil {
		t.Errorf("the one whose answer was being flushed: %v", err)
	}
}

func TestAClosedPoolHasNoConnectionsAndTakesNone(t *testing.T) {
	own, shared := newPool(1), newPool(2)
	l := pooledOn(t, own, shared)
	a, _ := dialled(t, l)
	b, _ := dialled(t, l)
	own.closeAll()
	shared.closeAll()
	late, _ := dialled(t, l)
	for name, c := range map[string]net.Conn{"the first": a, "the second": b, "a late one": late} {
		wantClosed(t, name, c, true)
	}
}

func TestAHealthListenerHasPlacesOfItsOwn(t *testing.T) {
	shared := newPool(1)
	web, health := pooledOn(t, nil, shared), pooledOn(t, newPool(2), shared)
	a, _ := dialled(t, health)
	b, _ := dialled(t, health)
	for range 5 {
		dialled(t, web)
	}
	wantClosed(t, "the first health check", a, false)
	wantClosed(t, "the second health check", b, false)
	c, _ := dialled(t, health) // Beyond its own: it takes a place of the others.
	wantClosed(t, "the third health check", c, false)
}

func TestAClosedConnectionGivesItsPlaceBack(t *testing.T) {
	l := pooledOn(t, nil, newPool(1))
	for range 3 {
		_, server := dialled(t, l)
		server.Close()
	}
	kept, _ := dialled(t, l)
	wantClosed(t, "the only one", kept, false)
}

func TestConnectionLimitNeverTakesMoreThanHalfOfTheDescriptors(t *testing.T) {
	for _, test := range []struct{ wanted, descriptors, others, want int }{
		{512, 1024, 0, 512},
		{512, 1000, 0, 500},
		{512, 64, 1, 24},
		{512, 64, 3, 8},
		{512, 16, 1, 1}, // As many as there can be.
		{10, 1 << 20, 2, 10},
		{512, 1, 0, 1},
		{512, 0, 1, 512}, // Not known.
	} {
		if got := connectionLimit(test.wanted, test.descriptors, test.others); got != test.want {
			t.Errorf("connectionLimit(%d, %d, %d) = %d, want %d", test.wanted, test.descriptors, test.others, got, test.want)
		}
	}
}

func TestPlacesOfItsOwnAreTakenFirstAndComeBack(t *testing.T) {
	shared := newPool(1)
	web, health := pooledOn(t, nil, shared), pooledOn(t, newPool(1), shared)
	_, gone := dialled(t, health)
	gone.Close()
	first, _ := dialled(t, health) // In the place that came back.
	second, _ := dialled(t, health)
	wantClosed(t, "the second health check", second, false)
	dialled(t, web) // It needs the shared place.
	wantClosed(t, "the health check in its own place", first, false)
	wantClosed(t, "the health check in the shared place", second, true)
}

func TestAConnectionThatWasClosedForAnotherIsForgotten(t *testing.T) {
	shared := newPool(2)
	l := pooledOn(t, nil, shared)
	for range 5 {
		dialled(t, l)
	}
	if len(shared.open) != 2 {
		t.Errorf("the pool holds %d connections, want 2", len(shared.open))
	}
	shared.closeAll()
	if len(shared.open) != 0 {
		t.Errorf("the closed pool holds %d connections, want none", len(shared.open))
	}
	dialled(t, l)
	if len(shared.open) != 0 {
		t.Errorf("the closed pool holds %d late connections, want none", len(shared.open))
	}
}

func TestAServerOfAPooledConnectionCanCloseItsHalf(t *testing.T) {
	client, server := dialled(t, pooledOn(t, nil, newPool(1)))
	if err := server.(*pooledConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the client reads %d bytes and %v, want the end", n, err)
	}
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := server.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("the server reads %d bytes and %v, want what the client writes", n, err)
	}
	whole, _ := net.Pipe()
	if err := newPool(1).newConn(whole).CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("CloseWrite of a connection without halves: %v, want ErrUnsupported", err)
	}
}

func TestOtherListenersHaveEightPlacesEach(t *testing.T) {
	s := &Sockets{}
	for _, all := range []*[]net.Listener{&s.Web, &s.Health, &s.Admin} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		*all = append(*all, l)
	}
	t.Cleanup(s.Close)
	s.pool(1)
	for _, l := range []net.Listener{s.Health[0], s.Admin[0]} {
		var first net.Conn
		for i := range reserved {
			client, _ := dialled(t, l)
			if i == 0 {
				first = client
			}
		}
		dialled(t, s.Web[0])
		dialled(t, s.Web[0])
		wantClosed(t, "the first of eight in their own places", first, false)
	}
	if len(s.pools) != 3 {
		t.Errorf("%d pools, want a shared one and two", len(s.pools))
	}
}
