package service_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

func ping(context.Context) error { return nil }

// A service registers its checks and mounts one handler.
func ExampleNew() {
	s, err := service.New(service.Options{},
		checks.Check{Name: "postgres", Func: checks.Ping(ping)},
		checks.Check{Name: "search", Optional: true, Func: checks.Ping(func(context.Context) error { return errors.New("connection refused") })},
	)
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/internal/", http.StripPrefix("/internal", s))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/internal/healthcheck?format=text", nil))
	fmt.Print(w.Code, "\n", w.Body)
	// Output:
	// 200
	// [+] postgres: ok
	// [-] search: connection refused (optional)
	// healthcheck: degraded
}

// Two teams look at different checks of one service.
func ExampleService_ViewHandler() {
	down := func(context.Context) error { return errors.New("connection refused") }
	s, err := service.New(service.Options{Views: map[string]httpapi.Options{
		"shop": {Filter: collector.Filter{Tags: []string{"shop"}}, Success: httpapi.Answer{Status: 204}},
		"live": {Filter: collector.Filter{Names: []string{}}, IgnoreDrain: true},
	}},
		checks.Check{Name: "postgres", Tags: []string{"shop"}, Func: checks.Ping(ping)},
		checks.Check{Name: "search", Func: checks.Ping(down)},
	)
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", s)
	mux.Handle("/shop", s.ViewHandler("shop"))

	for _, path := range []string{"/healthcheck", "/healthcheck?view=shop", "/shop", "/healthcheck?view=live"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// /healthcheck 500
	// /healthcheck?view=shop 204
	// /shop 204
	// /healthcheck?view=live 200
}

// Probes of Kubernetes: a drained service is alive, but not ready.
func ExampleService_LiveHandler() {
	s, err := service.New(service.Options{}, checks.Check{Name: "postgres", Func: checks.Ping(ping)})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/livez", s.LiveHandler())
	mux.Handle("/readyz", s.ReadyHandler())

	s.Drain(errors.New("deploy"))
	for _, path := range []string{"/livez", "/readyz"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// /livez 200
	// /readyz 503
}

// Two services in one process share a registry when each has a label of its own.
func ExampleOptions_registry() {
	type registry struct {
		prometheus.Registerer
		prometheus.Gatherer
	}
	shared := prometheus.NewRegistry()
	for _, part := range []string{"shop", "search"} {
		labelled := registry{prometheus.WrapRegistererWith(prometheus.Labels{"part": part}, shared), shared}
		s, err := service.New(service.Options{Registry: labelled}, checks.Check{Name: "redis", Func: checks.Ping(ping)})
		if err != nil {
			panic(err)
		}
		s.HealthcheckHandler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}

	w := httptest.NewRecorder()
	httpapi.Metrics(shared, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "healthcheck_passed{") {
			fmt.Print(line)
		}
	}
	// Output:
	// healthcheck_passed{check="redis",part="search"} 1
	// healthcheck_passed{check="redis",part="shop"} 1
}
