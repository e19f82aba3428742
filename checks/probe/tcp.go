package probe

import (
	"context"
	"net"
	"regexp"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// TCP passes when a connection is made (with TLS: when the handshake is done
// too) and the peer answers as expected.
//
//	name: redis
//	tcp: {address: "127.0.0.1:6379", send: "PING\r\n", expect: '^\+PONG'}
//
// With send and expect, send is written first; expect alone waits for a peer
// that speaks first. Longer conversations are steps:
//
//	name: smtp
//	tcp:
//	  address: mail.example.org:25
//	  steps:
//	    - {expect: "^220 "}
//	    - {send: "EHLO probe.example.org\r\n", expect: "^250 "}
//	    - {send: "QUIT\r\n", expect: "^221 "}
//
// Observed: dns_seconds (only for a host name), connect_seconds, tls_seconds,
// answer_seconds (the conversation), tls_not_after_timestamp_seconds.
type TCP struct {
	// Address is host:port, or unix:///path/to/socket.
	Address string `yaml:"address"`
	// TLS settings. Nil means no TLS.
	TLS *checks.TLS `yaml:"tls"`
	// Send is written once connected. Empty means nothing.
	Send string `yaml:"send"`
	// Expect must match the answer (Go syntax; ^ and $ also match at line
	// breaks). Of the answer at most 64KiB are read. Empty means no answer
	// is waited for.
	Expect string `yaml:"expect"`
	// Steps are a conversation, instead of Send and Expect. Empty means none.
	Steps []TCPStep `yaml:"steps"`
}

// TCPStep is one exchange of a conversation: what is sent, then what is
// expected of what arrives. One of both may be empty.
type TCPStep struct {
	// Send is written. What had arrived before no longer counts as an answer.
	Send string `yaml:"send"`
	// Expect must match what arrives, as in TCP.Expect.
	Expect string `yaml:"expect"`
}

const maxAnswer = 64 << 10 // bytes that a whole conversation may read

// tcpCheck is the settings as a run wants them. It is not changed by runs.
type tcpCheck struct {
	settings TCP
	network  string // tcp or unix
	address  string
	host     string // for the certificate
	steps    []tcpStep
}

type tcpStep struct {
	send   string
	expect *regexp.Regexp // nil: nothing
}

// Type returns "tcp".
func (TCP) Type() string { return "tcp" }

// Build validates the settings and returns all faults at once.
func (s TCP) Build() (checks.Func, error) {
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) { return c.run(ctx) }, nil
}

func (s TCP) compile() (*tcpCheck, error) {
	var f faults
	c := &tcpCheck{settings: s}
	c.setAddress(s.Address, &f)
	f.Join(checktype.ValidateTLS(s.TLS))
	if s.TLS != nil && c.network == "unix" && s.TLS.ServerName == "" && !s.TLS.InsecureSkipVerify {
		f.Add("tls.server_name", "missing, a unix socket has no host")
	}
	steps := s.Steps
	if s.Send != "" || s.Expect != "" {
		if len(steps) > 0 {
			f.Add("steps", "given beside send or expect, want one of both forms")
		}
		steps = append([]TCPStep{{Send: s.Send, Expect: s.Expect}}, steps...)
	}
	for _, step := range steps {
		if step == (TCPStep{}) {
			f.Add("steps", "one has neither send nor expect")
		}
		compiled := tcpStep{send: step.Send}
		if f.pattern("expect", step.Expect) != nil {
			compiled.expect = regexp.MustCompile("(?m:" + step.Expect + ")")
		}
		c.steps = append(c.steps, compiled)
	}
	return c, f.Err()
}

func (c *tcpCheck) setAddress(address string, f *faults) {
	if path, isUnix := strings.CutPrefix(address, "unix://"); isUnix {
		c.network, c.address = "unix", path
		if path == "" {
			f.Add("address", "unix:// without a path, want one such as unix:///run/app.sock")
		}
		return
	}
	c.network, c.address = "tcp", address
	switch {
	case address == "":
		f.Add("address", "missing, want host:port or unix:///path")
	case !isHostPort(address):
		f.Add("address", "%q, want host:port or unix:///path", address)
	default:
		c.host, _, _ = net.SplitHostPort(address)
	}
}
