package probe_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// mailServer speaks first, and says more than one line to EHLO.
func mailServer(conn net.Conn) {
	io.WriteString(conn, "220 mail.example.org ESMTP\r\n")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		switch command, _, _ := strings.Cut(lines.Text(), " "); command {
		case "EHLO":
			io.WriteString(conn, "250-mail.example.org\r\n250-PIPELINING\r\n")
			time.Sleep(5 * time.Millisecond)
			io.WriteString(conn, "250 8BITMIME\r\n")
		case "QUIT":
			io.WriteString(conn, "221 bye\r\n")
			return
		default:
			io.WriteString(conn, "500 what is "+lines.Text()+"?\r\n")
		}
	}
}

func TestTCPPassesWhenSomebodyListens(t *testing.T) {
	address := faulttest.Silent(t)
	r := run(t, probe.TCP{Address: address})
	r.passes(t, "connected to "+address)
	r.observes(t, "connect_seconds")
	_, port, _ := net.SplitHostPort(address)
	r = run(t, probe.TCP{Address: "localhost:" + port})
	r.passes(t, "connected to localhost:"+port)
	r.observes(t, "connect_seconds", "dns_seconds")
}

func TestTCPSendsAndExpects(t *testing.T) {
	address := faulttest.Serve(t, answerLines("+PONG\r\n"))
	r := run(t, probe.TCP{Address: address, Send: "PING\r\n", Expect: `^\+PONG\r$`})
	r.passes(t, address+" replies as expected")
	r.observes(t, "connect_seconds", "answer_seconds")
	run(t, probe.TCP{Address: address, Send: "PING\r\n"}).passes(t, address+" replies as expected")
}

func TestTCPExpectationCanMatchWithoutALineBreak(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) {
		io.WriteString(conn, "login: ")
		io.Copy(io.Discard, conn)
	})
	run(t, probe.TCP{Address: address, Expect: "login: $"}).passes(t, address+" replies as expected")
}

func TestTCPHoldsAConversation(t *testing.T) {
	address := faulttest.Serve(t, mailServer)
	run(t, probe.TCP{Address: address, Expect: "^220 "}).passes(t, address+" replies as expected")
	run(t, probe.TCP{Address: address, Steps: []probe.TCPStep{
		{Expect: "^220 .*ESMTP"}, {Send: "EHLO probe.example.org\r\n"}, {Expect: "^250-PIPELINING"}, {Expect: "^250 "}, {Send: "QUIT\r\n", Expect: "^221 "},
	}}).passes(t, address+" replies as expected")
	run(t, probe.TCP{Address: address, Steps: []probe.TCPStep{
		{Expect: "^220 "}, {Send: "QUIT\r\n", Expect: "^220 "},
	}}).fails(t, checks.ReasonAssertion, "waiting for a reply from "+address+`: no match of "^220 " before it closed the connection, got "221 bye"…`)
}

func TestTCPSaysWhatItGotButNotWhatItSent(t *testing.T) {
	address := faulttest.Serve(t, mailServer)
	ctx, cancel := contextFor(t, 200*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.TCP{Address: address, Steps: []probe.TCPStep{{Expect: "^220 "}, {Send: "AUTH PLAIN kanarienvogel\r\n", Expect: "^235 "}}}).
		fails(t, checks.ReasonAssertion, "waiting for a reply from "+address+`: no match of "^235 " within 200ms, got "500 what is ********?"…`)
}

func TestTCPTimeoutIsToldWhenNoLineCame(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) {
		io.WriteString(conn, "22")
		io.Copy(io.Discard, conn)
	})
	ctx, cancel := contextFor(t, 100*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.TCP{Address: address, Expect: "^220"}).
		fails(t, checks.ReasonTimeout, "waiting for a reply from "+address+": timeout after 100ms")
}

func TestTCPFindsAMatchAtTheEndOfALargeAnswer(t *testing.T) {
	address := faulttest.Serve(t, func(conn net.Conn) {
		for range 1000 {
			io.WriteString(conn, strings.Repeat("x", 59)+"\n")
		}
		io.WriteString(conn, "the end\n")
		io.Copy(io.Discard, conn)
	})
	run(t, probe.TCP{Address: address, Expect: "^the end$"}).passes(t, address+" replies as expected")
}

func TestTCPOverTLS(t *testing.T) {
	certs := faulttest.Certificates(t)
	address := faulttest.TLS(t, certs.Good, mailServer)
	settings := &checks.TLS{CAFile: certs.CAFile}
	r := run(t, probe.TCP{Address: address, TLS: settings, Expect: "^220 "})
	r.passes(t, address+" replies as expected")
	r.observes(t, "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds", "answer_seconds")
	run(t, probe.TCP{Address: address, TLS: settings}).passes(t, "connected to "+address)
	run(t, probe.TCP{Address: address, TLS: &checks.TLS{}}).
		fails(t, checks.ReasonTLS, "tls handshake with "+address+": certificate signed by unknown authority")
}

func TestTCPOverAUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := listener.Accept(); err == nil {
			answerLines("+PONG\r\n")(conn)
			conn.Close()
		}
	}()
	run(t, probe.TCP{Address: "unix://" + path, Send: "PING\r\n", Expect: "PONG"}).passes(t, path+" replies as expected")
	listener.Close()
	<-served
	run(t, probe.TCP{Address: "unix://" + path}).fails(t, checks.ReasonRefused, "connecting to "+path+": no such file or directory")
}

