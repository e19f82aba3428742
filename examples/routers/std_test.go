package routers

import (
	"net/http"
	"testing"
)

func TestUnderTheStandardMux(t *testing.T) {
	h := newHandlers(t)
	mux := http.NewServeMux()
	mux.Handle("/healthz", h.all)
	mux.Handle("/health/check", h.all)
	mux.Handle("/health/live", h.live)
	mux.Handle("/health/ready", h.ready)
	mux.Handle("/healthcheck", h.byName)
	mux.Handle("/healthcheck/", h.byName)
	mux.Handle("/check/{check}", h.all)
	internal := http.NewServeMux()
	internal.Handle("/status", h.all)
	mux.Handle("/internal/", http.StripPrefix("/internal", internal))
	wantAnswers(t, mux, h, true)
}
