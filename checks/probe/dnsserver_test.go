package probe_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// An answerer completes a prepared answer, which has the header and the question
// but no records. If it returns nil the server does not reply.
type answerer func(m *dnsmessage.Message) *dnsmessage.Message

func answerA(addresses ...string) answerer {
	return func(m *dnsmessage.Message) *dnsmessage.Message {
		for _, address := range addresses {
			m.Answers = append(m.Answers, resource(m.Questions[0].Name.String(), 300, &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()}))
		}
		return m
	}
}

func answerRcode(code dnsmessage.RCode) answerer {
	return func(m *dnsmessage.Message) *dnsmessage.Message { m.RCode = code; return m }
}

func answerWith(bodies ...dnsmessage.ResourceBody) answerer {
	return func(m *dnsmessage.Message) *dnsmessage.Message {
		for i, body := range bodies {
			m.Answers = append(m.Answers, resource(m.Questions[0].Name.String(), uint32(300-i), body))
		}
		return m
	}
}

func resource(owner string, ttl uint32, body dnsmessage.ResourceBody) dnsmessage.Resource {
	header := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(owner), Class: dnsmessage.ClassINET, TTL: ttl}
	if unknown, ok := body.(*dnsmessage.UnknownResource); ok {
		header.Type = unknown.Type
	}
	return dnsmessage.Resource{Header: header, Body: body}
}

func (f answerer) bytes(question []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	answer := f(&m)
	if answer == nil {
		return nil
	}
	packed, err := answer.Pack()
	if err != nil {
		panic(err)
	}
	return packed
}

// dnsServer answers questions on one port by UDP, and by TCP where f is given
// for it, until the test ends. It returns its address.
func dnsServer(t *testing.T, udp func(question []byte) [][]byte, tcp answerer) string {
	t.Helper()
	packets, listener := sameport(t)
	var done sync.WaitGroup
	done.Go(func() {
		buffer := make([]byte, 4096)
		for {
			n, peer, err := packets.ReadFrom(buffer)
			if err != nil {
				return
			}
			for _, answer := range udp(buffer[:n]) {
				packets.WriteTo(answer, peer)
			}
		}
	})
	done.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if tcp != nil {
				serveDNSConn(tcp)(conn)
			}
			conn.Close()
		}
	})
	t.Cleanup(func() { packets.Close(); listener.Close(); done.Wait() })
	return packets.LocalAddr().String()
}

// sameport listens for UDP and TCP on the same port.
func sameport(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		packets, err := net.ListenPacket("udp4", listener.Addr().String())
		if err == nil {
			return packets, listener
		}
		listener.Close()
	}
	t.Fatal("no port is free for UDP and TCP")
	return nil, nil
}

func once(f answerer) func([]byte) [][]byte {
	return func(question []byte) [][]byte {
		if answer := f.bytes(question); answer != nil {
			return [][]byte{answer}
		}
		return nil
	}
}

// serveDNSConn answers questions over a stream.
func serveDNSConn(f answerer) func(net.Conn) { return serveDNSStream(once(f)) }

func serveDNSStream(reply func(question []byte) [][]byte) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			var size [2]byte
			if _, err := io.ReadFull(conn, size[:]); err != nil {
				return
			}
			question := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(conn, question); err != nil {
				return
			}
			for _, answer := range reply(question) {
				conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
			}
		}
	}
}
