package faulttest

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// The names that our resolver knows. Any other has no address.
const (
	HostGood        = "good.faulttest.test"        // 127.0.0.1
	HostNXDomain    = "nxdomain.faulttest.test"    // does not exist
	HostServFail    = "servfail.faulttest.test"    // the server fails
	HostUnresolving = "unresolving.faulttest.test" // the server never answers
)

// Resolver points the resolver of this process at a DNS server of our own until
// the test ends. [net.DefaultResolver] then asks that server; names in /etc/hosts
// are found as before. A test that uses it cannot be parallel.
func Resolver(tb testing.TB) {
	tb.Helper()
	// Setenv panics in a parallel test.
	tb.Setenv("HEALTHCHECK_FAULTTEST_RESOLVER", "1")
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("DNS server: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		answerDNS(conn)
	}()
	ours := conn.LocalAddr().String()
	before := nameServer.Swap(&ours)
	tb.Cleanup(func() {
		nameServer.Store(before)
		conn.Close()
		<-done
	})
}

// nameServer is the address of the DNS server that is asked instead of the
// system's, or nil. The default resolver is replaced once, before any goroutine
// has started, by one that looks here: a test that replaced it itself would race
// with a dial that an earlier test left behind.
var nameServer = func() *atomic.Pointer[string] {
	var address atomic.Pointer[string]
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: dialNameServer(&address)}
	return &address
}()

// dialNameServer returns a dial func that connects to the DNS server at ours or,
// if ours holds nil, to the address it is called with.
//
// The connection to ours ends with ctx. Otherwise Go's resolver would wait for a
// silent server for up to 5s after the lookup was abandoned, with two goroutines
// and two sockets. That would be the fault of the library, not of the check.
func dialNameServer(ours *atomic.Pointer[string]) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Resolver: &net.Resolver{}}
		fake := ours.Load()
		if fake == nil {
			return d.DialContext(ctx, network, address)
		}
		if !strings.HasPrefix(network, "udp") {
			return nil, errors.New("our DNS server knows UDP only")
		}
		conn, err := d.DialContext(ctx, "udp4", *fake)
		if err == nil {
			context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}
}

func answerDNS(conn net.PacketConn) {
	buffer := make([]byte, 1500)
	for {
		n, peer, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := dnsAnswer(buffer[:n]); answer != nil {
			conn.WriteTo(answer, peer)
		}
	}
}

// dnsAnswer returns the reply to a query, or nil for no reply.
func dnsAnswer(query []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Header.Response, m.Header.RecursionAvailable = true, true
	m.Additionals = nil
	switch name := strings.ToLower(q.Name.String()); {
	case strings.HasPrefix(name, HostUnresolving):
		return nil
	case strings.HasPrefix(name, HostServFail):
		m.Header.RCode = dnsmessage.RCodeServerFailure
	case strings.HasPrefix(name, HostGood):
		if q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}}
		}
	default:
		m.Header.RCode = dnsmessage.RCodeNameError
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}
