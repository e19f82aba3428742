package probe_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
)

// serveForBenchmarks serves until its standard input ends.
func serveForBenchmarks(scheme string) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "ok")
	}))
	server.Config.ErrorLog = discard()
	if scheme == "https" {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	defer server.Close()
	fmt.Println(server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
