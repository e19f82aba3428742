package probe_test

import (
	"bufio"
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

// FuzzDNSAnswer: whatever comes, parsing ends without a panic, and what it
// takes for an answer has our id, is a response and has addresses as records.
func FuzzDNSAnswer(f *testing.F) {
	question := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 10927},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("www.example.org."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	packed, err := question.Pack()
	if err != nil {
		f.Fatal(err)
	}
	alias := &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("www.example.org.")}
	for _, answer := range []answerer{
		answerA("192.0.2.1", "192.0.2.2"), answerRcode(3), answerWith(alias),
		answerWith(&dnsmessage.TXTResource{TXT: []string{"a", ""}}, &dnsmessage.UnknownResource{Type: 257, Data: []byte{0, 200, 'x'}}),
	} {
		f.Add(answer.bytes(packed))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		records, stranger, err := probe.ParseAnswer(10927, message)
		if err != nil {
			if text := err.Error(); text == "" || len(text) > 200 || strings.ContainsAny(text, "\r\n") {
				t.Errorf("the error is %q, want one short line", text)
			}
			return
		}
		if stranger || len(message) < 12 || message[0] != 10927>>8 || message[1] != 10927&0xff || message[2]&0x80 == 0 {
			t.Errorf("%x is taken for an answer", message)
		}
		for _, record := range records {
			if ip, err := netip.ParseAddr(record); err != nil || !ip.Is4() {
				t.Errorf("the A record %q is no IPv4 address", record)
			}
		}
	})
}

// FuzzExcerpt: whatever a peer says, the excerpt of it is one short line of
// UTF-8 without the secret.
func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("-ERR invalid password 'hunter2hunter2'\r\nmore"), "hunter2hunter2")
	f.Add(bytes.Repeat([]byte("hunter2"), 4000), "hunter2")
	f.Add([]byte("\xff\xfe\n"), "x")
	f.Fuzz(func(t *testing.T, said []byte, secret string) {
		text := probe.Excerpt(t.Context(), said, secret)
		if len(text) > 500 || strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			t.Errorf("the excerpt is %q", text)
		}
		// Of the escapes in the quotes something may look like a secret: 00 of \x00.
		shown, err := strconv.Unquote(strings.TrimSuffix(text, "…"))
		if err != nil {
			t.Fatalf("the excerpt %s is not quoted: %v", text, err)
		}
		// A secret that looks like the mask is none.
		if len(secret) >= 4 && isPlain(secret) && strings.Contains(shown, secret) {
			t.Errorf("the excerpt %s has the secret %q", text, secret)
		}
	})
}

func isPlain(s string) bool {
	words := bufio.NewScanner(strings.NewReader(s))
	words.Split(bufio.ScanRunes)
	for words.Scan() {
		if r := words.Text()[0]; (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}
