// Package httpapi shows reports and dumps over HTTP: the JSON that haproxy and
// the users of the Python library know, and other formats.
//
//	mux.Handle("/healthz", httpapi.Healthcheck(c, httpapi.Options{}))
//	mux.Handle("/livez", httpapi.Live(c, httpapi.Options{}))
//	mux.Handle("/healthcheck/", httpapi.Healthcheck(c, httpapi.Options{Prefix: "/healthcheck"}))
//	mux.Handle("/environment", httpapi.Guard(httpapi.Environment(dump, httpapi.EnvironmentOptions{}), httpapi.Access{}))
//	mux.Handle("/metrics", httpapi.Metrics(registry, nil))
//
// A health check must not be redirected: haproxy counts a 3xx as up, and
// [http.ServeMux] redirects //healthcheck. A server of its own uses [Routes]
// instead of a mux, which answers or says 404, and sets
// DisableGeneralOptionsHandler, because net/http answers "OPTIONS *" with 200 by
// itself:
//
//	server := &http.Server{
//		Handler:                      httpapi.Routes(map[string]http.Handler{"/healthcheck/": health}),
//		DisableGeneralOptionsHandler: true,
//	}
//
// A handler renders a result when it changes and keeps the bytes; each answer
// gets them with its own time in front. The names of the JSON fields are in this
// package and nowhere else.
//
// The package runs no check, opens no listener and sets no time-out of a server.
// All its handlers are safe for concurrent use.
package httpapi
