package probe_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// protocolServer replies with the protocol of the request. TLS offers HTTP/2 too.
func protocolServer(t *testing.T, certs *faulttest.Certs) (url string, dialled *atomic.Int32) {
	t.Helper()
	dialled = new(atomic.Int32)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s close=%v encoding=%q", r.Proto, r.Close, r.Header.Get("Accept-Encoding"))
	}))
	s.Config.ErrorLog = discard()
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	if certs == nil {
		s.Config.Protocols = new(http.Protocols)
		s.Config.Protocols.SetHTTP1(true)
		s.Config.Protocols.SetUnencryptedHTTP2(true)
		s.Start()
	} else {
		s.TLS, s.EnableHTTP2 = certs.Good.Config(), true
		s.StartTLS()
	}
	t.Cleanup(s.Close)
	return s.URL, dialled
}

func TestHTTPVersionIsNegotiated(t *testing.T) {
	certs := faulttest.Certificates(t)
	trusted := &checks.TLS{CAFile: certs.CAFile}
	secured, dialled := protocolServer(t, certs)
	plain, dialledPlain := protocolServer(t, nil)
	for _, c := range []struct {
		name string
		spec probe.HTTP
		want string
	}{
		{"https by default", probe.HTTP{URL: secured, TLS: trusted}, "^HTTP/2.0 close=false encoding=\"\"$"},
		{"https wanted in 2", probe.HTTP{URL: secured, TLS: trusted, HTTPVersion: "2"}, "^HTTP/2.0 "},
		{"https wanted in 1.1", probe.HTTP{URL: secured, TLS: trusted, HTTPVersion: "1.1"}, "^HTTP/1.1 close=true "},
		{"http by default", probe.HTTP{URL: plain}, "^HTTP/1.1 close=true encoding=\"\"$"},
		{"http wanted in 2", probe.HTTP{URL: plain, HTTPVersion: "2"}, "^HTTP/2.0 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := dialled.Load() + dialledPlain.Load()
			c.spec.BodyRegexp = c.want
			r := run(t, c.spec)
			r.passes(t, "200 OK")
			phases := []string{"connect_seconds", "first_byte_seconds", "transfer_seconds", "body_bytes", "status_code"}
			if c.spec.TLS != nil {
				phases = append(phases, "tls_seconds", "tls_not_after_timestamp_seconds")
			}
			r.observes(t, phases...)
			if n := dialled.Load() + dialledPlain.Load() - before; n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
	old := tlsServer(t, certs, status(200, ""))
	run(t, probe.HTTP{URL: old, TLS: trusted, HTTPVersion: "2"}).
		fails(t, checks.ReasonTLS, "tls handshake with "+peerOf(old)+": no application protocol")
	run(t, probe.HTTP{URL: "http://" + faulttest.Serve(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")), HTTPVersion: "2"}).
		failsWith(t, checks.ReasonProtocol, "http2")
}

// framed serves TLS connections that speak HTTP/2 frame by frame. It counts them.
func framed(t *testing.T, certs *faulttest.Certs, serve func(*http2.Framer)) (url string, dialled *atomic.Int32) {
	t.Helper()
	dialled = new(atomic.Int32)
	address := faulttest.Serve(t, func(raw net.Conn) {
		dialled.Add(1)
		config := certs.Good.Config()
		config.NextProtos = []string{"h2"}
		conn := tls.Server(raw, config)
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		framer := http2.NewFramer(conn, conn)
		if framer.WriteSettings() != nil {
			return
		}
		serve(framer)
	})
	return "https://" + address, dialled
}

// answerFrames replies to each frame of headers.
func answerFrames(reply func(framer *http2.Framer, stream uint32)) func(*http2.Framer) {
	return func(framer *http2.Framer) {
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if f, ok := frame.(*http2.HeadersFrame); ok {
				reply(framer, f.StreamID)
			}
		}
	}
}

func TestHTTP2ServerThatBreaksItsProtocolIsDialledOnce(t *testing.T) {
	certs := faulttest.Certificates(t)
	for name, serve := range map[string]func(*http2.Framer){
		"refuses the stream": answerFrames(func(f *http2.Framer, stream uint32) { f.WriteRSTStream(stream, http2.ErrCodeRefusedStream) }),
		"goes away":          answerFrames(func(f *http2.Framer, _ uint32) { f.WriteGoAway(0, http2.ErrCodeNo, []byte("bye")) }),
		"sends no status": answerFrames(func(f *http2.Framer, stream uint32) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, EndHeaders: true})
		}),
		"hangs up": func(*http2.Framer) {},
	} {
		t.Run(name, func(t *testing.T) {
			url, dialled := framed(t, certs, serve)
			r := run(t, probe.HTTP{URL: url + "/?token=" + canary, TLS: &checks.TLS{CAFile: certs.CAFile}})
			if checks.ReasonOf(r.err) != checks.ReasonProtocol || faulttest.Leaked(r.err.Error(), canary) != "" {
				t.Errorf("run = %q, %v (%s), want a failure of the protocol", r.output, r.err, checks.ReasonOf(r.err))
			}
			if n := dialled.Load(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
			t.Log(r.err)
		})
	}
}

func TestHTTP2ServerThatFloodsOrIsSilentEndsWithTheRun(t *testing.T) {
	certs := faulttest.Certificates(t)
	header := func(fields ...hpack.HeaderField) []byte {
		var b strings.Builder
		encoder := hpack.NewEncoder(&b)
		for _, f := range fields {
			encoder.WriteField(f)
		}
		return []byte(b.String())
	}
	ok := header(hpack.HeaderField{Name: ":status", Value: "200"})
	for name, c := range map[string]struct {
		serve func(*http2.Framer)
		want  []checks.Reason
	}{
		"silent": {func(f *http2.Framer) { answerFrames(func(*http2.Framer, uint32) {})(f) }, []checks.Reason{checks.ReasonTimeout}},
		"pings without end": {func(f *http2.Framer) {
			for f.WritePing(false, [8]byte{}) == nil {
			}
		}, []checks.Reason{checks.ReasonProtocol, checks.ReasonTimeout}},
		"a body without flow control": {answerFrames(func(f *http2.Framer, stream uint32) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, EndHeaders: true, BlockFragment: ok})
			for f.WriteData(stream, false, make([]byte, 16<<10)) == nil {
			}
		}), []checks.Reason{checks.ReasonProtocol, checks.ReasonAssertion}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, dialled := framed(t, certs, c.serve)
			ctx, cancel := contextFor(t, 500*time.Millisecond)
			defer cancel()
			r := runIn(ctx, t, probe.HTTP{URL: url, TLS: &checks.TLS{CAFile: certs.CAFile}, BodyRegexp: "x"})
			if got := checks.ReasonOf(r.err); !slices.Contains(c.want, got) {
				t.Errorf("run = %q, %v (%s), want %s", r.output, r.err, got, c.want)
			}
			if n := dialled.Load(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

func TestHTTP2BodyWithoutEndIsReadToItsLimit(t *testing.T) {
	certs := faulttest.Certificates(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, strings.Repeat("x", 1<<10))
		}
	}))
	s.Config.ErrorLog, s.TLS, s.EnableHTTP2 = discard(), certs.Good.Config(), true
	s.StartTLS()
	defer s.Close()
	trusted := &checks.TLS{CAFile: certs.CAFile}
	run(t, probe.HTTP{URL: s.URL, TLS: trusted}).passes(t, "200 OK")
	run(t, probe.HTTP{URL: s.URL, TLS: trusted, BodyNotRegexp: "y"}).
		fails(t, checks.ReasonAssertion, "reading the body from "+peerOf(s.URL)+": larger than 64KiB, want at most max_body_size")
	run(t, probe.HTTP{URL: s.URL, TLS: trusted, Status: []string{"204"}}).
		fails(t, checks.ReasonStatus, `status 200, want 204, body begins "`+strings.Repeat("x", 80)+`"…`)
}
