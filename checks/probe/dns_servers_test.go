package probe_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// hasEDNS reports whether the question has an OPT record.
func hasEDNS(question []byte) bool {
	var m dnsmessage.Message
	return m.Unpack(question) == nil && len(m.Additionals) > 0
}

// withoutEDNS replies to plain questions with an address, and to others as given.
func withoutEDNS(other answerer) func([]byte) [][]byte {
	return func(question []byte) [][]byte {
		if hasEDNS(question) {
			return once(other)(question)
		}
		return once(answerA("192.0.2.1"))(question)
	}
}

func TestDNSServerThatDoesNotKnowEDNSIsAskedWithoutIt(t *testing.T) {
	unquestioned := func(code dnsmessage.RCode) answerer {
		return func(m *dnsmessage.Message) *dnsmessage.Message { m.Questions, m.RCode = nil, code; return m }
	}
	for name, other := range map[string]answerer{
		"FORMERR":                    answerRcode(1),
		"FORMERR without a question": unquestioned(1),
		"NOTIMP":                     answerRcode(4),
		"SERVFAIL":                   answerRcode(2),
		"silence":                    func(*dnsmessage.Message) *dnsmessage.Message { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := contextFor(t, 3*time.Second)
			defer cancel()
			runIn(ctx, t, probe.DNS{Name: asked, Server: dnsServer(t, withoutEDNS(other), nil)}).passes(t, "192.0.2.1")
		})
	}
	// Over TCP too, on the same connection.
	t.Run("silence over TCP", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := contextFor(t, 3*time.Second)
		defer cancel()
		server := faulttest.Serve(t, serveDNSStream(withoutEDNS(func(*dnsmessage.Message) *dnsmessage.Message { return nil })))
		runIn(ctx, t, probe.DNS{Name: asked, Server: server, Transport: "tcp"}).passes(t, "192.0.2.1")
	})
	// A check that wants the error gets the first reply.
	run(t, probe.DNS{Name: asked, Server: dnsServer(t, withoutEDNS(answerRcode(1)), nil), Rcode: "FORMERR"}).passes(t, "FORMERR")
	// One that refuses both is not asked for ever.
	run(t, probe.DNS{Name: asked, Server: dnsServer(t, once(answerRcode(4)), nil)}).fails(t, checks.ReasonDNS, "rcode NOTIMP, want NOERROR")
}

func TestDNSErrorWithoutAQuestionIsTakenAtOnce(t *testing.T) {
	for code, want := range map[dnsmessage.RCode]string{2: "SERVFAIL", 5: "REFUSED"} {
		server := dnsServer(t, once(func(m *dnsmessage.Message) *dnsmessage.Message { m.Questions, m.RCode = nil, code; return m }), nil)
		began := time.Now()
		run(t, probe.DNS{Name: asked, Server: server}).fails(t, checks.ReasonDNS, "rcode "+want+", want NOERROR")
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s: took %v, want no waiting for another reply", want, took)
		}
	}
	empty := dnsServer(t, once(func(m *dnsmessage.Message) *dnsmessage.Message { m.Questions = nil; return m }), nil)
	ctx, cancel := contextFor(t, 300*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.DNS{Name: asked, Server: empty}).
		fails(t, checks.ReasonProtocol, "waiting for a reply from "+empty+": the message does not answer the question within 300ms")
}

