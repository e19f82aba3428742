package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func ExampleHealthcheck() {
	c, err := collector.New(collector.Options{},
		checks.Check{Name: "redis", Func: checks.Ping(func(context.Context) error { return nil })},
		checks.Check{Name: "search", Func: checks.Ping(func(context.Context) error { return errors.New("connection refused") }), Optional: true},
	)
	if err != nil {
		panic(err)
	}
	h := httpapi.Healthcheck(c, httpapi.Options{})

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthcheck?format=text", nil))
	fmt.Print(w.Code, "\n", w.Body)
	// Output:
	// 200
	// [+] redis: ok
	// [-] search: connection refused (optional)
	// healthcheck: degraded
}
