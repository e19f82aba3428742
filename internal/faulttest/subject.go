package faulttest

import (
	"net"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A Subject is a check type as the fault table sees it. Type and Spec are
// required; everything else opens further faults or adjusts the table.
type Subject struct {
	// Type is the name of the type, as in the configuration file.
	Type string
	// Spec returns the settings of a check whose target is address (host:port).
	// It may be called by several goroutines.
	Spec func(address string) checks.Spec
	// TLS does the same with those TLS settings. Nil means that the type has
	// no TLS; its faults are skipped.
	TLS func(address string, settings checks.TLS) checks.Spec
	// Secret is a canary that Spec and TLS have put where a password belongs.
	// It must be in no text, also not URL- or base64-encoded.
	Secret string
	// Except says where the type rightly differs, by the name of the fault.
	Except map[string]Want
	// Only names the faults that are tried, for a closer look at one. Nil
	// means all.
	Only []string

	// Good serves one connection as a healthy peer does, until the client closes
	// it; see [Proxy] and [HTTP]. Nil means that the faults "good", "good over
	// tls" and "alternating" are skipped.
	Good func(net.Conn)
	// StartTLS plays the peer's part of the exchange before the TLS handshake in a
	// protocol that begins in plain text, such as PostgreSQL's. Nil means that the
	// handshake comes first.
	StartTLS func(net.Conn) error
	// Preamble is the beginning of a reply that the type accepts, such as
	// "HTTP/1.1 200 OK\r\n\r\n". The peers that drip, never end or break off start
	// with it.
	Preamble string
	// HTTP adds the faults that only HTTP has.
	HTTP bool

	// Timeout bounds the check for faults where the peer never replies. Zero means
	// 300ms.
	Timeout time.Duration
	// MaxRead is how many bytes the check may read. Zero means 64 KiB.
	MaxRead int64
}

// A Want is how a check has to end. The zero value means what the table says.
type Want struct {
	// Pass means that the check passes, such as a TCP check without
	// expectations on a peer that says nothing.
	Pass bool
	// Reason is the reason of the failure; the reasons in Or are also accepted.
	Reason checks.Reason
	Or     []checks.Reason
	// Text is what the sentence must contain. Empty means one of the words
	// that fit the fault.
	Text string
	// Skip says why the fault makes no sense for the type.
	Skip string
}

// or returns w, with the outcome of table if w specifies none.
func (w Want) or(table Want) Want {
	if w.Skip == "" && !w.Pass && w.Reason == "" {
		w.Pass, w.Reason, w.Or = table.Pass, table.Reason, table.Or
	}
	return w
}

const (
	defaultTimeout = 300 * time.Millisecond
	defaultMaxRead = 64 << 10

	// promptTimeout bounds the check for faults where a reply or an error comes at
	// once. It is long, so that a busy machine does not fail the test.
	promptTimeout = 5 * time.Second

	// readSlack is the number of bytes that a reader may read ahead: two buffers
	// of bufio.
	readSlack = 8 << 10
)

func (s Subject) timeout() time.Duration {
	if s.Timeout == 0 {
		return defaultTimeout
	}
	return s.Timeout
}

func (s Subject) maxRead() int64 {
	if s.MaxRead == 0 {
		return defaultMaxRead
	}
	return s.MaxRead
}
