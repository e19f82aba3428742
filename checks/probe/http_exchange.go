package probe

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// An exchange is one request and its answer on a connection of its own.
//
// It is not done by an http.Transport: that one's goroutines, pool and dialling
// live on for a while when a request is over or given up, and it tells neither
// the phase in which it failed nor stops at a size. Here the goroutine of the
// run writes, reads and closes, and net/http formats and parses.
type exchange struct {
	*wire.Run
	conn    net.Conn
	request *http.Request
}

// max1xx is how many informational answers may come before the real one.
const max1xx = 5

// roundTrip sends the request and reads the headers of the answer. The body can
// be read until the connection is closed, which is all the closing that there
// is: the body's own Close would first read it to its end.
func (x *exchange) roundTrip(absolute bool) (*http.Response, error) {
	x.Phase("sending the request to")
	write := x.request.Write
	if absolute {
		write = x.request.WriteProxy
	}
	var sendFailure error
	if err := write(x.conn); err != nil {
		// A peer may have answered without reading all of the request.
		sendFailure = x.Fail(err)
	}
	res, err := x.readHead()
	if err != nil && sendFailure != nil {
		return nil, sendFailure
	}
	return res, err
}

func (x *exchange) readHead() (*http.Response, error) {
	began := x.Phase("waiting for headers from")
	source := &headReader{conn: x.conn, left: maxHead}
	reader := bufio.NewReader(source)
	if _, err := reader.Peek(1); err != nil {
		return nil, x.headless(source)
	}
	x.Observe("first_byte_seconds", began)
	for range max1xx + 1 {
		res, err := http.ReadResponse(reader, x.request)
		if err != nil {
			return nil, x.headless(source)
		}
		if res.StatusCode >= 200 {
			source.left = math.MaxInt // What bounds the body counts it decoded.
			return res, nil
		}
		if res.StatusCode == http.StatusSwitchingProtocols {
			return nil, x.Reject(checks.ReasonProtocol, "status 101, which was not asked for")
		}
	}
	return nil, x.Reject(checks.ReasonProtocol, "more than %d informational answers", max1xx)
}

// headless says why there are no headers. The parser takes a line that was cut
// off for a malformed one, so what reading has met goes before what it says;
// and its text quotes the peer, so it is not passed on.
func (x *exchange) headless(source *headReader) error {
	switch {
	case source.err == nil:
		return x.Reject(checks.ReasonProtocol, "the answer is not HTTP")
	case errors.Is(source.err, errLargeHead):
		return x.Reject(checks.ReasonProtocol, "%w", source.err)
	case errors.Is(source.err, io.EOF) && source.left == maxHead:
		return x.Fail(source.err)
	case errors.Is(source.err, io.EOF):
		return x.Reject(checks.ReasonProtocol, "connection closed within them")
	}
	return x.Fail(source.err)
}

var errLargeHead = errors.New("larger than 64KiB")

// A headReader reads at most what is left and remembers its first error.
type headReader struct {
	conn io.Reader
	left int
	err  error
}

func (r *headReader) Read(p []byte) (n int, err error) {
	if r.left == 0 {
		err = errLargeHead
	} else {
		n, err = r.conn.Read(p[:min(len(p), r.left)])
		r.left -= n
	}
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// connectRequest asks a proxy for a tunnel to address (RFC 9110, section 9.3.6).
func connectRequest(address string) *http.Request {
	return &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address,
		Header: http.Header{"User-Agent": {userAgent}},
	}
}
