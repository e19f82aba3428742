package routers

import (
	"testing"

	"github.com/go-chi/chi/v5"
)

func TestUnderChi(t *testing.T) {
	h := newHandlers(t)
	router := chi.NewRouter()
	router.Handle("/healthz", h.all)
	router.Route("/health", func(r chi.Router) {
		r.Handle("/check", h.all)
		r.Handle("/live", h.live)
		r.Handle("/ready", h.ready)
	})
	router.Handle("/healthcheck", h.byName)
	router.Mount("/healthcheck/", h.byName)
	router.Handle("/check/{check}", h.all)
	internal := chi.NewRouter()
	internal.Handle("/status", h.all)
	router.Mount("/internal", internal)
	wantAnswers(t, router, h, true)
}
