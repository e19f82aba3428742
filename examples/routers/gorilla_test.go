package routers

import (
	"testing"

	"github.com/gorilla/mux"
)

func TestUnderGorilla(t *testing.T) {
	h := newHandlers(t)
	router := mux.NewRouter()
	router.Handle("/healthz", h.all)
	router.Handle("/health/check", h.all)
	router.Handle("/health/live", h.live)
	router.Handle("/health/ready", h.ready)
	router.PathPrefix("/healthcheck").Handler(h.byName)
	router.PathPrefix("/internal").Subrouter().Handle("/status", h.all)
	wantAnswers(t, router, h, false) // mux.Vars is not PathValue: use a Prefix.
}
