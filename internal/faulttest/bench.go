package faulttest

import (
	"net"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A bench holds the state that all faults of one subject share.
type bench struct {
	scope   *scope
	subject Subject
	certs   *Certs
	pulse   *pulse

	refused, noSYN, established string
	noDrop                      error // why packets cannot be dropped here

	// bad is whether the alternating peer is bad now.
	bad atomic.Bool
}

func newBench(tb testing.TB, s Subject) *bench {
	tb.Helper()
	b := &bench{scope: &scope{TB: tb}, subject: s, certs: Certificates(tb), pulse: startPulse()}
	b.scope.Cleanup(b.pulse.close)
	Resolver(b.scope)
	b.refused = Refused(b.scope)
	b.noSYN, b.established, b.noDrop = Dropped(b.scope)
	return b
}

// spec returns the check of f for a target at address.
func (b *bench) spec(f fault, address string) checks.Spec {
	if f.secure {
		return b.subject.TLS(address, checks.TLS{CAFile: b.certs.CAFile})
	}
	return b.subject.Spec(address)
}

func (b *bench) overTLS(cert Leaf) handler {
	return overTLS(cert.Config(), b.subject.StartTLS, b.subject.Good)
}

func goodPeer(b *bench) handler { return b.subject.Good }

func alternatingPeer(b *bench) handler {
	return func(conn net.Conn) {
		if b.bad.Load() {
			reset(conn)
			return
		}
		b.subject.Good(conn)
	}
}

// want returns the required outcome of fault f, or the reason to skip f.
func (b *bench) want(f fault) Want {
	want := b.subject.Except[f.name].or(f.want)
	if want.Skip == "" && f.skip != nil {
		want.Skip = f.skip(b.subject)
	}
	if only := b.subject.Only; only != nil && !slices.Contains(only, f.name) {
		want.Skip = "another fault is looked at"
	}
	return want
}

// rounds returns, for each run of the check, whether its peer is bad.
func (f fault) rounds() []bool {
	if f.alternating {
		return []bool{false, true, false, true, true, false}
	}
	return []bool{false}
}

// round returns how the check has to end in a round.
func (f fault) round(want Want, bad bool) Want {
	if f.alternating && !bad {
		return Want{Pass: true}
	}
	return want
}
