package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
)

// A badRequest is a fault of the request.
type badRequest struct{ error }

func badRequestf(format string, a ...any) error {
	return badRequest{fmt.Errorf(format, a...)}
}

// orNotFound returns h, or a handler that answers 404 if h is nil.
func orNotFound(h http.Handler) http.Handler {
	if h != nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusNotFound, errNothingThere)
	})
}

// refuse answers with an error as JSON.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	body := appendString([]byte(`{"error": `), err.Error())
	send(w, r, status, typeJSON, nil, append(body, '}'))
}

func refuseMethod(w http.ResponseWriter, r *http.Request, allow []string) {
	w.Header()["Allow"] = allow
	refuse(w, r, http.StatusMethodNotAllowed, fmt.Errorf("method %s, want %s", quoted(r.Method), allow[0]))
}

// A contentLength caches header values for lengths that are nearly the same:
// the time in a body has a varying number of digits. After all lengths have
// occurred it is read-only, so that readers on several processors do not slow
// each other down.
type contentLength struct {
	known [8]atomic.Pointer[headerLength] // by n modulo 8
}

type headerLength struct {
	n      int
	values []string
}

// of returns n for a header. A nil contentLength caches nothing.
func (c *contentLength) of(n int) []string {
	if c == nil {
		return []string{strconv.Itoa(n)}
	}
	place := &c.known[n%len(c.known)]
	if l := place.Load(); l != nil && l.n == n {
		return l.values
	}
	l := &headerLength{n, []string{strconv.Itoa(n)}}
	place.Store(l)
	return l.values
}

// send writes an answer whose body is made of parts; the answer to HEAD has the
// same header and no body. A write error means that the client is gone; send
// ignores it.
func send(w http.ResponseWriter, r *http.Request, status int, contentType []string, length *contentLength, parts ...[]byte) {
	header := w.Header()
	if status == http.StatusNoContent || status == http.StatusNotModified { // These have no body.
		w.WriteHeader(status)
		return
	}
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	header["Content-Type"] = contentType
	header["Content-Length"] = length.of(n)
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if _, err := w.Write(p); err != nil { //nolint:gosec // JSON or text by its Content-Type, and nosniff; the page is escaped by its template.
			return
		}
	}
}
