package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// counted counts the writes of an answer.
type counted struct {
	*httptest.ResponseRecorder
	writes int
}

func (c *counted) Write(b []byte) (int, error) {
	c.writes++
	return c.ResponseRecorder.Write(b)
}

func TestASmallAnswerIsWrittenAtOnceAndALargeOneIsNotCopied(t *testing.T) {
	for checks, small := range map[int]bool{1: true, 1000: false} {
		h := httpapi.Healthcheck(&warm{manyPassed(checks)}, httpapi.Options{})
		w := &counted{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?verbose", nil))
		if once := w.writes == 1; once != small || w.Body.Len() <= 4<<10 != small {
			t.Errorf("%d checks, %d bytes: %d writes, want one: %t", checks, w.Body.Len(), w.writes, small)
		}
	}
}

func TestABodyOfYourOwnMayBeOneByte(t *testing.T) {
	o := httpapi.Options{Failed: httpapi.Answer{Body: func(collector.Report) ([]byte, error) { return []byte("0"), nil }}}
	if res := get(t, httpapi.Healthcheck(plain(), o), "/"); res.Code != 500 || res.body != "0" || res.Header().Get("Content-Length") != "1" {
		t.Errorf("%d %q, Content-Length %s, want 500 \"0\" and 1", res.Code, res.body, res.Header().Get("Content-Length"))
	}
}
