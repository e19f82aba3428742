package httpapi

import (
	"net/http"
	"net/url"
	"strings"
)

// A Router passes requests on to handlers by their path and never redirects.
// Repeated slashes, "." and a slash at the end don't change the answer; an
// unknown path is 404. Every answer gets the security headers of a server
// without scripts; a handler may replace them.
//
// [Routes] makes a Router; it does not change afterwards. The zero value answers
// 404.
type Router struct {
	exact  map[string]http.Handler // without a slash at the end
	prefix []prefixRoute
	more   func(path string) http.Handler
}

type prefixRoute struct {
	path    string // ends in a slash
	handler http.Handler
}

// Routes returns a Router. A path that ends in a slash also stands for the path
// without the slash and for all paths below it; any other path stands for itself
// alone, and "/" for the root alone. The longest matching path wins.
func Routes(handlers map[string]http.Handler) *Router {
	router := &Router{exact: map[string]http.Handler{}}
	for path, handler := range handlers {
		handler = orNotFound(handler)
		name := strings.TrimSuffix(path, "/")
		if name != path && name != "" {
			router.prefix = append(router.prefix, prefixRoute{path, handler})
			if _, taken := handlers[name]; taken {
				continue
			}
		}
		router.exact[name] = handler
	}
	return router
}

// With returns a Router that calls more to get the handler of a path for which
// it has no handler. More gets the clean path, without a slash at the end, and
// returns nil for an unknown path; it is called concurrently.
func (router *Router) With(more func(path string) http.Handler) *Router {
	return &Router{exact: router.exact, prefix: router.prefix, more: more}
}

// strictPolicy lets a browser display an answer, but not run or load anything.
const strictPolicy = "default-src 'none'; frame-ancestors 'none'"

var strictPolicyHeader = []string{strictPolicy}

// ServeHTTP answers with the handler of the request's path.
func (router *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["X-Content-Type-Options"] = noSniff
	header["Content-Security-Policy"] = strictPolicyHeader
	handler := router.exact[r.URL.Path] // The usual spellings; "/" is not among them.
	if handler == nil || r.URL.Path == "" {
		handler, r = router.find(r)
	}
	if handler == nil {
		header["Cache-Control"] = noStore
		refuse(w, r, http.StatusNotFound, errNothingThere)
		return
	}
	handler.ServeHTTP(w, r)
}

// find returns the handler for a path in any spelling, and the request with the
// clean path.
func (router *Router) find(r *http.Request) (http.Handler, *http.Request) {
	path, ok := clean(r.URL.Path)
	if !ok {
		return nil, r
	}
	if path != r.URL.Path {
		r = withPath(r, path)
	}
	if handler := router.exact[strings.TrimSuffix(path, "/")]; handler != nil {
		return handler, r
	}
	var best prefixRoute
	for _, p := range router.prefix {
		if strings.HasPrefix(path, p.path) && len(p.path) > len(best.path) {
			best = p
		}
	}
	if best.handler == nil && router.more != nil {
		best.handler = router.more(strings.TrimSuffix(path, "/"))
	}
	return best.handler, r
}

// clean returns path without empty segments and dots; a slash at the end stays.
// It reports false for a path with "..", and for the * of OPTIONS *.
func clean(path string) (string, bool) {
	if path != "" && path[0] != '/' {
		return "", false
	}
	segments, ok := split(path)
	if !ok {
		return "", false
	}
	cleaned := "/" + strings.Join(segments, "/")
	if strings.HasSuffix(path, "/") && cleaned != "/" {
		cleaned += "/"
	}
	return cleaned, true
}

func withPath(r *http.Request, path string) *http.Request {
	changed := *r
	changed.URL = new(url.URL)
	*changed.URL = *r.URL
	changed.URL.Path, changed.URL.RawPath = path, ""
	return &changed
}
