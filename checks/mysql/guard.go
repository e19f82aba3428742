package mysql

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A guard reads whole packets before the driver does and passes on only packets
// that the driver can parse. The driver's parser panics at packets that are too
// short, and a panic during the login leaks a goroutine of the driver. After the
// login a panic is harmless, but the driver allocates memory for as many columns
// as a result announces: billions of columns would exhaust the memory.
//
// The guard sees packets only until the driver starts TLS: from then on the
// server is trusted as far as its certificate is. See docs/adr/0012.
type guard struct {
	net.Conn
	login    bool   // on until the login is over
	startTLS func() // called when the driver starts TLS

	blind   bool // TLS has begun
	greeted bool
	asked   bool   // the next packet may begin the result of a statement
	pending []byte // bytes that the driver has not read yet
	fault   error  // the first; the driver replaces every fault with "invalid connection"
}

const (
	mysqlOK       = 0x00
	mysqlAuthMore = 0x01
	mysqlEOF      = 0xfe
	mysqlError    = 0xff

	mysqlTwoBytes = 0xfc // first byte of a number that follows in two bytes

	// maxColumns is how many columns a result has at most, by
	// https://dev.mysql.com/doc/refman/8.4/en/column-count-limit.html.
	maxColumns = 4096
)

// Write passes on the data that the driver writes and detects the start of TLS.
// The first TLS record begins with the bytes 22 (handshake), 3, 1. A login packet
// begins with its length; the same bytes would mean a length of 66326, which does
// not occur.
func (g *guard) Write(p []byte) (int, error) {
	if g.login && !g.blind && bytes.HasPrefix(p, []byte{22, 3, 1}) {
		g.blind = true
		g.startTLS()
	}
	g.asked = !g.login
	return g.Conn.Write(p)
}

func (g *guard) Read(p []byte) (int, error) {
	if g.blind {
		return g.Conn.Read(p)
	}
	if len(g.pending) == 0 {
		packet, err := g.next()
		if err != nil {
			if g.fault == nil {
				g.fault = err
			}
			return 0, err
		}
		g.pending = packet
	}
	n := copy(p, g.pending)
	g.pending = g.pending[n:]
	return n, nil
}

// next reads a packet: three bytes of length, a number, the content.
func (g *guard) next() ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(g.Conn, header); err != nil {
		return nil, err
	}
	size := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
	if size > wire.DefaultBudget {
		return nil, &wire.TooLarge{Limit: wire.DefaultBudget}
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(g.Conn, content); err != nil {
		return nil, err
	}
	if !g.sound(content) {
		return nil, mysql.ErrMalformPkt
	}
	return slices.Concat(header, content), nil
}

// sound reports whether p is a valid packet at this point of the protocol.
func (g *guard) sound(p []byte) bool {
	switch {
	case !g.greeted:
		g.greeted = true
		return soundGreeting(p)
	case g.login:
		return soundReply(p)
	case g.asked:
		g.asked = len(p) > 0 && p[0] == mysqlOK // The packet may announce another result.
		return soundResult(p)
	}
	return true
}

// soundGreeting reports whether the greeting is long enough for its fields, by
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html.
func soundGreeting(p []byte) bool {
	if len(p) == 0 || p[0] == mysqlError {
		return soundReply(p)
	}
	version := bytes.IndexByte(p[1:], 0)
	if version < 0 {
		return false
	}
	// After the version: thread 4, scramble 8, filler 1, capabilities 2, character
	// set 1, status 2, capabilities 2, length 1, reserved 10, scramble 13. Servers
	// with a shorter greeting are older than MySQL 4.1.
	return len(p)-1-version-1 >= 44
}

// soundReply reports whether a login packet after the greeting is long enough for
// its kind.
func soundReply(p []byte) bool {
	if len(p) == 0 {
		return false
	}
	switch p[0] {
	case mysqlOK: // affected rows and insert id (both short), status 2
		return len(p) >= 5 && p[1] < 0xfb && p[2] < 0xfb
	case mysqlAuthMore: // a state, or the server's key
		return len(p) <= 2 || rsaKey(p[1:])
	case mysqlEOF: // another method
		return soundSwitch(p[1:])
	case mysqlError: // number 2, and perhaps # with a state of 5
		return len(p) >= 4 && (p[3] != '#' || len(p) >= 9)
	}
	return false
}

// soundResult reports whether p is a valid first packet of a result. Any first
// byte other than those of OK and ERR starts the column count. Counts above
// maxColumns are rejected.
func soundResult(p []byte) bool {
	const count = 3
	if len(p) >= count && p[0] == mysqlTwoBytes {
		return binary.LittleEndian.Uint16(p[1:count]) <= maxColumns
	}
	return len(p) > 0 && (p[0] < mysqlTwoBytes || p[0] == mysqlError)
}

// soundSwitch reports whether a change of the authentication method is complete:
// its name and a scramble.
func soundSwitch(p []byte) bool {
	method, scramble, _ := bytes.Cut(p, []byte{0})
	scramble = bytes.TrimSuffix(scramble, []byte{0})
	switch string(method) {
	case "mysql_native_password":
		return len(scramble) >= 20
	case "mysql_old_password":
		return len(scramble) >= 8
	}
	return true
}

func rsaKey(text []byte) bool {
	block, _ := pem.Decode(text)
	if block == nil {
		return false
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	_, isRSA := key.(*rsa.PublicKey)
	return err == nil && isRSA
}
