package server

import (
	"net"
	"net/http"
	"sync"
)

// A securingListener puts the headers of our own answers on those too that
// exporter-toolkit gives itself, such as its 401: just before the first
// connection, it wraps the handler by which web.Serve has replaced ours.
type securingListener struct {
	net.Listener
	secure func()
}

func newSecuringListener(l net.Listener, server *http.Server) securingListener {
	// Shared by all answers: handlers replace these values, and never change them.
	noSniff, policy := []string{"nosniff"}, []string{"default-src 'none'; frame-ancestors 'none'"}
	return securingListener{l, sync.OnceFunc(func() {
		next := server.Handler
		server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["X-Content-Type-Options"], w.Header()["Content-Security-Policy"] = noSniff, policy
			next.ServeHTTP(w, r)
		})
	})}
}

// Accept implements [net.Listener].
func (l securingListener) Accept() (net.Conn, error) {
	l.secure()
	return l.Listener.Accept()
}
