package probe

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const (
	// maxDatagram is the size of answer that we say we can take: what passes
	// everywhere unfragmented, as agreed on the DNS flag day of 2020.
	maxDatagram = 1232
	// maxReceived is the size of answer that we do take, from servers that do
	// not listen.
	maxReceived = 4096
	// maxSends is how often a question goes out over UDP.
	maxSends = 3
	// maxSendInterval is the longest time between two sendings.
	maxSendInterval = 2 * time.Second
	// maxStrangers is how many datagrams may come that do not answer the question.
	maxStrangers = 100
)

// askUDP sends the question up to three times, because datagrams get lost, and
// waits for an answer until the run's context ends. The socket is connected:
// only what comes from the address that was asked is received.
func (a *attempt) askUDP(q query) (dnsAnswer, error) {
	conn, release, err := a.dial("udp", a.peer)
	defer release()
	if err != nil {
		return dnsAnswer{}, err
	}
	a.doing("waiting for an answer from")
	interval, strangers := a.sendInterval(), 0
	for sends := 1; ; sends++ {
		if _, err := conn.Write(q.message); err != nil {
			return dnsAnswer{}, a.fail(err)
		}
		wait := time.Time{}
		if sends < maxSends {
			wait = time.Now().Add(interval)
		}
		answer, err := a.receive(conn, q, wait, &strangers)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return answer, err
		}
		if a.ended() != nil {
			return dnsAnswer{}, a.unanswered(err, strangers)
		}
	}
}

// sendInterval divides the time that is left among the sendings.
func (a *attempt) sendInterval() time.Duration {
	deadline, ok := a.ctx.Deadline()
	if !ok {
		return maxSendInterval
	}
	return min(maxSendInterval, time.Until(deadline)/maxSends)
}

// receive reads datagrams until one answers the question or wait is over (zero:
// until the run's context ends).
func (a *attempt) receive(conn net.Conn, q query, wait time.Time, strangers *int) (dnsAnswer, error) {
	conn.SetReadDeadline(wait)
	if a.ended() != nil { // It may have ended before the deadline was set anew.
		return dnsAnswer{}, os.ErrDeadlineExceeded
	}
	buffer := make([]byte, maxReceived)
	for *strangers < maxStrangers {
		n, err := conn.Read(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return dnsAnswer{}, err
		}
		if err != nil {
			return dnsAnswer{}, a.fail(err)
		}
		answer, err := q.parse(buffer[:n])
		if err == nil {
			return answer, nil
		}
		if !errors.Is(err, errStranger) {
			return dnsAnswer{}, a.reject(checks.ReasonProtocol, "%w", err)
		}
		*strangers++
	}
	return dnsAnswer{}, a.reject(checks.ReasonProtocol, "%d datagrams that do not answer the question", *strangers)
}

// unanswered is the failure at the end of the run's context.
func (a *attempt) unanswered(err error, strangers int) error {
	if strangers > 0 {
		return a.reject(checks.ReasonProtocol, "%w within %s", errStranger, a.limit())
	}
	return a.fail(err)
}

// askTCP sends the question over TCP or TLS, where a message follows its length
// (RFC 1035, section 4.2.2).
func (a *attempt) askTCP(q query, t *checks.TLS) (dnsAnswer, error) {
	conn, release, err := a.dial("tcp", a.peer)
	defer release()
	if err != nil {
		return dnsAnswer{}, err
	}
	if t != nil {
		host, _, _ := net.SplitHostPort(a.peer)
		if conn, err = a.secure(conn, t, host); err != nil {
			return dnsAnswer{}, err
		}
	}
	a.doing("waiting for an answer from")
	message, err := exchangeMessage(conn, q.message)
	if errors.Is(err, io.EOF) {
		return dnsAnswer{}, checks.Fail(checks.ReasonProtocol, &fault{a.phase + " " + a.peer + ": connection closed without one", err})
	}
	if err != nil {
		return dnsAnswer{}, a.fail(err)
	}
	answer, err := q.parse(message)
	if err != nil {
		return dnsAnswer{}, a.reject(checks.ReasonProtocol, "%w", err)
	}
	return answer, nil
}

func exchangeMessage(conn net.Conn, question []byte) ([]byte, error) {
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(question))) //nolint:gosec // A question has at most 300 bytes.
	if _, err := conn.Write(append(framed, question...)); err != nil {
		return nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, answer)
	return answer, err
}
