package probe_test

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

const asked = "www.example.org"

func TestDNSPassesWithTheRecordsAsItsOutput(t *testing.T) {
	server := dnsServer(t, once(answerWith(&dnsmessage.AResource{A: [4]byte{192, 0, 2, 11}}, &dnsmessage.AResource{A: [4]byte{192, 0, 2, 10}})), nil)
	r := run(t, probe.DNS{Name: asked, Server: server})
	r.passes(t, "192.0.2.10, 192.0.2.11")
	r.observes(t, "lookup_seconds", "answers", "ttl_seconds")
	if r.observed["answers"] != 2 || r.observed["ttl_seconds"] != 299 {
		t.Errorf("observed %v, want 2 answers with a TTL of 299 s", r.observed)
	}
}

func TestDNSAsksWhatIsConfigured(t *testing.T) {
	questions := make(chan dnsmessage.Message, 10)
	server := dnsServer(t, once(func(m *dnsmessage.Message) *dnsmessage.Message {
		questions <- *m
		return answerWith(&dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("h.example.org.")})(m)
	}), nil)
	for _, c := range []struct{ name, want string }{
		{"192.0.2.1", "1.2.0.192.in-addr.arpa."},
		{"2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."},
		{"1.2.0.192.in-addr.arpa.", "1.2.0.192.in-addr.arpa."},
	} {
		run(t, probe.DNS{Name: c.name, RecordType: "PTR", Server: server, NoRecursion: true, Answers: []string{"H.example.org."}}).passes(t, "h.example.org")
		got := <-questions
		if q := got.Questions[0]; q.Name.String() != c.want || q.Type != dnsmessage.TypePTR || got.RecursionDesired {
			t.Errorf("asked for %v, recursion %v; want %s PTR and none", q, got.RecursionDesired, c.want)
		}
	}
	run(t, probe.DNS{Name: ".", RecordType: "PTR", Server: server}).passes(t, "h.example.org")
	got := <-questions
	if q := got.Questions[0]; q.Name.String() != "." || !got.RecursionDesired {
		t.Errorf("asked for %v, recursion %v; want the root and recursion", q, got.RecursionDesired)
	}
}

func TestDNSReadsEveryType(t *testing.T) {
	name := dnsmessage.MustNewName
	for _, c := range []struct {
		kind, record, shown string
		body                dnsmessage.ResourceBody
	}{
		{"A", "192.0.2.1", "192.0.2.1", &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}},
		{"AAAA", "2001:DB8:0::1", "2001:db8::1", &dnsmessage.AAAAResource{AAAA: [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}}},
		{"CNAME", "A.Example.org.", "a.example.org", &dnsmessage.CNAMEResource{CNAME: name("a.example.ORG.")}},
		{"NS", "ns.example.org", "ns.example.org", &dnsmessage.NSResource{NS: name("ns.example.org.")}},
		{"PTR", "h.example.org", "h.example.org", &dnsmessage.PTRResource{PTR: name("h.example.org.")}},
		{"MX", "010  mail.example.org.", "10 mail.example.org", &dnsmessage.MXResource{Pref: 10, MX: name("mail.example.org.")}},
		{"SRV", "0 5 5060 sip.example.org", "0 5 5060 sip.example.org", &dnsmessage.SRVResource{Weight: 5, Port: 5060, Target: name("sip.example.org.")}},
		{"TXT", "v=spf1 -all", "v=spf1 -all", &dnsmessage.TXTResource{TXT: []string{"v=spf1 ", "-all"}}},
		{"SOA", "ns.example.org. root.example.org. 7 1 2 3 4", "ns.example.org root.example.org 7 1 2 3 4",
			&dnsmessage.SOAResource{NS: name("ns.example.org."), MBox: name("root.example.org."), Serial: 7, Refresh: 1, Retry: 2, Expire: 3, MinTTL: 4}},
		{"CAA", `0 issue "ca.example.org"`, `0 issue "ca.example.org"`, &dnsmessage.UnknownResource{Type: 257, Data: []byte("\x00\x05issueca.example.org")}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			server := dnsServer(t, once(answerWith(c.body)), nil)
			run(t, probe.DNS{Name: asked, Server: server, RecordType: c.kind, Answers: []string{c.record}, Match: "exact"}).passes(t, c.shown)
		})
	}
}

