package httpapi

import (
	"slices"
	"sync/atomic"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A form renders reports: open, then the results with a separator between two of
// them, then end. What result appends depends on the result alone, so that it
// can be kept while other results change.
type form interface {
	open(dst []byte, rep collector.Report) []byte
	result(dst []byte, r *collector.Result) []byte
	separator() string
	end(dst []byte, rep collector.Report) []byte
}

// A rendering is a report in one form. After it is made, only the lengths that
// it remembers change.
type rendering struct {
	report collector.Report
	form   form
	body   []byte
	length contentLength
	bounds []int // The i-th result is body[bounds[2*i]:bounds[2*i+1]].
}

// shows reports whether r is the rendering of rep in the form f. Equal versions
// are not sufficient, because two Reporters may use the same version.
func (r *rendering) shows(f form, rep *collector.Report) bool {
	old := &r.report
	return r.form == f && rep.Version != 0 && old.Version == rep.Version &&
		old.Status == rep.Status && old.Draining == rep.Draining && sameResults(old.Results, rep.Results)
}

// sameResults compares pointers. A collector returns the same slice for the
// same version, so the common case is fast.
func sameResults(a, b []*collector.Result) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// render renders rep. It copies the results that have not changed from old, which
// may be nil.
func render(f form, rep collector.Report, old *rendering) *rendering {
	if old != nil && old.form != f {
		old = nil
	}
	r := &rendering{
		report: rep, form: f,
		body:   make([]byte, 0, sizeHint(rep, old)),
		bounds: make([]int, 0, 2*len(rep.Results)),
	}
	r.body = f.open(r.body, rep)
	for i, result := range rep.Results {
		if i > 0 {
			r.body = append(r.body, f.separator()...)
		}
		start := len(r.body)
		if kept := old.fragment(i, result); kept != nil {
			r.body = append(r.body, kept...)
		} else {
			r.body = f.result(r.body, result)
		}
		r.bounds = append(r.bounds, start, len(r.body))
	}
	r.body = f.end(r.body, rep)
	return r
}

func sizeHint(rep collector.Report, old *rendering) int {
	if old != nil {
		return len(old.body) + 64
	}
	return 256 * (len(rep.Results) + 1)
}

// fragment returns the rendering of the i-th result if that is result, else nil.
func (r *rendering) fragment(i int, result *collector.Result) []byte {
	if r == nil || i >= len(r.report.Results) || r.report.Results[i] != result {
		return nil
	}
	return r.body[r.bounds[2*i]:r.bounds[2*i+1]]
}

const (
	// filteredSlots is the number of renderings of filtered reports that are
	// kept, and maxFilteredBody the size of the largest of them, in bytes.
	filteredSlots   = 32
	maxFilteredBody = 256 << 10
)

// renderings keeps the newest rendering of each form of the whole report, and a
// bounded number of renderings of filtered reports. Readers take no lock.
type renderings struct {
	whole    [formCount]atomic.Pointer[rendering]
	filtered [filteredSlots]atomic.Pointer[rendering]
}

// get returns rep in form f, which has the number n, and renders it if no kept
// rendering shows it.
func (c *renderings) get(n uint64, f form, rep collector.Report, q *request) *rendering {
	slot := &c.whole[n]
	if q.filtered {
		slot = &c.filtered[(q.shape^n)%filteredSlots]
	}
	old := slot.Load()
	if old != nil && old.shows(f, &rep) {
		return old
	}
	r := render(f, rep, old)
	if rep.Version != 0 && (!q.filtered || len(r.body) <= maxFilteredBody) {
		slot.Store(r)
	}
	return r
}
