package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

const (
	// maxDatagram is the largest answer size that we announce: by the agreement of
	// the DNS flag day 2020, such answers are never fragmented.
	maxDatagram = 1232
	// maxReceived is the largest answer size that we accept, for servers that
	// ignore the announced size.
	maxReceived = 4096
	// maxSends is how often a question goes out over UDP.
	maxSends = 3
	// maxSendInterval is the longest time between two sendings.
	maxSendInterval = 2 * time.Second
	// maxStrangers is the largest number of ignored datagrams that do not answer
	// the question.
	maxStrangers = 100
)

// askUDP sends the question up to three times, because datagrams get lost. The
// last time it omits EDNS, because some servers and firewalls drop messages with
// EDNS. It waits for an answer until ctx ends. The socket is connected, so it
// receives only datagrams from the server's address.
func askUDP(ctx context.Context, r *wire.Run, q query) (dnsAnswer, error) {
	conn, err := r.Dial("udp", r.Peer())
	if err != nil {
		return dnsAnswer{}, err
	}
	defer conn.Close()
	r.Phase("waiting for a reply from")
	last, _ := ctx.Deadline()
	interval, strangers := sendInterval(ctx), 0
	for sends := 1; ; sends++ {
		wait := time.Now().Add(interval)
		if sends >= maxSends {
			q, wait = q.withoutEDNS(), last
		}
		if _, err := conn.Write(q.message); err != nil {
			return dnsAnswer{}, r.Fail(err)
		}
		answer, err := receive(r, conn, q, wait, &strangers)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return answer, err
		}
		if ctx.Err() != nil || sends >= maxSends {
			return dnsAnswer{}, unanswered(r, err, strangers)
		}
	}
}

// sendInterval divides the time that is left among the sendings.
func sendInterval(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return maxSendInterval
	}
	return min(maxSendInterval, time.Until(deadline)/maxSends)
}

// receive reads datagrams until one answers the question or wait is over (zero:
// until the run's context ends).
func receive(r *wire.Run, conn net.Conn, q query, wait time.Time, strangers *int) (dnsAnswer, error) {
	conn.SetReadDeadline(wait)
	if r.Ended() != nil {
		return dnsAnswer{}, os.ErrDeadlineExceeded
	}
	buffer := make([]byte, maxReceived)
	for *strangers < maxStrangers {
		n, err := conn.Read(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return dnsAnswer{}, err
		}
		if err != nil {
			return dnsAnswer{}, r.Fail(err)
		}
		answer, err := q.parse(buffer[:n])
		if err == nil {
			return answer, nil
		}
		if !errors.Is(err, errStranger) {
			return dnsAnswer{}, r.Reject(checks.ReasonProtocol, "%w", err)
		}
		*strangers++
	}
	return dnsAnswer{}, r.Reject(checks.ReasonProtocol, "%d datagrams that do not answer the question", *strangers)
}

// unanswered returns the failure when the run's context has ended without an
// answer.
func unanswered(r *wire.Run, err error, strangers int) error {
	if strangers > 0 {
		return r.Reject(checks.ReasonProtocol, "%w within %s", errStranger, r.Limit())
	}
	return r.Fail(err)
}

// askTCP sends the question over TCP or TLS, where each message is preceded by
// its length (RFC 1035, section 4.2.2).
func askTCP(ctx context.Context, r *wire.Run, q query, t *checks.TLS) (dnsAnswer, error) {
	conn, err := r.DialContext(ctx, "tcp", r.Peer())
	if err != nil {
		return dnsAnswer{}, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // The run ends an interrupted connection itself.
	}
	if t != nil {
		host, _, _ := net.SplitHostPort(r.Peer())
		if conn, err = r.Secure(conn, t, host, nil); err != nil {
			return dnsAnswer{}, err
		}
	}
	r.Phase("waiting for a reply from")
	message, err := exchangeMessage(ctx, conn, q)
	if err != nil {
		return dnsAnswer{}, r.Fail(err)
	}
	answer, err := q.parse(message)
	if err != nil {
		return dnsAnswer{}, r.Reject(checks.ReasonProtocol, "%w", err)
	}
	return answer, nil
}

// exchangeMessage sends the question and reads one message. If nothing arrives
// for two thirds of the time, it sends the question once more without EDNS, as
// askUDP does.
func exchangeMessage(ctx context.Context, conn net.Conn, q query) ([]byte, error) {
	if err := writeMessage(conn, q.message); err != nil {
		return nil, err
	}
	last, limited := ctx.Deadline()
	if limited {
		_ = conn.SetReadDeadline(time.Now().Add((maxSends - 1) * sendInterval(ctx)))
	}
	var size [2]byte
	n, err := io.ReadFull(conn, size[:])
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		if err = writeMessage(conn, q.plain); err != nil {
			return nil, err
		}
		_ = conn.SetReadDeadline(last)
		_, err = io.ReadFull(conn, size[:])
	} else if limited {
		_ = conn.SetReadDeadline(last)
	}
	if err != nil {
		return nil, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err = io.ReadFull(conn, answer)
	return answer, err
}

func writeMessage(conn net.Conn, message []byte) error {
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(message))) //nolint:gosec // A question has at most 300 bytes.
	_, err := conn.Write(append(framed, message...))
	return err
}
