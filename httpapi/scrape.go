package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/expfmt"
)

const (
	// releaseSize scrapers at a time get their answer, with releaseInterval
	// between two groups.
	releaseSize     = 4
	releaseInterval = 2 * time.Millisecond
	// restFactor times the duration of an encoding is the pause before the next
	// one, if several scrapers shared it.
	restFactor = 3
	// ownWays is how many unshared scrapes are encoded at a time.
	ownWays = 2
)

// scrapes shares the answers of next among scrapers of the same form, so that
// any number of scrapers leaves the processors to health answers and checks.
// For each form there is one gathering and encoding at a time, with a pause
// after one that several scrapers shared, and the answers are written a few at
// a time.
type scrapes struct {
	next http.Handler
	own  chan struct{} // places for scrapes that are not shared

	mu    sync.Mutex
	forms map[scrapeForm]*scrapeQueue
}

// A scrapeForm is what was negotiated. There are few of them.
type scrapeForm struct {
	format expfmt.Format
	gzip   bool
}

func newScrapes(next http.Handler) *scrapes {
	return &scrapes{next: next, own: make(chan struct{}, ownWays), forms: map[scrapeForm]*scrapeQueue{}}
}

func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form := scrapeForm{expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...), acceptsGzip(r.Header)}
	if r.URL.Query().Has("name[]") { // The query selects families.
		if b := s.encodeOwn(form, r); b != nil {
			b.writeTo(w, r.Method)
		}
		return
	}
	e := s.queue(form).join(func() *buffered { return s.encode(form, r) })
	if e.wait(r.Context()) {
		e.answer.writeTo(w, r.Method)
	}
}

func (s *scrapes) queue(form scrapeForm) *scrapeQueue {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.forms[form]
	if q == nil {
		q = &scrapeQueue{}
		s.forms[form] = q
	}
	return q
}

// encodeOwn encodes an answer for r alone, or returns nil if r ends before it
// has a place.
func (s *scrapes) encodeOwn(form scrapeForm, r *http.Request) *buffered {
	select {
	case s.own <- struct{}{}:
		defer func() { <-s.own }()
		return s.encode(form, r)
	case <-r.Context().Done():
		return nil
	}
}

// encode calls next for the form of r, whose client may disconnect meanwhile.
func (s *scrapes) encode(form scrapeForm, r *http.Request) *buffered {
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Method = http.MethodGet
	r.Header.Set("Accept-Encoding", "identity")
	if form.gzip {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	b := &buffered{header: http.Header{}, status: http.StatusOK}
	s.next.ServeHTTP(b, r)
	return b
}

// acceptsGzip reports whether the client takes gzip.
func acceptsGzip(h http.Header) bool {
	for _, line := range h["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			coding, quality, _ := strings.Cut(part, ";")
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "gzip" && coding != "*" {
				continue
			}
			q := strings.TrimSpace(quality)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}

// A scrapeQueue has the encodings of one form: at most one under way, and one
// that scrapers may still join.
type scrapeQueue struct {
	mu      sync.Mutex
	busy    bool // an encoding is under way, or resting
	waiting *encoding
}

// An encoding is one answer for all scrapers that arrived before it began.
type encoding struct {
	run    func() *buffered
	joined int           // guarded by the lock of the queue
	done   chan struct{} // closed when answer is set
	answer *buffered
}

// A share is one scraper's part in an encoding.
type share struct {
	*encoding
	place int
}

// join returns a share in the next encoding. It schedules that encoding, with
// run, unless another scraper has done so.
func (q *scrapeQueue) join(run func() *buffered) share {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == nil {
		q.waiting = &encoding{run: run, done: make(chan struct{})}
	}
	e := q.waiting
	e.joined++
	if !q.busy {
		q.busy = true
		go q.begin()
	}
	return share{e, e.joined - 1}
}

// begin performs the waiting encoding and those after it, until no encoding
// waits or a pause follows.
func (q *scrapeQueue) begin() {
	for {
		e, joined := q.take()
		if e == nil {
			return
		}
		start := time.Now()
		e.perform()
		if joined > 1 {
			rest := max(restFactor*time.Since(start), releaseAfter(joined))
			time.AfterFunc(rest, q.begin)
			return
		}
	}
}

// take returns the waiting encoding, which nobody can join any more, and the
// number of scrapers that have joined it. If no encoding waits, the queue
// becomes idle.
func (q *scrapeQueue) take() (e *encoding, joined int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e, q.waiting = q.waiting, nil
	if e == nil {
		q.busy = false
		return nil, 0
	}
	return e, e.joined
}

// perform sets the answer, even if run panics.
func (e *encoding) perform() {
	defer close(e.done)
	defer func() {
		if recover() != nil {
			e.answer = &buffered{status: http.StatusInternalServerError}
		}
	}()
	e.answer = e.run()
}

// releaseAfter returns the delay between the end of an encoding and the release
// of its answer to the scraper at place.
func releaseAfter(place int) time.Duration {
	return time.Duration(place/releaseSize) * releaseInterval
}

// wait returns true when the answer is ready and may be released to its
// scraper, or false if ctx ends first.
func (s share) wait(ctx context.Context) bool {
	select {
	case <-s.done:
	case <-ctx.Done():
		return false
	}
	turn := releaseAfter(s.place)
	if turn == 0 {
		return true
	}
	timer := time.NewTimer(turn)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// A buffered answer is encoded once and written to several clients.
type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (b *buffered) Header() http.Header { return b.header }

// WriteHeader implements [http.ResponseWriter].
func (b *buffered) WriteHeader(status int) { b.status = status }

// Write implements [http.ResponseWriter].
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }

// writeTo writes the answer. It does not change b and may be called
// concurrently.
func (b *buffered) writeTo(w http.ResponseWriter, method string) {
	header := w.Header()
	for name, values := range b.header {
		header[name] = slices.Clip(values) // Shared: an append copies it.
	}
	body := b.body.Bytes()
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(b.status)
	if method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // Metrics, which no browser renders; a client that is gone misses nothing.
	}
}
