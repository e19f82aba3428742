package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// A target is what is checked: it notes when it was asked for which path.
type target struct {
	mu   sync.Mutex
	asks map[string][]moment
}

// A moment is one request: when it came and when it was answered, in seconds
// since some start.
type moment struct{ Came, Answered float64 }

// serveTarget serves a target, with TLS if there is an argument. GET /asked returns
// the recorded requests and forgets them.
func serveTarget(args []string) error {
	t := &target{asks: map[string][]moment{}}
	start := time.Now()
	mux := http.NewServeMux()
	mux.HandleFunc("/asked", t.asked)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		came := time.Since(start).Seconds()
		_, _ = w.Write([]byte("ok")) // A client that is gone misses nothing.
		t.mu.Lock()
		defer t.mu.Unlock()
		t.asks[r.URL.Path] = append(t.asks[r.URL.Path], moment{came, time.Since(start).Seconds()})
	})
	if len(args) == 0 {
		return listenAndServe(mux)
	}
	secret := httptest.NewUnstartedServer(mux) // It has a certificate.
	secret.TLS = &tls.Config{NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	secret.Config.ErrorLog = log.New(io.Discard, "", 0) // Who hangs up when all is over.
	secret.StartTLS()
	fmt.Println(secret.Listener.Addr())
	endWithParent()
	return nil
}

func (t *target) asked(w http.ResponseWriter, _ *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = json.NewEncoder(w).Encode(t.asks) // Who asked is gone.
	clear(t.asks)
}