func TestTCPLeavesNothingOpenWhenCancelled(t *testing.T) {
	address := faulttest.Silent(t)
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.TCP{Address: address, Expect: "x"}))
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.TCP{Address: address, TLS: &checks.TLS{}}))
	faulttest.Resolver(t)
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.TCP{Address: faulttest.HostUnresolving + ":1"}))
}

func TestTCPDollarMatchesBeforeCRLF(t *testing.T) {
	address := faulttest.Serve(t, mailServer)
	for expr, matches := range map[string]bool{
		"^220 mail.example.org ESMTP$": true, `^220 .*\r$`: true, "ESMTP$": true, "^220 mail$": false, "^(220|221) .*ESMTP$": true,
	} {
		ctx, cancel := contextFor(t, 200*time.Millisecond)
		if r := runIn(ctx, t, probe.TCP{Address: address, Expect: expr}); (r.err == nil) != matches {
			t.Errorf("expect %q = %v, want a match: %v", expr, r.err, matches)
		}
		cancel()
	}
}

func TestTCPSpeaksBytesThatAreNotText(t *testing.T) {
	address := faulttest.Echo(t)
	for send, expect := range map[string]string{
		"\x00\x01\xff\xfe": `^\x00\x01\xff\xfe$`, "\xc3": `\xc3$`, "grüezi": "^grüezi$", "\xff\r\nnext": `^\xff$`,
	} {
		run(t, probe.TCP{Address: address, Send: send, Expect: expect}).passes(t, address+" replies as expected")
	}
	// What comes after a match of bytes is still there for the next step.
	run(t, probe.TCP{Address: address, Steps: []probe.TCPStep{{Send: "\xff\xfeOK\r\n", Expect: `^\xff\xfe`}, {Expect: "^OK$"}}}).
		passes(t, address+" replies as expected")
}

func TestTCPKeepsTheWordsOfARequestInHTTP(t *testing.T) {
	address := faulttest.Serve(t, says("HTTP/1.0 503 the health of the pool for letmein is bad\r\n"))
	run(t, probe.TCP{Address: address, Send: "GET /health HTTP/1.0\r\nHost: pool\r\nX-Api-Key: letmein\r\n\r\n", Expect: " 200 "}).
		fails(t, checks.ReasonAssertion, "waiting for a reply from "+address+
			`: no match of " 200 " before it closed the connection, got "HTTP/1.0 503 the health of the pool for ******** is bad"…`)
}

func TestTCPFailsAtOnceByARejectedReply(t *testing.T) {
	address := faulttest.Serve(t, mailServer)
	began := time.Now()
	run(t, probe.TCP{Address: address, Steps: []probe.TCPStep{{Expect: "^220 "}, {Send: "VRFY root\r\n", Expect: "^250 ", Reject: "^5"}}}).
		fails(t, checks.ReasonAssertion, "waiting for a reply from "+address+`: match of "^5", which is rejected, got "500 what is ********?"…`)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the run took %v, want an end at the reply", took)
	}
}

func TestTCPStartsTLSInTheMiddle(t *testing.T) {
	certs := faulttest.Certificates(t)
	serve := func(before string) string {
		return faulttest.Serve(t, func(conn net.Conn) {
			io.WriteString(conn, "220 mail.example.org ESMTP\r\n")
			lines := bufio.NewReader(conn)
			if line, err := lines.ReadString('\n'); err != nil || line != "STARTTLS\r\n" {
				return
			}
			io.WriteString(conn, "220 go ahead\r\n"+before)
			secure := tls.Server(conn, certs.Good.Config())
			if secure.Handshake() == nil {
				mailServer(secure)
			}
		})
	}
	steps := []probe.TCPStep{
		{Expect: "^220 .*$"}, {Send: "STARTTLS\r\n", Expect: "^220 .*$", StartTLS: true}, {Expect: "^220 "}, {Send: "QUIT\r\n", Expect: "^221 "},
	}
	address := serve("")
	r := run(t, probe.TCP{Address: address, TLS: &checks.TLS{CAFile: certs.CAFile}, Steps: steps})
	r.passes(t, address+" replies as expected")
	r.observes(t, "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds", "answer_seconds")
	run(t, probe.TCP{Address: address, Steps: steps}).fails(t, checks.ReasonTLS, "tls handshake with "+address+": certificate signed by unknown authority")

	// The rest of the server's line belongs to the reply.
	begins := []probe.TCPStep{{Expect: "^220 "}, {Send: "STARTTLS\r\n", Expect: "^220 ", StartTLS: true}, {Expect: "^220 "}}
	run(t, probe.TCP{Address: address, TLS: &checks.TLS{CAFile: certs.CAFile}, Steps: begins}).passes(t, address+" replies as expected")

	// A reply smuggled in before the handshake must not count as one of the server's.
	injecting := serve("220 injected\r\n")
	for _, expect := range []string{"^220 ", "^220 go ahead$", "^220 go ahead\r\n"} {
		run(t, probe.TCP{Address: injecting, TLS: &checks.TLS{CAFile: certs.CAFile}, Steps: []probe.TCPStep{
			{Expect: "^220 .*$"}, {Send: "STARTTLS\r\n", Expect: expect, StartTLS: true}, {Expect: "^220 injected"},
		}}).fails(t, checks.ReasonProtocol, "waiting for a reply from "+injecting+": 12 bytes in plain text before the tls handshake")
	}
}
