package redis

import (
	"bytes"
	"io"
	"net"
)

// Do runs a command on the server at address and returns the reply as text.
func Do(address string, argv ...string) (string, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	reply, err := newClient(conn).do(argv...)
	return replyText(reply), err
}

// ReadReply reads one reply of these bytes and returns it as text.
func ReadReply(data []byte) (string, error) {
	reply, err := newClient(canned{in: bytes.NewReader(data)}).do("PING")
	return replyText(reply), err
}

// canned is a connection that takes everything and replies with what it has.
type canned struct {
	net.Conn
	in io.Reader
}

func (c canned) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c canned) Write(p []byte) (int, error) { return len(p), nil }
