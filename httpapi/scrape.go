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
	// releaseSize scrapers at a time are given their answer, releaseInterval
	// apart.
	releaseSize     = 4
	releaseInterval = 2 * time.Millisecond
	// restFactor is how many times the duration of an encoding the next one
	// waits, if scrapers come together.
	restFactor = 3
	// ownWays is how many scrapes that cannot be shared are encoded at a time.
	ownWays = 2
)

// scrapes shares what next answers among scrapers of the same form, so that any
// number of them leaves the processors to health answers and checks: there is
// one gathering and encoding at a time for each form, with a rest between two
// that several scrapers wanted, and the answers are written little by little.
type scrapes struct {
	next http.Handler
	own  chan struct{} // places for scrapes that go their own way

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
	if r.URL.Query().Has("name[]") { // It selects families.
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

// encode asks next for the form of r, whose client may be gone meanwhile.
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

// A scrapeQueue has the encodings of one form: one under way at most, and one
// that scrapers may still join.
type scrapeQueue struct {
	mu      sync.Mutex
	busy    bool // an encoding is under way, or resting
	waiting *encoding
}

// An encoding is one answer for all scrapers that came before it began.
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

// join returns a share in the next encoding, which run performs if nobody has
// asked for one before.
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

// begin performs the encoding that waits, and those after it until there is none
// or one is followed by a rest.
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

// take returns the encoding that waits, which nobody can join any more, and how
// many have. Without one the queue is idle.
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

// perform sets the answer, whatever run does.
func (e *encoding) perform() {
	defer close(e.done)
	defer func() {
		if recover() != nil {
			e.answer = &buffered{status: http.StatusInternalServerError}
		}
	}()
	e.answer = e.run()
}

// releaseAfter returns how long after the end of an encoding a scraper is given
// its answer.
func releaseAfter(place int) time.Duration {
	return time.Duration(place/releaseSize) * releaseInterval
}

// wait returns when the answer is there and its scraper's turn has come, or
// false when ctx ends first.
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

// writeTo writes the answer. It changes nothing, and may be called concurrently.
func (b *buffered) writeTo(w http.ResponseWriter, method string) {
	header := w.Header()
	for name, values := range b.header {
		header[name] = slices.Clip(values) // Shared: whoever adds to it copies it.
	}
	body := b.body.Bytes()
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(b.status)
	if method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // Metrics, which no browser renders; a client that is gone misses nothing.
	}
}
