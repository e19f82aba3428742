package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// fake reports what a test wants to see on the wire, without running anything.
type fake struct {
	report collector.Report
	calls  atomic.Int64
}

// Report selects as a collector does.
func (f *fake) Report(_ context.Context, filter collector.Filter) (collector.Report, error) {
	f.calls.Add(1)
	rep := f.report
	if len(filter.Names)+len(filter.Exclude)+len(filter.Tags) == 0 {
		return rep, nil
	}
	rep.Results, rep.Version = nil, 0
	for _, name := range slices.Concat(filter.Names, filter.Exclude) {
		if !slices.ContainsFunc(f.report.Results, func(r *collector.Result) bool { return r.Check == name }) {
			return collector.Report{}, fmt.Errorf("%w %q", collector.ErrUnknownCheck, name)
		}
	}
	for _, r := range f.report.Results {
		if len(filter.Names) > 0 && !slices.Contains(filter.Names, r.Check) || slices.Contains(filter.Exclude, r.Check) {
			continue
		}
		tagged := len(filter.Tags) == 0
		for _, tag := range filter.Tags {
			tagged = tagged || slices.Contains(r.Tags, tag)
		}
		if tagged {
			rep.Results = append(rep.Results, r)
		}
	}
	if len(rep.Results) == 0 {
		return collector.Report{}, fmt.Errorf("%w: the selection leaves none", collector.ErrUnknownCheck)
	}
	return rep, nil
}

type answer struct {
	*httptest.ResponseRecorder
	body string
}

func get(t *testing.T, h http.Handler, target string, header ...string) answer {
	t.Helper()
	return do(t, h, http.MethodGet, target, header...)
}

// do asks h; the header is a list of names and values.
func do(t *testing.T, h http.Handler, method, target string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w, w.Body.String()}
}

// broken reports nothing but an error that no collector has.
type broken struct{}

func (broken) Report(context.Context, collector.Filter) (collector.Report, error) {
	return collector.Report{}, errors.New("broken")
}
