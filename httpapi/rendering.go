package httpapi

import (
	"sync/atomic"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A form renders reports. Its parts are joined: open, each result with a
// separator between two, end. What result appends depends on nothing but the
// result, so that it can be used again while others change.
type form interface {
	open(dst []byte, rep collector.Report) []byte
	result(dst []byte, r *collector.Result) []byte
	separator() string
	end(dst []byte, rep collector.Report) []byte
}

// A rendering is a report in one form. It is not changed once it is made, but
// for the length that it remembers.
type rendering struct {
	version uint64
	form    form
	body    []byte
	results []*collector.Result
	length  contentLength
	bounds  []int // The i-th result is body[bounds[2*i]:bounds[2*i+1]].
}

// render renders rep, taking from old, which may be nil, what is still true.
func render(f form, rep collector.Report, old *rendering) *rendering {
	if old != nil && old.form != f {
		old = nil
	}
	r := &rendering{
		version: rep.Version, form: f, results: rep.Results,
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

// fragment returns the rendering of the i-th result if it is still this one.
func (r *rendering) fragment(i int, result *collector.Result) []byte {
	if r == nil || i >= len(r.results) || r.results[i] != result {
		return nil
	}
	return r.body[r.bounds[2*i]:r.bounds[2*i+1]]
}

const (
	// filteredSlots is how many renderings of filtered forms are kept, and
	// maxFilteredBody the size of the largest of them, in bytes.
	filteredSlots   = 32
	maxFilteredBody = 256 << 10
)

// renderings remembers the newest rendering of each form of the whole, and of
// a bounded number of selections. Readers take no lock.
type renderings struct {
	whole    [formCount]atomic.Pointer[rendering]
	filtered [filteredSlots]atomic.Pointer[rendering]
}

// get returns rep in the form that is number n, rendered when there is no
// rendering of that version yet.
func (c *renderings) get(n uint64, f form, rep collector.Report, q *request) *rendering {
	slot := &c.whole[n]
	if q.filtered {
		slot = &c.filtered[(q.shape^n)%filteredSlots]
	}
	old := slot.Load()
	if old != nil && old.form == f && old.version == rep.Version && rep.Version != 0 {
		return old
	}
	r := render(f, rep, old)
	if rep.Version != 0 && (!q.filtered || len(r.body) <= maxFilteredBody) {
		slot.Store(r)
	}
	return r
}
