// Package httpapi serves reports and dumps over HTTP: in the JSON that haproxy
// and the users of the Python library expect, and in other formats.
//
//	mux.Handle("/healthz", httpapi.Healthcheck(c, httpapi.Options{}))
//	mux.Handle("/livez", httpapi.Live(c, httpapi.Options{}))
//	mux.Handle("/healthcheck/", httpapi.Healthcheck(c, httpapi.Options{Prefix: "/healthcheck"}))
//	mux.Handle("/environment", httpapi.Guard(httpapi.Environment(dump, httpapi.EnvironmentOptions{}), httpapi.Access{}))
//	mux.Handle("/metrics", httpapi.Metrics(registry, nil))
//
// A health check must not be redirected: haproxy counts a 3xx as up, and
// [http.ServeMux] redirects //healthcheck. A dedicated server uses [Routes]
// instead of a mux, because Routes never redirects. It also sets
// DisableGeneralOptionsHandler, because otherwise net/http itself answers
// "OPTIONS *" with 200:
//
//	server := &http.Server{
//		Handler:                      httpapi.Routes(map[string]http.Handler{"/healthcheck/": health}),
//		DisableGeneralOptionsHandler: true,
//	}
//
// A handler renders a result when it changes and keeps the bytes; each answer
// consists of its own time and these bytes. Only this package knows the names
// of the JSON fields.
//
// The package runs no check, opens no listener and sets no server timeout. All
// its handlers are safe for concurrent use.
package httpapi
