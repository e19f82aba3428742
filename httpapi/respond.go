package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
)

// A badRequest is an error of the client's.
type badRequest struct{ error }

func badRequestf(format string, a ...any) error {
	return badRequest{fmt.Errorf(format, a...)}
}

// refuse answers with an error as JSON.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	body := appendString([]byte(`{"error": `), err.Error())
	send(w, r, status, typeJSON, nil, append(body, '}'))
}

func refuseMethod(w http.ResponseWriter, r *http.Request, allow []string) {
	w.Header()["Allow"] = allow
	refuse(w, r, http.StatusMethodNotAllowed, fmt.Errorf("method %s, want %s", clip(r.Method), allow[0]))
}

// A contentLength is the last one of a body whose length hardly changes, ready
// for a header.
type contentLength struct{ last atomic.Pointer[headerLength] }

type headerLength struct {
	n      int
	values []string
}

// of returns n for a header. A nil contentLength remembers nothing.
func (c *contentLength) of(n int) []string {
	if c == nil {
		return []string{strconv.Itoa(n)}
	}
	if last := c.last.Load(); last != nil && last.n == n {
		return last.values
	}
	l := &headerLength{n, []string{strconv.Itoa(n)}}
	c.last.Store(l)
	return l.values
}

// send writes a whole answer of some parts; the answer to HEAD has the same
// header and no body. What cannot be sent is nobody's business any more: the
// client is gone.
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