func TestDNSShowsStrangeRecordsQuotedAndShort(t *testing.T) {
	server := dnsServer(t, once(answerWith(&dnsmessage.TXTResource{TXT: []string{"a\x1b[31m\nb"}}, &dnsmessage.TXTResource{TXT: []string{strings.Repeat("x", 200)}})), nil)
	run(t, probe.DNS{Name: asked, Server: server, RecordType: "TXT"}).passes(t, `"a\027[31m\010b", `+strings.Repeat("x", 80)+"…")
	server = dnsServer(t, once(answerA("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7")), nil)
	run(t, probe.DNS{Name: asked, Server: server}).passes(t, "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5 and 2 more")
}

func TestDNSComparesTheRecords(t *testing.T) {
	server := dnsServer(t, once(answerA("192.0.2.1", "192.0.2.2")), nil)
	for _, c := range []struct {
		match   string
		answers []string
		fails   string
	}{
		{"", []string{"192.0.2.2"}, ""},
		{"all", []string{"192.0.2.2", "192.0.2.1"}, ""},
		{"all", []string{"192.0.2.2", "192.0.2.3"}, "answers 192.0.2.1, 192.0.2.2, want 192.0.2.2, 192.0.2.3"},
		{"any", []string{"192.0.2.9", "192.0.2.1"}, ""},
		{"any", []string{"192.0.2.9"}, "answers 192.0.2.1, 192.0.2.2, want any of 192.0.2.9"},
		{"exact", []string{"192.0.2.2", "192.0.2.1"}, ""},
		{"exact", []string{"192.0.2.2"}, "answers 192.0.2.1, 192.0.2.2, want exactly 192.0.2.2"},
	} {
		r := run(t, probe.DNS{Name: asked, Server: server, Answers: c.answers, Match: c.match})
		if c.fails == "" {
			r.passes(t, "192.0.2.1, 192.0.2.2")
			continue
		}
		r.fails(t, checks.ReasonAssertion, c.fails)
	}
}

func TestDNSFollowsAliasesInTheAnswerOnly(t *testing.T) {
	alias := func(from, to string) dnsmessage.Resource {
		return resource(from, 60, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(to)})
	}
	address := func(owner string, last byte) dnsmessage.Resource {
		return resource(owner, 30, &dnsmessage.AResource{A: [4]byte{192, 0, 2, last}})
	}
	answer := func(resources ...dnsmessage.Resource) string {
		return dnsServer(t, once(func(m *dnsmessage.Message) *dnsmessage.Message { m.Answers = resources; return m }), nil)
	}
	run(t, probe.DNS{Name: asked, Server: answer(address("c.example.org.", 1), alias("b.example.org.", "C.example.org."), alias("WWW.example.org.", "b.example.org."), address("stranger.example.org.", 2))}).
		passes(t, "192.0.2.1")
	run(t, probe.DNS{Name: asked, Server: answer(address("stranger.example.org.", 2))}).fails(t, checks.ReasonDNS, "no A record")
	run(t, probe.DNS{Name: asked, Server: answer(alias("www.example.org.", "b.example.org."), alias("b.example.org.", "www.example.org."))}).
		fails(t, checks.ReasonDNS, "no A record")
}

func TestDNSRcodeDecides(t *testing.T) {
	for _, c := range []struct {
		code   dnsmessage.RCode
		wanted string
		passes string
		reason checks.Reason
		fails  string
	}{
		{2, "", "", checks.ReasonDNS, "rcode SERVFAIL, want NOERROR"},
		{3, "", "", checks.ReasonDNS, "rcode NXDOMAIN, want NOERROR"},
		{5, "NXDOMAIN", "", checks.ReasonDNS, "rcode REFUSED, want NXDOMAIN"},
		{3, "nxdomain", "NXDOMAIN", "", ""},
		{0, "NXDOMAIN", "", checks.ReasonStatus, "rcode NOERROR, want NXDOMAIN"},
		{0, "", "", checks.ReasonDNS, "no A record"},
		{15, "", "", checks.ReasonDNS, "rcode RCODE15, want NOERROR"},
	} {
		r := run(t, probe.DNS{Name: asked, Server: dnsServer(t, once(answerRcode(c.code)), nil), Rcode: c.wanted})
		if c.fails == "" {
			r.passes(t, c.passes)
			continue
		}
		r.fails(t, c.reason, c.fails)
		if n, ok := r.observed["answers"]; !ok || n != 0 {
			t.Errorf("observed %v, want 0 answers", r.observed)
		}
	}
}

