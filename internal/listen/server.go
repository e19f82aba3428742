package listen

import (
	"io"
	stdlog "log"
	"net/http"
	"time"
)

// NewServer returns a server for the listeners of [Sockets], with time-outs and
// limits that no client can exceed. Messages of net/http about connections are
// written to errors.
func NewServer(handler http.Handler, errors io.Writer) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    12 << 10, // net/http adds 4 KiB to it.
		ConnState:         track,
		ErrorLog:          stdlog.New(errors, "", 0),
		// Otherwise net/http itself answers "OPTIONS *" with 200.
		DisableGeneralOptionsHandler: true,
	}
}
