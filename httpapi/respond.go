package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
)

// A badRequest is an error of the client's.
type badRequest struct{ error }

func badRequestf(format string, a ...any) error {
	return badRequest{fmt.Errorf(format, a...)}
}

// refuse answers with an error as JSON.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	body := appendString([]byte(`{"error": `), err.Error())
	send(w, r, status, typeJSON, append(body, '}'))
}

func refuseMethod(w http.ResponseWriter, r *http.Request, allow []string) {
	w.Header()["Allow"] = allow
	refuse(w, r, http.StatusMethodNotAllowed, fmt.Errorf("method %s, want %s", clip(r.Method), allow[0]))
}

// send writes a whole answer; the answer to HEAD has the same header and no
// body. What cannot be sent is nobody's business any more: the client is gone.
func send(w http.ResponseWriter, r *http.Request, status int, contentType []string, parts ...[]byte) {
	header := w.Header()
	if status == http.StatusNoContent || status == http.StatusNotModified { // These have no body.
		w.WriteHeader(status)
		return
	}
	length := 0
	for _, p := range parts {
		length += len(p)
	}
	header["Content-Type"] = contentType
	header["Content-Length"] = []string{strconv.Itoa(length)}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil { //nolint:gosec // JSON or text by its Content-Type, and nosniff; the page is escaped by its template.
			return
		}
	}
}
