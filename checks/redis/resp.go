package redis

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A client speaks RESP2, the protocol of Redis
// (https://redis.io/docs/latest/develop/reference/protocol-spec/). Its
// allocations are bounded by the number of bytes received, never by a length that
// a reply announces.
type client struct {
	conn net.Conn
	r    *bufio.Reader
}

// A serverError is an error reply, without the "-" before it.
type serverError string

func (e serverError) Error() string { return string(e) }

const (
	maxReply = wire.DefaultBudget // bytes
	maxDepth = 32                 // of arrays in arrays
)

func newClient(conn net.Conn) *client { return &client{conn: conn, r: bufio.NewReader(conn)} }

// do sends a command and returns its reply: a string, an int64, nil, or a []any
// of these and of server errors. It returns an error reply as a serverError.
func (c *client) do(argv ...string) (any, error) {
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(argv))
	for _, arg := range argv {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(c.conn, command.String()); err != nil {
		return nil, err
	}
	reply, err := c.read(0)
	if failed, ok := reply.(serverError); ok {
		return nil, failed
	}
	return reply, err
}

// read reads one reply. The depth is the number of enclosing arrays.
func (c *client) read(depth int) (any, error) {
	line, err := c.line()
	if err != nil {
		return nil, err
	}
	if depth == maxDepth {
		return nil, errors.New("arrays in arrays without end")
	}
	switch kind, text := line[0], line[1:]; kind {
	case '+':
		return text, nil
	case '-':
		return serverError(cmp.Or(strings.TrimSpace(text), "an error without a text")), nil
	case ':':
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("an integer that is not a number")
		}
		return n, nil
	case '$':
		return c.bulk(text)
	case '*':
		return c.array(text, depth)
	default:
		return nil, fmt.Errorf("first byte is %q, want that of a Redis reply", kind)
	}
}

// line reads a non-empty line and returns it without its line ending.
func (c *client) line() (string, error) {
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	text, complete := strings.CutSuffix(line, "\r\n")
	if !complete || text == "" {
		return "", fmt.Errorf("first byte is %q, want that of a Redis reply", line[0])
	}
	return text, nil
}

// size parses an announced length; -1 announces a null reply.
func size(text string, most int) (int, error) {
	n, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && n > most:
		return 0, &wire.TooLarge{Limit: maxReply}
	case err != nil || n < -1:
		return 0, errors.New("a length that is not a number")
	}
	return n, nil
}

func (c *client) bulk(text string) (any, error) {
	n, err := size(text, maxReply)
	if err != nil || n < 0 {
		return nil, err
	}
	data := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(c.r, data); err != nil {
		return nil, err
	}
	if string(data[n:]) != "\r\n" {
		return nil, errors.New("a string that is longer than announced")
	}
	return string(data[:n]), nil
}

func (c *client) array(text string, depth int) (any, error) {
	const smallest = len("+\r\n")
	n, err := size(text, maxReply/smallest)
	if err != nil || n < 0 {
		return nil, err
	}
	var elements []any // The slice grows as elements arrive.
	for range n {
		element, err := c.read(depth + 1)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	return elements, nil
}
