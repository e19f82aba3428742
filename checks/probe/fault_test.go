package probe_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

const canary = "kanarienvogel-4711"

func TestHTTPStandsTheFaultTable(t *testing.T) {
	settings := func(url string) probe.HTTP {
		return probe.HTTP{
			URL:        url + "/health?token=" + canary,
			BasicAuth:  &probe.BasicAuth{Username: "probe", Password: canary},
			Headers:    map[string]string{"X-Api-Key": canary},
			BodyRegexp: "^ok",
		}
	}
	faulttest.Run(t, faulttest.Subject{
		Type: "http",
		Spec: func(address string) checks.Spec { return settings("http://" + address) },
		TLS: func(address string, tls checks.TLS) checks.Spec {
			s := settings("https://" + address)
			s.TLS = &tls
			return s
		},
		Secret: canary, HTTP: true,
		Good:     faulttest.HTTP(200, "ok"),
		Preamble: "HTTP/1.1 200 OK\r\n\r\n",
	})
}

func TestHTTPThatFollowsRedirectsStandsTheFaultTable(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: the plain form stands for it")
	}
	faulttest.Run(t, faulttest.Subject{
		Type: "http",
		Spec: func(address string) checks.Spec {
			return probe.HTTP{URL: "http://" + address + "/?token=" + canary, BearerToken: canary, FollowRedirects: true, BodyNotRegexp: "^no"}
		},
		Secret: canary, HTTP: true,
		Good:     faulttest.HTTP(200, "ok"),
		Preamble: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		// The lines of the endless answer are no chunks.
		Except: map[string]faulttest.Want{"endless": {Reason: checks.ReasonProtocol}},
	})
}

func TestHTTPThroughAProxyStandsTheFaultTable(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: the plain form stands for it")
	}
	faulttest.Run(t, faulttest.Subject{
		Type: "http",
		Spec: func(address string) checks.Spec {
			return probe.HTTP{URL: "https://shop.example.org/?token=" + canary, BearerToken: canary, ProxyURL: "http://" + address}
		},
		Secret: canary, HTTP: true,
		Preamble: "HTTP/1.1 200 OK\r\n",
		Except: map[string]faulttest.Want{
			"redirect loop": {Reason: checks.ReasonUnreachable},
			"endless":       {Reason: checks.ReasonProtocol},
		},
	})
}

func TestTCPStandsTheFaultTable(t *testing.T) {
	settings := func(address string) probe.TCP {
		return probe.TCP{Address: address, Send: "AUTH " + canary + "\r\n", Expect: `^\+OK\r\n`}
	}
	faulttest.Run(t, faulttest.Subject{
		Type:     "tcp",
		Spec:     func(address string) checks.Spec { return settings(address) },
		TLS:      func(address string, tls checks.TLS) checks.Spec { s := settings(address); s.TLS = &tls; return s },
		Secret:   canary,
		Good:     answerLines("+OK\r\n"),
		Preamble: "-ERR invalid password '" + canary + "'",
	})
}

func TestTCPWithStepsStandsTheFaultTable(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: the plain form stands for it")
	}
	faulttest.Run(t, faulttest.Subject{
		Type: "tcp",
		Spec: func(address string) checks.Spec {
			return probe.TCP{Address: address, Steps: []probe.TCPStep{{Send: "EHLO x\r\n"}, {Expect: "^250 "}, {Send: "QUIT\r\n", Expect: "^221 "}}}
		},
		Good:     answerLines("250 hello\r\n", "221 bye\r\n"),
		Preamble: "250 ",
	})
}

func TestDNSStandsTheFaultTable(t *testing.T) {
	settings := func(address string) probe.DNS {
		return probe.DNS{Name: "www.example.org", Server: address, Transport: "tcp", Answers: []string{"192.0.2.10"}}
	}
	faulttest.Run(t, faulttest.Subject{
		Type:     "dns",
		Spec:     func(address string) checks.Spec { return settings(address) },
		TLS:      func(address string, tls checks.TLS) checks.Spec { s := settings(address); s.TLS = &tls; return s },
		Good:     serveDNSConn(answerA("192.0.2.10")),
		Preamble: "\x10",
	})
}

// answerLines returns a peer that answers each line with the next answer.
func answerLines(answers ...string) func(net.Conn) {
	return func(conn net.Conn) {
		lines := bufio.NewScanner(conn)
		for i := 0; lines.Scan(); i++ {
			if i == len(answers) || !strings.HasSuffix(answers[i], "\n") {
				return
			}
			io.WriteString(conn, answers[i])
		}
	}
}
