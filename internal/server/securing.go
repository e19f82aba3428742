package server

import (
	"net"
	"net/http"
	"sync"
)

// A securingListener adds our security headers to the responses that
// exporter-toolkit writes itself, such as its 401. To do so, it wraps the handler
// that web.Serve has installed in place of ours, just before the first
// connection.
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
