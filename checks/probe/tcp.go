package probe

import (
	"net"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// TCP passes when a connection is made (with TLS: when the handshake is done
// too) and the peer replies as expected.
//
//	name: redis
//	tcp: {address: "127.0.0.1:6379", send: "PING\r\n", expect: '^\+PONG$'}
//
// With send and expect, send is written first; expect alone waits for a peer
// that speaks first. Longer conversations are steps:
//
//	name: smtp
//	tcp:
//	  address: mail.example.org:25
//	  steps:
//	    - {expect: "^220 "}
//	    - {send: "EHLO probe.example.org\r\n", expect: "^250 ", reject: "^5"}
//	    - {send: "STARTTLS\r\n", expect: "^220 ", starttls: true}
//	    - {send: "QUIT\r\n", expect: "^221 "}
//
// A pattern is matched with the text that arrived and with its bytes, so that
// \xff stands for that byte too. Bytes to be sent that are not text are written
// as base64: send: !!binary AAEC/w==.
//
// Observed: dns_seconds (only for a host name), connect_seconds, tls_seconds,
// answer_seconds (the conversation), tls_not_after_timestamp_seconds.
type TCP struct {
	// Address is host:port, or unix:///path/to/socket.
	Address string `yaml:"address"`
	// TLS settings, of the connection or, if a step has starttls, of that step.
	// Nil means no TLS, and the defaults for starttls.
	TLS *checks.TLS `yaml:"tls"`
	// Send is the text to write after connecting. Empty means nothing.
	Send string `yaml:"send"`
	// Expect must match the reply (Go syntax; ^ and $ also match at line breaks,
	// $ also before \r\n). Of the reply at most 64KiB are read. Empty means that
	// no reply is waited for.
	Expect string `yaml:"expect"`
	// Steps are a conversation, instead of Send and Expect. Empty means none.
	Steps []TCPStep `yaml:"steps"`
}

// TCPStep is one exchange of a conversation: what is sent, then what is
// expected of what arrives. Either may be empty.
type TCPStep struct {
	// Send is the text to write. Input that arrived earlier does not count as its
	// reply.
	Send string `yaml:"send"`
	// Expect must match what arrives, as in TCP.Expect.
	Expect string `yaml:"expect"`
	// Reject is a pattern that fails the check at once if it matches while the check
	// waits for Expect. Empty means none.
	Reject string `yaml:"reject"`
	// StartTLS makes the connection a TLS connection at the end of the step.
	StartTLS bool `yaml:"starttls"`
}

const maxAnswer = 64 << 10 // bytes that a whole conversation may read

// tcpCheck holds the prepared settings. Runs do not change it.
type tcpCheck struct {
	network  string // tcp or unix
	address  string
	host     string      // for the certificate
	tls      *checks.TLS // from the beginning; nil: plain text
	startTLS *checks.TLS // of the steps
	steps    []tcpStep
}

type tcpStep struct {
	send     string
	expect   *pattern // nil: nothing
	reject   *pattern // nil: nothing
	startTLS bool
}

// Type returns "tcp".
func (TCP) Type() string { return "tcp" }

// Build validates the settings and returns all faults at once.
func (s TCP) Build() (checks.Func, error) {
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	return c.run, nil
}

func (s TCP) compile() (*tcpCheck, error) {
	var f faults
	c := &tcpCheck{tls: s.TLS}
	c.setAddress(s.Address, &f)
	f.Join(checktype.ValidateTLS(s.TLS))
	steps := s.Steps
	if s.Send != "" || s.Expect != "" {
		f.Check(len(steps) > 0, "steps", "given beside send or expect, want one of both forms")
		steps = append([]TCPStep{{Send: s.Send, Expect: s.Expect}}, steps...)
	}
	for _, step := range steps {
		c.addStep(step, &f)
	}
	unverified := s.TLS != nil && (s.TLS.ServerName != "" || s.TLS.InsecureSkipVerify)
	f.Check((c.tls != nil || c.startTLS != nil) && c.network == "unix" && !unverified, "tls.server_name", "missing, a unix socket has no host")
	return c, f.Err()
}

func (c *tcpCheck) addStep(step TCPStep, f *faults) {
	f.Check(step == (TCPStep{}), "steps", "one has neither send nor expect")
	f.Check(step.Reject != "" && step.Expect == "", "steps", "one has reject without expect")
	c.steps = append(c.steps, tcpStep{
		send: step.Send, startTLS: step.StartTLS,
		expect: newPattern("expect", step.Expect, f), reject: newPattern("reject", step.Reject, f),
	})
	if !step.StartTLS {
		return
	}
	f.Check(c.startTLS != nil, "steps", "two have starttls, want one")
	if c.startTLS, c.tls = c.tls, nil; c.startTLS == nil {
		c.startTLS = &checks.TLS{}
	}
}

func (c *tcpCheck) setAddress(address string, f *faults) {
	if path, isUnix := strings.CutPrefix(address, "unix://"); isUnix {
		c.network, c.address = "unix", path
		f.Check(path == "", "address", "unix:// without a path, want one such as unix:///run/app.sock")
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
