package redis

import (
	"errors"
	"net"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// maxRead is how many bytes the replies of a run may announce.
const maxRead = wire.DefaultBudget

var errNotRESP = errors.New("not the protocol of redis")

// respGuard reads along with redigo. That client believes every length that is
// announced and allocates it at once: "*1000000000" would take 16 GB before
// the next byte is read. Here the lengths are added up, and the run fails at
// the one that goes beyond maxRead, before redigo sees it.
type respGuard struct {
	net.Conn

	kind      byte // of the line that is being read; 0 at its beginning
	size      int  // the length that a $ or * line announces
	plain     int  // bytes of a string that are still to come, with their line end
	announced int  // bytes that all lengths so far have announced
}

func (g *respGuard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if guardErr := g.scan(p[:n]); guardErr != nil {
		return 0, guardErr
	}
	return n, err
}

func (g *respGuard) scan(data []byte) error {
	for len(data) > 0 {
		if g.plain > 0 {
			skip := min(g.plain, len(data))
			g.plain, data = g.plain-skip, data[skip:]
			continue
		}
		if err := g.scanByte(data[0]); err != nil {
			return err
		}
		data = data[1:]
	}
	return nil
}

func (g *respGuard) scanByte(b byte) error {
	switch {
	case g.kind == 0:
		g.kind, g.size = b, 0
		if !strings.ContainsRune("+-:$*", rune(b)) {
			return errNotRESP
		}
	case b == '\n':
		return g.endLine()
	case g.kind != '$' && g.kind != '*' || b == '\r':
	case b == '-':
		g.kind = '-' // $-1 and *-1 announce nothing.
	case b < '0' || b > '9':
		return errNotRESP
	default:
		g.size = g.size*10 + int(b-'0')
		if g.size > maxRead {
			return &wire.TooLarge{Limit: maxRead}
		}
	}
	return nil
}

// endLine adds up what the line has announced: an element of an array takes
// 16 bytes.
func (g *respGuard) endLine() error {
	switch g.kind {
	case '$':
		g.plain = g.size + len("\r\n")
		g.announced += g.size
	case '*':
		g.announced += 16 * g.size
	}
	g.kind = 0
	if g.announced > maxRead {
		return &wire.TooLarge{Limit: maxRead}
	}
	return nil
}
