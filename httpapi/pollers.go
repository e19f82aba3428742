package httpapi

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

const (
	// maxPollers is how many pollers are remembered.
	maxPollers = 64
	// maxAgent is how much of a User-Agent is remembered, in bytes.
	maxAgent = 200
)

// A Poller is a program that asks, as far as requests tell.
type Poller struct {
	// Agent is the beginning of the program's User-Agent, as it came: it may be
	// empty, and may hold anything.
	Agent string
	// From is where the program runs: unix, loopback, private or public.
	From string
	// Handler is the name of what it asks: see [Pollers.Wrap].
	Handler string
	// Asked is when it last asked, and Code the status of the answer. An answer that
	// is not HTTP has no Code, but a Line: see [Pollers.Remember].
	Asked time.Time
	Code  int
	Line  string
}

// Pollers remembers which programs ask, and the answers that they got: the last 64, by
// user agent, class of address and handler. It keeps no address. The zero value
// is ready to use; a Pollers is safe for concurrent use.
type Pollers struct {
	known atomic.Pointer[map[pollerKey]*pollerRecord] // replaced as a whole
	lock  sync.Mutex                                  // held while it is replaced
}

type pollerKey struct{ agent, from, handler string }

type pollerRecord struct {
	asked atomic.Int64 // Unix nanoseconds
	code  atomic.Int32
	line  atomic.Pointer[string] // of another protocol
}

// Wrap returns h with its requests remembered under the name of a handler, which
// is a constant of the program.
func (p *Pollers) Wrap(handler string, h http.Handler) http.Handler {
	h = orNotFound(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted, ok := w.(*countedWriter) // Of a Requests.
		if !ok {
			counted = &countedWriter{ResponseWriter: w}
		}
		h.ServeHTTP(counted, r)
		code := counted.code
		if code == 0 { // net/http sends 200 for a handler that writes nothing.
			code = http.StatusOK
		}
		var agent string
		if values := r.Header["User-Agent"]; len(values) > 0 {
			agent = values[0]
		}
		record := p.record(pollerKey{clip.Words(agent, maxAgent), addressClass(r.RemoteAddr), handler})
		record.asked.Store(time.Now().UnixNano())
		record.code.Store(int32(code))
	})
}

// Remember remembers a program that asks over another protocol than HTTP, by the
// class of its address and the name of the handler, and the line that it got.
func (p *Pollers) Remember(handler, remoteAddr, line string) {
	record := p.record(pollerKey{"", addressClass(remoteAddr), handler})
	record.asked.Store(time.Now().UnixNano())
	record.line.Store(&line)
}

// record returns the record of a poller. A new poller takes the place of the one
// that has not asked for the longest time, if there is no other place.
func (p *Pollers) record(key pollerKey) *pollerRecord {
	if known := p.known.Load(); known != nil {
		if record := (*known)[key]; record != nil {
			return record
		}
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	next := make(map[pollerKey]*pollerRecord, maxPollers)
	var oldest pollerKey
	if known := p.known.Load(); known != nil {
		for k, record := range *known {
			next[k] = record
			if before := next[oldest]; before == nil || record.asked.Load() < before.asked.Load() {
				oldest = k
			}
		}
	}
	if record := next[key]; record != nil {
		return record
	}
	if len(next) == maxPollers {
		delete(next, oldest)
	}
	record := new(pollerRecord)
	record.asked.Store(time.Now().UnixNano())
	next[key] = record
	p.known.Store(&next)
	return record
}

// All returns the pollers, the one that asked last first.
func (p *Pollers) All() []Poller {
	var all []Poller
	if known := p.known.Load(); known != nil {
		for key, record := range *known {
			poller := Poller{Agent: key.agent, From: key.from, Handler: key.handler, Asked: time.Unix(0, record.asked.Load()), Code: int(record.code.Load())}
			if line := record.line.Load(); line != nil {
				poller.Line = *line
			}
			all = append(all, poller)
		}
	}
	slices.SortFunc(all, func(a, b Poller) int {
		return cmp.Or(b.Asked.Compare(a.Asked), cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Handler, b.Handler))
	})
	return all
}

// addressClass returns where the address of a client is.
func addressClass(address string) string {
	peer, err := netip.ParseAddrPort(address)
	switch ip := peer.Addr().Unmap(); {
	case err != nil: // A Unix socket has no address.
		return "unix"
	case ip.IsLoopback():
		return "loopback"
	case ip.IsPrivate() || ip.IsLinkLocalUnicast():
		return "private"
	}
	return "public"
}
