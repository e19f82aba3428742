package wire

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync"
	"time"
)

// A lookup is the phase "resolving" of a dial. The lookup of a name may go on
// after the dialling has given up; what comes then is ignored.
type lookup struct {
	run   *Run
	peer  string // of the run
	began time.Time

	mu   sync.Mutex
	took time.Duration // zero: the name has no address yet
	over bool          // the dial has returned
}

// lookup begins the phase "resolving", whose peer is the host, or "connecting to"
// if the address has no name to be looked up. Lookup is then nil.
func (r *Run) lookup(ctx context.Context, network, address string) (context.Context, *lookup) {
	host, _, _ := net.SplitHostPort(address)
	if _, err := netip.ParseAddr(host); err == nil || network == "unix" {
		r.Phase("connecting to")
		return ctx, nil
	}
	l := &lookup{run: r, peer: r.Peer(), began: time.Now()}
	r.SetPeer(host)
	r.Phase("resolving")
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{DNSDone: l.done, ConnectDone: l.connected}), l
}

// done begins the phase "connecting to" if the name has an address.
func (l *lookup) done(info httptrace.DNSDoneInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || info.Err != nil {
		return
	}
	l.took = max(time.Since(l.began), 1)
	l.connect()
}

func (l *lookup) connect() {
	l.run.SetPeer(l.peer)
	l.run.Phase("connecting to")
}

// connected records the outcome for one of the addresses. Attempts that ended
// because another address was faster are not recorded.
func (l *lookup) connected(_, address string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over && !errors.Is(err, context.Canceled) {
		l.run.tried(address, err)
	}
}

// end is called with the error of the dial. It returns how long the lookup took;
// zero means that the name has no address, or that no name was looked up.
func (l *lookup) end(err error) time.Duration {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if err == nil && l.took == 0 {
		l.connect()
	}
	return l.took
}

// tried records an attempt to connect.
func (r *Run) tried(address string, err error) {
	if err != nil {
		err = errors.New(Plain(err))
	}
	r.trace.Tried(address, err)
}
