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

func exampleCollector() *collector.Collector {
	c, err := collector.New(collector.Options{},
		checks.Check{Name: "redis", Func: checks.Ping(func(context.Context) error { return nil })},
		checks.Check{Name: "search", Func: checks.Ping(func(context.Context) error { return errors.New("connection refused") }), Optional: true},
	)
	if err != nil {
		panic(err)
	}
	return c
}

// show prints the answer of h.
func show(h http.Handler, path string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = "192.0.2.1:5000"
	h.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body, "\n")
}

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
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthz?format=text", nil))
	fmt.Print(w.Code, "\n", w.Body)
	// Output:
	// 200
	// [+] redis: ok
	// [-] search: connection refused (optional)
	// healthcheck: degraded
}

// A body of your own replaces the default format.
func ExampleAnswer() {
	ok := httpapi.Answer{
		Header: http.Header{"Content-Type": {"text/plain"}},
		Body: func(rep collector.Report) ([]byte, error) {
			return fmt.Appendf(nil, "%s, %d checks", rep.Status, len(rep.Results)), nil
		},
	}
	show(httpapi.Healthcheck(exampleCollector(), httpapi.Options{Success: ok}), "/healthz")
	// Output: 200 degraded, 2 checks
}

func ExampleTemplate() {
	body, err := httpapi.Template(`{{range .Results}}{{.Check}}: {{line .Output}}; {{end}}`)
	if err != nil {
		panic(err)
	}
	show(httpapi.Healthcheck(exampleCollector(), httpapi.Options{Success: httpapi.Answer{Body: body}}), "/healthz")
	// Output: 200 redis: ok; search: connection refused;
}

// A section adds a member to the JSON; a function is called for each answer.
func ExampleSection() {
	h := httpapi.Live(exampleCollector(), httpapi.Options{Sections: []httpapi.Section{
		{Name: "version", Value: "1.2"},
		{Name: "queue", Func: func(context.Context) (any, error) { return map[string]int{"depth": 17}, nil }},
	}})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/livez", nil))
	fmt.Println(w.Body.String()[len(w.Body.String())-len(`"version": "1.2", "queue": {"depth": 17}}`):])
	// Output: "version": "1.2", "queue": {"depth": 17}}
}

// Routes never redirects: haproxy takes a 3xx for up.
func ExampleRoutes() {
	router := httpapi.Routes(map[string]http.Handler{
		"/healthcheck/": httpapi.Healthcheck(exampleCollector(), httpapi.Options{Prefix: "/healthcheck", Format: httpapi.FormatText}),
	})
	show(router, "//healthcheck/redis/")
	show(router, "/elsewhere")
	// Output:
	// 200 [+] redis: ok
	// healthcheck: passed
	//
	// 404 {"error": "not found"}
}

// Guard keeps a dump for clients on this machine.
func ExampleGuard() {
	dump := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "dump") })
	show(httpapi.Guard(dump, httpapi.Access{Hint: "log in first"}), "/environment")
	authenticated := func(*http.Request) bool { return true } // Look at the request.
	show(httpapi.Guard(dump, httpapi.Access{Authenticated: authenticated}), "/environment")
	// Output:
	// 403 forbidden: the client is not on this machine, and only local clients are answered; log in first
	//
	// 200 dump
}

// A Go program reads what another service answers.
func ExampleDecode() {
	body := `{"hostname": "web1", "status": "failure", "timestamp": 1795337884.6, "results": [{"checker": "redis", "output": "connection refused", "passed": false, "timestamp": 1795337880.1, "expires": 1795337889.1, "response_time": 0.000312}]}`
	report, err := httpapi.Decode([]byte(body))
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Status, report.Results[0].Check, report.Results[0].Output)
	// Output: failed redis connection refused
}
