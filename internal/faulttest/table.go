package faulttest

import (
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A fault is a line of the table.
type fault struct {
	name string
	// waits means that nothing comes: the check runs into its timeout.
	waits bool
	// metered means that the peer says more than a check may read.
	metered bool
	// alternating means several runs, on a peer that is good and bad in turn.
	alternating bool
	// skip says why the fault does not apply to the subject, or returns "".
	skip func(Subject) string
	// peer returns the address of the target. A fault has either peer or handler.
	peer func(*bench) (address string, err error)
	// handler serves a connection of the target.
	handler func(*bench) handler
	// secure means that the check gets TLS settings.
	secure bool
	want   Want
	// The sentence must contain one of these words.
	words []string
	// The name of the last phase in the evidence must contain one of these words.
	// Nil: it is a phase after the connecting.
	ends []string
	// certified means that the evidence shows the certificates of the peer.
	certified bool
}

// The words that name a phase of a check or say that something was wanted.
var phases = []string{
	"dial", "connect", "lookup", "resolv", "tls", "ssl", "handshake", "certificate", "read", "writ", "send",
	"receiv", "request", "response", "answer", "reply", "replies", "greeting", "banner", "header", "body", "login", "logging in",
	"auth", "quer", "ping", "want", "wait", "status", "startup", "line", "packet", "frame", "command", "expect",
	"malformed", "invalid", "larger", "longer", "more than", "too ", "unknown", "unsupported", "redirect", "message",
	"server", "protocol",
}

// table returns all faults. What the sentence says is checked with words when
// the subject's want has no text.
func table() []fault {
	return slices.Concat(networkFaults(), answerFaults(), tlsFaults(), certificateFaults(), nameFaults())
}

// Names returns the names of all faults, in the order of the table.
func Names() []string {
	var names []string
	for _, f := range table() {
		names = append(names, f.name)
	}
	return names
}

// How phases are named, as far as the table says. A datagram is refused when a
// reply is awaited.
var (
	connecting = []string{"connecting", "waiting for a reply"}
	securing   = []string{"tls", "logging in"} // MySQL's server speaks first.
	resolving  = []string{"resolving"}
	anywhere   = []string{""} // A reset may come before the connection is known to be made.
)

func is(h handler) func(*bench) handler { return func(*bench) handler { return h } }

func networkFaults() []fault {
	timeout := Want{Reason: checks.ReasonTimeout}
	return []fault{
		{name: "good", handler: goodPeer, skip: needsGood, want: Want{Pass: true}},
		{name: "refused", peer: func(b *bench) (string, error) { return b.refused, nil },
			want: Want{Reason: checks.ReasonRefused}, words: []string{"refused"}, ends: connecting},
		{name: "syn dropped", waits: true, peer: func(b *bench) (string, error) { return b.noSYN, b.noDrop }, want: timeout, ends: connecting},
		{name: "established dropped", waits: true, peer: func(b *bench) (string, error) { return b.established, b.noDrop }, want: timeout},
		{name: "silent", waits: true, handler: is(silent), want: timeout},
		{name: "closed", handler: is(hangUp), want: Want{Reason: checks.ReasonProtocol}},
		{name: "reset", handler: is(reset), want: Want{Reason: checks.ReasonProtocol}, ends: anywhere},
	}
}

func answerFaults() []fault {
	protocol := Want{Reason: checks.ReasonProtocol}
	orContent := Want{Reason: checks.ReasonProtocol, Or: []checks.Reason{checks.ReasonAssertion}}
	return []fault{
		{name: "reset in the middle", handler: func(b *bench) handler { return resetAfter(b.subject.Preamble) }, want: protocol},
		{name: "drip", waits: true, handler: func(b *bench) handler { return drip(b.subject.Preamble) },
			want: Want{Reason: checks.ReasonTimeout, Or: []checks.Reason{checks.ReasonProtocol}}},
		{name: "endless", metered: true, handler: func(b *bench) handler { return endless(b.subject.Preamble) }, want: orContent},
		{name: "long line", metered: true, handler: is(longLine), want: orContent},
		{name: "headers", metered: true, handler: is(headers), want: orContent},
		{name: "garbage", metered: true, handler: is(garbage), want: orContent},
		{name: "echo", metered: true, waits: true, handler: is(echo), want: Want{Reason: checks.ReasonProtocol, Or: []checks.Reason{
			checks.ReasonTimeout, checks.ReasonAuth, checks.ReasonStatus, checks.ReasonAssertion, checks.ReasonError,
		}}},
		{name: "redirect loop", handler: is(redirectLoop), skip: needsHTTP,
			want: Want{Reason: checks.ReasonStatus, Or: []checks.Reason{checks.ReasonProtocol}}},
		{name: "alternating", alternating: true, handler: alternatingPeer, skip: needsGood, want: protocol, ends: anywhere},
	}
}

func tlsFaults() []fault {
	return []fault{
		{name: "good over tls", secure: true, skip: needsGoodTLS, want: Want{Pass: true},
			handler: func(b *bench) handler { return b.overTLS(b.certs.Good) }},
		{name: "tls on a plain port", waits: true, skip: noneNeeded,
			handler: func(b *bench) handler { return overTLS(b.certs.Good.Config(), nil, nil) },
			want: Want{Reason: checks.ReasonProtocol, Or: []checks.Reason{
				checks.ReasonTimeout, checks.ReasonTLS, checks.ReasonAssertion,
			}}},
		{name: "plain on a tls port", secure: true, skip: needsTLS, handler: is(plain),
			want:  Want{Reason: checks.ReasonTLS, Or: []checks.Reason{checks.ReasonProtocol}},
			words: []string{"tls", "ssl", "handshake"}, ends: securing},
		{name: "tls never answered", waits: true, secure: true, skip: needsTLS,
			handler: func(b *bench) handler { return tlsSilent(b.subject.StartTLS) },
			want:    Want{Reason: checks.ReasonTimeout}, words: []string{"tls", "ssl", "handshake"}, ends: securing},
	}
}

func certificateFaults() []fault {
	one := func(name string, leaf func(*Certs) Leaf, words ...string) fault {
		return fault{
			name: "certificate " + name, secure: true, skip: needsTLS,
			handler: func(b *bench) handler { return b.overTLS(leaf(b.certs)) },
			want:    Want{Reason: checks.ReasonTLS}, words: words, ends: []string{"tls handshake"}, certified: true,
		}
	}
	return []fault{
		one("expired", func(c *Certs) Leaf { return c.Expired }, "expired"),
		one("not yet valid", func(c *Certs) Leaf { return c.NotYetValid }, "not yet valid"),
		one("of another host", func(c *Certs) Leaf { return c.OfOtherHost }, OtherHost, "SAN", "host", "not valid for"),
		one("of an unknown ca", func(c *Certs) Leaf { return c.OfUnknownCA }, "unknown", "authority", "issuer"),
	}
}

func nameFaults() []fault {
	at := func(host string) func(*bench) (string, error) {
		return func(*bench) (string, error) { return host + ":9", nil }
	}
	words := []string{"lookup", "resolv", "dns"}
	return []fault{
		{name: "nxdomain", peer: at(HostNXDomain), want: Want{Reason: checks.ReasonDNS}, words: words, ends: resolving},
		{name: "servfail", peer: at(HostServFail), want: Want{Reason: checks.ReasonDNS}, words: words, ends: resolving},
		{name: "resolver silent", waits: true, peer: at(HostUnresolving), want: Want{Reason: checks.ReasonTimeout}, words: words, ends: resolving},
	}
}

func noneNeeded(Subject) string { return "" }

func needsGood(s Subject) string {
	if s.Good == nil {
		return "the subject has no good peer"
	}
	return ""
}

func needsHTTP(s Subject) string {
	if !s.HTTP {
		return "the type does not speak HTTP"
	}
	return ""
}

func needsTLS(s Subject) string {
	if s.TLS == nil {
		return "the type has no TLS"
	}
	return ""
}

func needsGoodTLS(s Subject) string {
	if skip := needsTLS(s); skip != "" {
		return skip
	}
	return needsGood(s)
}