func TestDNSAsksAgainOverTCPWhenTheAnswerDoesNotFit(t *testing.T) {
	truncated := once(func(m *dnsmessage.Message) *dnsmessage.Message { m.Truncated = true; return m })
	r := run(t, probe.DNS{Name: asked, Server: dnsServer(t, truncated, answerA("192.0.2.1"))})
	r.passes(t, "192.0.2.1")
	r.observes(t, "lookup_seconds", "answers", "ttl_seconds", "connect_seconds")
	server := dnsServer(t, truncated, nil)
	r = run(t, probe.DNS{Name: asked, Server: server})
	if checks.ReasonOf(r.err) != checks.ReasonProtocol {
		t.Errorf("with TCP closed: %v, want the reason protocol", r.err)
	}
}

func TestDNSOverTCPAndTLS(t *testing.T) {
	certs := faulttest.Certificates(t)
	address := faulttest.Serve(t, serveDNSConn(answerA("192.0.2.1")))
	run(t, probe.DNS{Name: asked, Server: address, Transport: "tcp"}).passes(t, "192.0.2.1")
	address = faulttest.TLS(t, certs.Good, serveDNSConn(answerA("192.0.2.1")))
	r := run(t, probe.DNS{Name: asked, Server: address, TLS: &checks.TLS{CAFile: certs.CAFile}})
	r.passes(t, "192.0.2.1")
	r.observes(t, "lookup_seconds", "answers", "ttl_seconds", "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds")
}

func TestDNSAsksAgainWhenADatagramIsLost(t *testing.T) {
	var questions atomic.Int32
	server := dnsServer(t, func(question []byte) [][]byte {
		if questions.Add(1) < 3 {
			return nil
		}
		return once(answerA("192.0.2.1"))(question)
	}, nil)
	ctx, cancel := contextFor(t, 1500*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.DNS{Name: asked, Server: server}).passes(t, "192.0.2.1")
	if n := questions.Load(); n != 3 {
		t.Errorf("%d questions, want 3", n)
	}
}

func TestDNSSilenceIsATimeout(t *testing.T) {
	var questions atomic.Int32
	server := dnsServer(t, func([]byte) [][]byte { questions.Add(1); return nil }, nil)
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.DNS{Name: asked, Server: server}).
		fails(t, checks.ReasonTimeout, "waiting for a reply from "+server+": timeout after 300ms")
	if n := questions.Load(); n < 1 || n > 3 {
		t.Errorf("%d questions, want up to 3", n)
	}
}

func TestDNSWaitsPastAnswersToOtherQuestions(t *testing.T) {
	otherID := func(question []byte) []byte {
		return append([]byte{question[0] ^ 1}, answerA("192.0.2.66").bytes(question)[1:]...)
	}
	otherName := answerer(func(m *dnsmessage.Message) *dnsmessage.Message {
		m.Questions[0].Name = dnsmessage.MustNewName("evil.example.org.")
		return answerA("192.0.2.66")(m)
	})
	notAnAnswer := answerer(func(m *dnsmessage.Message) *dnsmessage.Message { m.Response = false; return m })
	server := dnsServer(t, func(question []byte) [][]byte {
		return [][]byte{[]byte("garbage"), otherID(question), otherName.bytes(question), notAnAnswer.bytes(question), answerA("192.0.2.1").bytes(question)}
	}, nil)
	run(t, probe.DNS{Name: asked, Server: server}).passes(t, "192.0.2.1")
}

