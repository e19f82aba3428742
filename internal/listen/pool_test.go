package listen

import (
	"errors"
	"net"
	"os"
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

// closed reports whether the other side has closed a connection.
func closed(t *testing.T, c net.Conn) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

func wantClosed(t *testing.T, what string, c net.Conn, want bool) {
	t.Helper()
	if got := closed(t, c); got != want {
		t.Errorf("%s: closed %v, want %v", what, got, want)
	}
}

func TestAFullPoolClosesWhoHasWaitedLongestWithoutARequest(t *testing.T) {
	l := pooledOn(t, nil, newPool(3))
	busy, server := dialled(t, l)
	server.(*pooledConn).answering(1)
	first, _ := dialled(t, l)
	second, _ := dialled(t, l)
	third, _ := dialled(t, l)
	wantClosed(t, "the one that is answered", busy, false)
	wantClosed(t, "the one that waits longest", first, true)
	wantClosed(t, "the next", second, false)
	wantClosed(t, "the newest", third, false)
}

func TestAConnectionIsAnsweredAsLongAsOneOfItsRequestsIs(t *testing.T) {
	l := pooledOn(t, nil, newPool(2))
	busy, server := dialled(t, l)
	server.(*pooledConn).answering(1)
	server.(*pooledConn).answering(1)
	server.(*pooledConn).answering(-1)
	waiting, _ := dialled(t, l)
	dialled(t, l)
	wantClosed(t, "one of two requests is answered", busy, false)
	wantClosed(t, "the one that waits", waiting, true)
}

func TestWhenAllAreAnsweredTheLongestGoes(t *testing.T) {
	l := pooledOn(t, nil, newPool(2))
	first, server := dialled(t, l)
	server.(*pooledConn).answering(1)
	second, server := dialled(t, l)
	server.(*pooledConn).answering(1)
	third, _ := dialled(t, l)
	wantClosed(t, "the first", first, true)
	wantClosed(t, "the second", second, false)
	wantClosed(t, "the newest", third, false)
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
		{512, 0, 1, 512}, // Not known.
	} {
		if got := connectionLimit(test.wanted, test.descriptors, test.others); got != test.want {
			t.Errorf("connectionLimit(%d, %d, %d) = %d, want %d", test.wanted, test.descriptors, test.others, got, test.want)
		}
	}
}
