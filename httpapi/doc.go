// Package httpapi shows reports and dumps over HTTP: the JSON that haproxy and
// the users of the Python library know, and other forms of the same.
//
//	mux.Handle("/healthcheck", httpapi.Healthcheck(c, httpapi.Options{}))
//	mux.Handle("/healthcheck/", httpapi.Healthcheck(c, httpapi.Options{}))
//	mux.Handle("/environment", httpapi.Guard(httpapi.Environment(dump, httpapi.EnvironmentOptions{}), httpapi.Access{}))
//	mux.Handle("/metrics", httpapi.Metrics(registry, nil))
//
// Who polls health should never be redirected: haproxy counts a 3xx as up, and
// [http.ServeMux] redirects //healthcheck. A server with nothing else on it
// uses [Routes] instead of a mux, which answers or says 404, and sets
// DisableGeneralOptionsHandler, or net/http answers "OPTIONS *" with 200 by
// itself:
//
//	server := &http.Server{
//		Handler:                      httpapi.Routes(map[string]http.Handler{"/healthcheck/": health}),
//		DisableGeneralOptionsHandler: true,
//	}
//
// An answer is rendered when a result has changed, result by result, and kept;
// a poller that comes before the next change gets the same bytes with the
// moment of its own answer patched in. The names of the JSON fields live here
// and nowhere else.
//
// The package runs no check, opens no listener and decides about no time-out
// of a server; all its handlers are safe for concurrent use.
package httpapi
