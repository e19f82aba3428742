package listen_test

import (
	"context"
	"net"
	"net/http"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
)

func TestTheUserAtTheOtherEndOfAUnixSocketIsKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	s := open(t, listen.Options{Admin: path, Health: []string{"127.0.0.1:0"}})
	self, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		l    net.Listener
		want string
	}{{s.Admin[0], self.Username}, {s.Health[0], ""}} {
		found := make(chan string, 1)
		server := &http.Server{
			ConnContext: listen.WithPeer,
			Handler:     http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { found <- listen.Peer(r.Context()) }),
		}
		go func() { _ = server.Serve(test.l) }()
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return net.Dial(test.l.Addr().Network(), test.l.Addr().String())
		}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := <-found; got != test.want {
			t.Errorf("the peer of %v is %q, want %q", test.l.Addr(), got, test.want)
		}
		server.Close()
	}
}

func TestTheUserAtTheOtherEndOfAClosedConnectionIsNotKnown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	open(t, listen.Options{Admin: path})
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if got := listen.Peer(listen.WithPeer(t.Context(), conn)); got == "" {
		t.Error("the peer of an open connection is not known")
	}
	conn.Close()
	for name, c := range map[string]net.Conn{"closed": conn, "never opened": &net.UnixConn{}} {
		if got := listen.Peer(listen.WithPeer(t.Context(), c)); got != "" {
			t.Errorf("the peer of a connection that is %s is %q, want nothing", name, got)
		}
	}
}
