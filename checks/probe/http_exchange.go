package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// An exchange is one request and its reply. net/http speaks HTTP/1.1 or HTTP/2 on
// a connection that we have dialled and secured beforehand. So there is exactly
// one connection, it ends with the run, and each phase is known.
type exchange struct {
	*wire.Run
	request *http.Request
	secrets []string // texts that the peer may echo and that must not be shown
	conn    net.Conn
	gate    *gate // nil with HTTP/2
	client  *http.ClientConn

	mu    sync.Mutex
	sent  time.Time // when the request was, zero before
	hints int       // informational replies
	over  bool      // the reply is there: later events do not count
}

// max1xx is how many informational replies may come before the final one.
const max1xx = 5

var errManyHints = errors.New("more than 5 informational replies")

// roundTrip sends the request and returns the headers of the reply. The exchange
// must be closed after its body has been read.
func (c *httpCheck) roundTrip(r *wire.Run, h hop, conn net.Conn) (*exchange, *http.Response, error) {
	x := &exchange{Run: r, conn: conn, secrets: c.secrets(h)}
	x.request = h.request(httptrace.WithClientTrace(r.Context(), x.trace()))
	var err error
	if x.client, err = c.client(x, h, conn); err != nil {
		return x, nil, x.misunderstood(err)
	}
	x.Phase("sending the request to")
	res, err := x.client.RoundTrip(x.request)
	x.mu.Lock()
	x.over = true
	x.mu.Unlock()
	if err != nil {
		return x, nil, x.failure(err)
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		x.Phase("waiting for headers from")
		return x, nil, x.Reject(checks.ReasonProtocol, "status 101, which was not asked for")
	}
	return x, res, nil
}

func (x *exchange) close() {
	if x.client != nil {
		_ = x.client.Close() // The connection itself is closed by the run.
	}
}

// client returns conn as a client connection of net/http. Its Transport has no
// other connection and no pool.
func (c *httpCheck) client(x *exchange, h hop, conn net.Conn) (*http.ClientConn, error) {
	var protocols http.Protocols
	secured, overTLS := conn.(*tls.Conn)
	switch {
	case overTLS && secured.ConnectionState().NegotiatedProtocol == "h2":
		protocols.SetHTTP2(true)
	case !overTLS && c.settings.HTTPVersion == "2":
		protocols.SetUnencryptedHTTP2(true)
	default:
		protocols.SetHTTP1(true)
		x.gate = newGate(conn)
		conn = x.gate
	}
	given := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	transport := &http.Transport{
		DialContext: given, DialTLSContext: given, Protocols: &protocols,
		DisableCompression: true, MaxResponseHeaderBytes: maxHead,
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10, MaxReceiveBufferPerConnection: 128 << 10},
	}
	if c.forwards(h) {
		transport.Proxy = http.ProxyURL(c.proxy) // The proxy receives the whole URL, and the user and password of its own URL.
		if c.proxyHeader != "" {
			x.request.Header.Set("Proxy-Authorization", c.proxyHeader)
		}
	}
	return transport.NewClientConn(x.Context(), h.url.Scheme, h.address())
}

// trace records the events of the request. net/http may call it from any
// goroutine.
func (x *exchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) {
			x.mu.Lock()
			defer x.mu.Unlock()
			if !x.over {
				x.sent = x.Phase("waiting for headers from")
			}
		},
		GotFirstResponseByte: func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.sent.IsZero() {
				x.sent = time.Now() // The reply came before all of the request was sent.
			}
			x.Observe("first_byte_seconds", x.sent)
		},
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			if x.hints++; x.hints > max1xx {
				return errManyHints
			}
			return nil
		},
	}
}

// failure returns the error that explains why there is no reply.
func (x *exchange) failure(err error) error {
	switch {
	case x.Ended() == nil && errors.Is(err, errManyHints):
		return x.Reject(checks.ReasonProtocol, "%w", errManyHints)
	case x.gate != nil && (x.Ended() == nil || x.gate.foreign()):
		return x.gate.headless(x.Run, x.secrets)
	}
	return x.misunderstood(err)
}

// misunderstood fails with err. Any error that is not one of the network means
// that the peer does not speak HTTP.
func (x *exchange) misunderstood(err error) error {
	if ended := x.Ended(); ended != nil {
		return x.Fail(ended)
	}
	failure := x.Fail(err)
	if checks.ReasonOf(failure) == checks.ReasonError {
		return x.Reject(checks.ReasonProtocol, "%s", x.Clip(wire.Mask(err.Error(), x.secrets...)))
	}
	return failure
}