func TestDNSGarbageIsAProtocolFailure(t *testing.T) {
	garbage := dnsServer(t, func([]byte) [][]byte { return [][]byte{[]byte("HTTP/1.1 400 Bad Request")} }, nil)
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.DNS{Name: asked, Server: garbage}).
		fails(t, checks.ReasonProtocol, "waiting for a reply from "+garbage+": the message does not answer the question within 300ms")

	cut := dnsServer(t, func(question []byte) [][]byte {
		answer := answerA("192.0.2.1").bytes(question)
		return [][]byte{answer[:len(answer)-2]}
	}, nil)
	r := run(t, probe.DNS{Name: asked, Server: cut})
	if checks.ReasonOf(r.err) != checks.ReasonProtocol || !strings.HasPrefix(r.err.Error(), "waiting for a reply from "+cut+": malformed message: ") {
		t.Errorf("run = %v (%s), want a malformed message and the reason protocol", r.err, checks.ReasonOf(r.err))
	}

	flood := dnsServer(t, func([]byte) [][]byte { return make([][]byte, 200) }, nil)
	r = runIn(ctx, t, probe.DNS{Name: asked, Server: flood})
	if r.err == nil {
		t.Error("a flood passes")
	}
}

func TestDNSServerThatUnderstandsNothingMayAnswerWithoutTheQuestion(t *testing.T) {
	server := dnsServer(t, once(func(m *dnsmessage.Message) *dnsmessage.Message { m.Questions, m.RCode = nil, 1; return m }), nil)
	run(t, probe.DNS{Name: asked, Server: server}).fails(t, checks.ReasonDNS, "rcode FORMERR, want NOERROR")
}

func TestDNSTellsThatNobodyListens(t *testing.T) {
	packets, listener := sameport(t)
	server := packets.LocalAddr().String()
	packets.Close()
	listener.Close()
	run(t, probe.DNS{Name: asked, Server: server}).fails(t, checks.ReasonRefused, "waiting for a reply from "+server+": connection refused")
}

func TestDNSLeavesNothingOpenWhenCancelled(t *testing.T) {
	silent := dnsServer(t, func([]byte) [][]byte { return nil }, nil)
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.DNS{Name: asked, Server: silent}))
	wantCancelled(t, runIn(cancelledSoon(t), t, probe.DNS{Name: asked, Server: faulttest.Silent(t), Transport: "tcp"}))
}

func TestDNSReadsTheServersOfResolvConf(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"# a comment\nsearch example.org\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n", "192.0.2.53 192.0.2.54"},
		{"nameserver\n nameserver\tfe80::1%eth0 # x\n", "fe80::1%eth0"},
		{strings.Repeat("nameserver 192.0.2.1\n", 9), "192.0.2.1 192.0.2.1 192.0.2.1"},
		{"options rotate\n", ""},
	} {
		if got := strings.Join(probe.Nameservers(strings.NewReader(c.file)), " "); got != c.want {
			t.Errorf("%q names %q, want %q", c.file, got, c.want)
		}
	}
}

func TestDNSServerHasADefaultPort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the socket to a loopback address that is refused differs elsewhere")
	}
	for server, want := range map[string]string{"127.9.9.9": "127.9.9.9:53", "[::1]:1": "[::1]:1", "127.9.9.9:1": "127.9.9.9:1"} {
		ctx, cancel := contextFor(t, 100*time.Millisecond)
		r := runIn(ctx, t, probe.DNS{Name: asked, Server: server, Transport: "tcp"})
		cancel()
		if r.err == nil || !strings.Contains(r.err.Error(), " "+want+": ") {
			t.Errorf("server %s: %v, want one at %s", server, r.err, want)
		}
	}
	ctx, cancel := contextFor(t, 100*time.Millisecond)
	defer cancel()
	if r := runIn(ctx, t, probe.DNS{Name: asked, Server: "127.9.9.9", TLS: &checks.TLS{}}); r.err == nil || !strings.Contains(r.err.Error(), " 127.9.9.9:853: ") {
		t.Errorf("over TLS: %v, want port 853", r.err)
	}
}
