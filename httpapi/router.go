package httpapi

import (
	"net/http"
	"net/url"
	"strings"
)

// A Router sends requests to handlers by their path, and never redirects:
// repeated slashes, "." and a slash at the end get the same answer as without,
// any other path 404. Every answer gets the security headers of a server that
// has nothing to do with a browser's scripts; a handler may replace them.
//
// A Router is made by [Routes] and not changed afterwards.
type Router struct {
	exact  map[string]http.Handler // without a slash at the end
	prefix []prefixRoute
}

type prefixRoute struct {
	path    string // ends in a slash
	handler http.Handler
}

// Routes makes a Router. A path that ends in a slash stands for itself, without
// the slash too, and for all that is below it; any other only for itself. "/"
// is the root page alone. Of two prefixes the longer counts.
func Routes(handlers map[string]http.Handler) *Router {
	router := &Router{exact: map[string]http.Handler{}}
	for path, handler := range handlers {
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

// strictPolicy is for answers that a browser may show and nothing else.
const strictPolicy = "default-src 'none'; frame-ancestors 'none'"

var strictPolicyHeader = []string{strictPolicy}

// ServeHTTP answers with the handler of the request's path.
func (router *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["X-Content-Type-Options"] = noSniff
	header["Content-Security-Policy"] = strictPolicyHeader
	handler := router.exact[r.URL.Path] // What pollers spell; "/" is not among them.
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

// find returns the handler for a path in any spelling, and the request with
// the path in the plain one.
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
	return best.handler, r
}

// clean returns path without what means nothing; a slash at the end stays. It
// reports false for what is no path of ours: one that leads upwards, or the *
// of OPTIONS *.
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
