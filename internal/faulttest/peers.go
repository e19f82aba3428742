package faulttest

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// firstWord is how long a peer that sends nonsense waits for the client's first
// bytes. A client that speaks first is not interrupted; a client that waits for a
// greeting receives it after this time.
const firstWord = 250 * time.Millisecond

// megabyte is how much the peers of one long line and of many headers send.
const megabyte = 1 << 20

// Silent starts a peer that accepts connections, reads them and says nothing.
func Silent(tb testing.TB) (address string) { return Serve(tb, silent) }

// Reset starts a peer that resets each connection at once.
func Reset(tb testing.TB) (address string) { return Serve(tb, reset) }

// ResetInTheMiddle starts a peer that resets each connection after it has
// begun an answer with preamble.
func ResetInTheMiddle(tb testing.TB, preamble string) (address string) {
	return Serve(tb, resetAfter(preamble))
}

// Closed starts a peer that ends each connection at once, in good order.
func Closed(tb testing.TB) (address string) { return Serve(tb, hangUp) }

// Drip starts a peer that answers with preamble and then without end, one byte
// in each 200 ms.
func Drip(tb testing.TB, preamble string) (address string) { return Serve(tb, drip(preamble)) }

// Endless starts a peer that answers with preamble and then lines without end,
// at 4 MB/s at most.
func Endless(tb testing.TB, preamble string) (address string) { return Serve(tb, endless(preamble)) }

// LongLine starts a peer that answers with one line of 1 MB that has no end.
func LongLine(tb testing.TB) (address string) { return Serve(tb, longLine) }

// Headers starts a peer that answers with 1 MB of HTTP headers.
func Headers(tb testing.TB) (address string) { return Serve(tb, headers) }

// Garbage starts a peer that answers with 512 bytes of noise, always the same,
// and closes the connection.
func Garbage(tb testing.TB) (address string) { return Serve(tb, garbage) }

// Echo starts a peer that sends back everything it receives, including secrets.
func Echo(tb testing.TB) (address string) { return Serve(tb, echo) }

// RedirectLoop starts a peer that answers each HTTP request with a redirect to
// itself.
func RedirectLoop(tb testing.TB) (address string) { return Serve(tb, redirectLoop) }

// Proxy returns a peer that copies data in both directions between the client and
// the server at address.
func Proxy(address string) func(net.Conn) {
	return func(conn net.Conn) {
		backend, err := net.DialTimeout("tcp", address, promptTimeout)
		if err != nil {
			reset(conn)
			return
		}
		defer backend.Close()
		back := make(chan struct{})
		go func() {
			defer close(back)
			pass(conn, backend)
			conn.Close()
		}()
		pass(backend, conn)
		backend.Close()
		<-back
	}
}

// ProxyUntil is a Proxy that passes nothing on in either direction once a client has
// sent word. New connections are never answered then.
func ProxyUntil(address, word string) func(net.Conn) {
	frozen, freeze := context.WithCancel(context.Background())
	return func(conn net.Conn) {
		backend, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		defer backend.Close()
		go func() {
			buffer := make([]byte, 4096)
			for frozen.Err() == nil {
				n, err := backend.Read(buffer)
				if err != nil || frozen.Err() != nil {
					return
				}
				conn.Write(buffer[:n])
			}
		}()
		buffer := make([]byte, 4096)
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			if strings.Contains(string(buffer[:n]), word) {
				freeze()
			}
			if frozen.Err() == nil {
				backend.Write(buffer[:n])
			}
		}
	}
}

// HTTP returns a peer that answers each request of a connection with status
// and body.
func HTTP(status int, body string) func(net.Conn) {
	return serveHTTP(func(*http.Request) *http.Response {
		return &http.Response{
			StatusCode: status, ProtoMajor: 1, ProtoMinor: 1,
			ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
		}
	})
}

func serveHTTP(answer func(*http.Request) *http.Response) handler {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
			if err := answer(request).Write(conn); err != nil {
				return
			}
		}
	}
}

func silent(conn net.Conn) { io.Copy(io.Discard, conn) }

func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// hangUp closes the write side and continues to read: data that arrives after a
// full close would cause a reset.
func hangUp(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	silent(conn)
}

func resetAfter(preamble string) handler {
	return func(conn net.Conn) {
		awaitClient(conn)
		io.WriteString(conn, preamble+"x")
		// The client shall see the beginning of the answer before the reset.
		time.Sleep(20 * time.Millisecond)
		reset(conn)
	}
}

func drip(preamble string) handler {
	return talking(func(conn net.Conn) {
		for i := 0; ; i++ {
			c := byte('x')
			if i < len(preamble) {
				c = preamble[i]
			}
			if _, err := conn.Write([]byte{c}); err != nil {
				return
			}
			time.Sleep(200 * time.Millisecond)
		}
	})
}

func endless(preamble string) handler {
	lines := []byte(strings.Repeat(strings.Repeat("x", 78)+"\r\n", 4<<10/80))
	return talking(func(conn net.Conn) {
		if _, err := io.WriteString(conn, preamble); err != nil {
			return
		}
		for {
			if _, err := conn.Write(lines); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
}

var longLine = talking(func(conn net.Conn) {
	if _, err := io.WriteString(conn, strings.Repeat("x", megabyte)); err == nil {
		silent(conn)
	}
})

var headers = talking(func(conn net.Conn) {
	header := "X-Fill: " + strings.Repeat("x", 1014) + "\r\n"
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+strings.Repeat(header, megabyte>>10)+"\r\n"); err == nil {
		silent(conn)
	}
})

var garbage = talking(func(conn net.Conn) {
	noise := make([]byte, 512)
	random := rand.New(rand.NewPCG(10, 927))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	conn.Write(noise)
})

func echo(conn net.Conn) { pass(conn, io.LimitReader(conn, megabyte)) }

var redirectLoop = serveHTTP(func(r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: http.StatusFound, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Location": {"http://" + r.Host + "/again"}},
	}
})

// pass copies without splice(2), whose pipes Go keeps for later: they would look
// like descriptors that the check leaked.
func pass(to io.Writer, from io.Reader) {
	io.Copy(struct{ io.Writer }{to}, struct{ io.Reader }{from})
}

// talking returns a handler that waits for the client to begin, then calls talk
// and reads at the same time, so that the connection does not end with a reset.
func talking(talk handler) handler {
	return func(conn net.Conn) {
		awaitClient(conn)
		read := make(chan struct{})
		go func() {
			defer close(read)
			silent(conn)
		}()
		talk(conn)
		conn.Close()
		<-read
	}
}

// awaitClient waits for the first bytes of the client, at most for firstWord.
func awaitClient(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(firstWord))
	conn.Read(make([]byte, 4096))
	conn.SetReadDeadline(time.Time{})
}

// Refusing starts a peer that writes one reply, after the client's first bytes if
// the client speaks first, and then reads on.
func Refusing(tb testing.TB, clientFirst bool, reply string) (address string) {
	return Serve(tb, func(conn net.Conn) {
		if clientFirst {
			awaitClient(conn)
		}
		io.WriteString(conn, reply)
		silent(conn)
	})
}
