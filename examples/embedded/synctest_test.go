package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

// Under testing/synctest the clock of a test jumps to the next thing that
// happens: half a minute of caching takes no time.
func TestAFailureIsSeenAfterTheTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down error
		health, err := service.New(service.Options{}, checks.Check{
			Name: "redis",
			Func: func(context.Context) (string, error) { return "PONG", down },
		})
		if err != nil {
			t.Fatal(err)
		}
		want := func(moment string, status int) {
			t.Helper()
			w := httptest.NewRecorder()
			health.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthcheck", nil))
			if w.Code != status {
				t.Errorf("%s: status %d, want %d", moment, w.Code, status)
			}
		}
		want("at the start", http.StatusOK)
		down = errors.New("connection refused")
		time.Sleep(26 * time.Second)
		want("while the pass is fresh", http.StatusOK)
		time.Sleep(2 * time.Second)
		want("after 27 seconds", http.StatusInternalServerError)
		down = nil
		time.Sleep(10 * time.Second)
		want("9 seconds after the failure", http.StatusOK)
	})
}