func TestDNSTextIsWrittenAsInAZoneFile(t *testing.T) {
	for _, c := range []struct {
		strings []string
		answer  string
	}{
		{[]string{"v=spf1 ", "-all"}, `v=spf1 -all`},
		{[]string{"v=spf1 ", "-all"}, `"v=spf1 " "-all"`},
		{[]string{"v=spf1 -all"}, `"v=spf1" " -all"`},
		{[]string{`say "hi"; a\b`}, `"say \"hi\"; a\\b"`},
		{[]string{"v=DKIM1; k=rsa"}, `"v=DKIM1\; k=rsa"`},
		{[]string{"v=DKIM1; k=rsa"}, `v=DKIM1\; k=rsa`},
		{[]string{"é\x00"}, `"\195\169\000"`},
		{[]string{""}, `""`},
	} {
		server := dnsServer(t, once(answerWith(&dnsmessage.TXTResource{TXT: c.strings})), nil)
		if r := run(t, probe.DNS{Name: asked, Server: server, RecordType: "TXT", Answers: []string{c.answer}, Match: "exact"}); r.err != nil {
			t.Errorf("%q is not %s: %v", c.strings, c.answer, r.err)
		}
	}
	for _, answer := range []string{`"open`, `"a" b`, `"a"b"`, `a\`, `"\30"`, `"\999"`, `\2x4`} {
		if _, err := (probe.DNS{Name: asked, Server: "192.0.2.53", RecordType: "TXT", Answers: []string{answer}}).Build(); err == nil {
			t.Errorf("%s is taken for a TXT record", answer)
		}
	}
}

// soaWithDots replies with a SOA whose mailbox is john.doe@example.org, in the
// compressed form that name servers use.
func soaWithDots(question []byte) []byte {
	reply := answerWith(&dnsmessage.SOAResource{
		NS: dnsmessage.MustNewName("ns.example.org."), MBox: dnsmessage.MustNewName("john-doe.example.org."), Serial: 7, Refresh: 1, Retry: 2, Expire: 3, MinTTL: 4,
	}).bytes(question)
	return bytes.Replace(reply, []byte("john-doe"), []byte("john.doe"), 1)
}

// The names of printers and other services have dots and blanks (RFC 6763).
func TestDNSReadsADotWithinALabel(t *testing.T) {
	const label = "My-Printer_2"
	name := dnsmessage.MustNewName(label + ".example.org.")
	for kind, c := range map[string]struct {
		body   dnsmessage.ResourceBody
		answer string
	}{
		"PTR":   {&dnsmessage.PTRResource{PTR: name}, `my\.printer\0322.example.org`},
		"CNAME": {&dnsmessage.CNAMEResource{CNAME: name}, `my\.printer\0322.example.org`},
		"NS":    {&dnsmessage.NSResource{NS: name}, `my\.printer\0322.example.org`},
		"MX":    {&dnsmessage.MXResource{Pref: 300, MX: name}, `300 my\.printer\0322.example.org`},
		"SRV":   {&dnsmessage.SRVResource{Priority: 1, Weight: 2, Port: 40000, Target: name}, `1 2 40000 my\.printer\0322.example.org`},
	} {
		server := dnsServer(t, func(question []byte) [][]byte {
			reply := answerWith(c.body).bytes(question)
			return [][]byte{bytes.Replace(reply, []byte(label), []byte("My.Printer 2"), 1)}
		}, nil)
		run(t, probe.DNS{Name: asked, Server: server, RecordType: kind, Answers: []string{c.answer + "."}}).passes(t, c.answer)
	}
}

func TestDNSNamesMayHaveTheEscapesOfDig(t *testing.T) {
	server := dnsServer(t, func(question []byte) [][]byte {
		reply := answerWith(&dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("My-Printer_(2).example.org.")}).bytes(question)
		return [][]byte{bytes.Replace(reply, []byte("My-Printer_"), []byte("My.Printer "), 1)}
	}, nil)
	for _, answer := range []string{`My\.Printer\032\(2\).example.org.`, `my\046printer\032(2).example.org`, `m\121\.printer\032\0402\041.example.org`} {
		run(t, probe.DNS{Name: asked, Server: server, RecordType: "PTR", Answers: []string{answer}}).passes(t, `my\.printer\032(2).example.org`)
	}
	for _, answer := range []string{`a\`, `a\03`, `a\999b`, `a\03x`} {
		if _, err := (probe.DNS{Name: asked, Server: "192.0.2.53", RecordType: "PTR", Answers: []string{answer}}).Build(); err == nil {
			t.Errorf("%s is taken for a name", answer)
		}
	}
}

func TestDNSShowsTextAsInAZoneFile(t *testing.T) {
	for text, want := range map[string]string{
		"v=spf1 -all":            "v=spf1 -all",
		"":                       `""`,
		" x":                     `" x"`,
		`say "hi"\`:              `"say \"hi\"\\"`,
		"é\x00\xff":              `"é\000\255"`,
		strings.Repeat("x", 200): strings.Repeat("x", 80) + "…",
	} {
		spec := probe.DNS{Name: asked, Server: dnsServer(t, once(answerWith(&dnsmessage.TXTResource{TXT: []string{text}})), nil), RecordType: "TXT"}
		run(t, spec).passes(t, want)
		if len(text) < 100 {
			spec.Answers = []string{want}
			run(t, spec).passes(t, want)
		}
	}
}

func TestDNSReadsADotWithinALabelOfAMailbox(t *testing.T) {
	server := dnsServer(t, func(question []byte) [][]byte { return [][]byte{soaWithDots(question)} }, nil)
	run(t, probe.DNS{
		Name: asked, Server: server, RecordType: "SOA", Match: "exact",
		Answers: []string{`ns.example.org. John\.Doe.example.org. 7 1 2 3 4`},
	}).passes(t, `ns.example.org john\.doe.example.org 7 1 2 3 4`)
	cut := dnsServer(t, func(question []byte) [][]byte {
		reply := soaWithDots(question)
		return [][]byte{reply[:len(reply)-3]}
	}, nil)
	run(t, probe.DNS{Name: asked, Server: cut, RecordType: "SOA"}).failsWith(t, checks.ReasonProtocol, "malformed message: ")
}
