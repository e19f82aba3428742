package wire_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start returns a run of two seconds.
func start(t *testing.T, peer string) *wire.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	r := wire.Start(ctx, peer)
	t.Cleanup(func() { r.Close(); cancel() })
	return r
}

// failed fails t unless err has that reason and text.
func failed(t *testing.T, err error, reason checks.Reason, text string) {
	t.Helper()
	if err == nil || err.Error() != text || checks.ReasonOf(err) != reason {
		t.Errorf("failure = %v (%s), want %s (%s)", err, checks.ReasonOf(err), text, reason)
	}
}

func TestDialWordsWhatWentWrong(t *testing.T) {
	faulttest.Resolver(t)
	refused := faulttest.Refused(t)
	dir := t.TempDir()
	for _, c := range []struct {
		network, address string
		reason           checks.Reason
		want             string
	}{
		{"tcp", refused, checks.ReasonRefused, "connecting to " + refused + ": connection refused"},
		{"tcp", faulttest.HostNXDomain + ":80", checks.ReasonDNS, "resolving " + faulttest.HostNXDomain + ": no such host"},
		{"unix", filepath.Join(dir, "none"), checks.ReasonRefused, "connecting to " + filepath.Join(dir, "none") + ": no such file or directory"},
	} {
		conn, err := start(t, c.address).Dial(c.network, c.address)
		if conn != nil {
			t.Errorf("Dial(%s) = a connection, want none", c.address)
		}
		failed(t, err, c.reason, c.want)
	}
}

func TestDialObservesItsPhases(t *testing.T) {
	address := faulttest.Silent(t)
	_, port, _ := net.SplitHostPort(address)
	for host, want := range map[string][]string{
		"127.0.0.1": {"connect_seconds"}, "localhost": {"dns_seconds", "connect_seconds"},
	} {
		values := map[string]float64{}
		ctx := checks.WithObserver(t.Context(), func(name string, v float64) { values[name] = v })
		r := wire.Start(ctx, address)
		if _, err := r.Dial("tcp", net.JoinHostPort(host, port)); err != nil {
			t.Fatal(err)
		}
		r.Close()
		for _, name := range want {
			if v, observed := values[name]; !observed || v < 0 || v > 10 {
				t.Errorf("%s: observed %v, want %s", host, values, name)
			}
		}
		if len(values) != len(want) {
			t.Errorf("%s: observed %v, want %q", host, values, want)
		}
	}
}

func TestFailNamesPhaseAndPeer(t *testing.T) {
	r := start(t, "192.0.2.1:80")
	r.Phase("waiting for a reply from")
	const where = "waiting for a reply from 192.0.2.1:80: "
	reset := &net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: 4711}, Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for _, c := range []struct {
		err    error
		reason checks.Reason
		want   string
	}{
		{io.EOF, checks.ReasonProtocol, where + "connection closed"},
		{fmt.Errorf("readLine: %w", io.ErrUnexpectedEOF), checks.ReasonProtocol, where + "connection closed"},
		{net.ErrClosed, checks.ReasonProtocol, where + "connection closed"},
		{reset, checks.ReasonProtocol, where + "connection reset by peer"},
		{&wire.TooLarge{Limit: 64 << 10}, checks.ReasonProtocol, where + "larger than 64KiB"},
		{syscall.EMFILE, checks.ReasonInternal, "local: " + where + "too many open files"},
		{errors.New("odd"), checks.ReasonError, where + "odd"},
	} {
		failed(t, r.Fail(c.err), c.reason, c.want)
	}
	failed(t, r.Reject(checks.ReasonAssertion, "no match of %q", "x"), checks.ReasonAssertion, where+`no match of "x"`)
	r.Phase("")
	r.SetPeer("")
	failed(t, r.Reject(checks.ReasonStatus, "odd"), checks.ReasonStatus, ": odd")
}

func TestEndOfTheContextEndsReadingWhateverALibrarySets(t *testing.T) {
	address := faulttest.Silent(t)
	for name, c := range map[string]struct {
		limit  time.Duration
		cancel bool
		reason checks.Reason
		want   string
	}{
		"deadline":     {200 * time.Millisecond, false, checks.ReasonTimeout, ": timeout after 200ms"},
		"cancellation": {5 * time.Second, true, checks.ReasonInternal, ": cancelled"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), c.limit)
		r := wire.Start(ctx, address)
		conn, err := r.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if c.cancel {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
		r.Phase("waiting for a reply from")
		began := time.Now()
		for range 3 { // A library that tries again and moves its deadlines.
			conn.SetDeadline(time.Time{})
			conn.SetReadDeadline(time.Now().Add(time.Hour))
			conn.SetWriteDeadline(time.Now().Add(time.Hour))
			_, err = conn.Read(make([]byte, 1))
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: reading ended after %v", name, took)
		}
		want := "waiting for a reply from " + address + c.want
		failed(t, r.Fail(err), c.reason, want)
		failed(t, r.Explain(errors.New("the library's own words")), c.reason, want)
		r.Close()
		cancel()
	}
}

func TestConnectionThatIsDialledAsTheContextEndsIsInterrupted(t *testing.T) {
	address := faulttest.Silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := wire.Start(t.Context(), address)
	defer r.Close()
	dialled := make(chan net.Conn, 1)
	go func() {
		conn, err := r.DialContext(ctx, "tcp", address)
		if err != nil {
			conn = nil
		}
		dialled <- conn
	}()
	cancel()
	if conn := <-dialled; conn != nil {
		ended := make(chan error, 1)
		go func() { _, err := conn.Read(make([]byte, 1)); ended <- err }()
		select {
		case <-ended:
		case <-time.After(3 * time.Second):
			t.Error("reading goes on after the end of the context")
		}
	}
}

func TestConnectionThatComesAfterTheEndIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := wire.Start(t.Context(), "peer")
	defer r.Close()
	raw, other := net.Pipe()
	defer time.AfterFunc(5*time.Second, func() { other.Close() }).Stop()
	cancel()
	conn, err := r.Add(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Time{})
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read = %v, want an exceeded deadline", err)
	}
}

func TestRunReadsTheLastByteOfItsBudget(t *testing.T) {
	r := start(t, "peer")
	r.SetBudget(3)
	conn, err := r.Dial("tcp", faulttest.Endless(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if n, err := conn.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("Read of byte %d = %d, %v", i+1, n, err)
		}
	}
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("Read of byte 4 = %d, %v, want an error", n, err)
	}
}

func TestRunReadsNoMoreThanItsBudget(t *testing.T) {
	address := faulttest.Endless(t, "")
	for _, budget := range []int64{0, 1000} {
		r := start(t, address)
		want := int64(wire.DefaultBudget)
		if budget > 0 {
			r.SetBudget(budget)
			want = budget
		}
		var sum int64
		for range 2 { // The connections of a run share it.
			conn, err := r.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, conn)
			sum += n
			r.Phase("waiting for a reply from")
			failed(t, r.Explain(fmt.Errorf("library: %w", err)), checks.ReasonProtocol,
				fmt.Sprintf("waiting for a reply from %s: larger than %v", address, checks.Size(want)))
		}
		if sum != want {
			t.Errorf("the run read %d bytes, want %d", sum, want)
		}
	}
}

func TestExplainPrefersWhatTheConnectionMet(t *testing.T) {
	address := faulttest.Closed(t)
	r := start(t, address)
	conn, err := r.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Read(make([]byte, 1))
	r.Phase("logging in to")
	failed(t, r.Explain(errors.New("driver: bad connection")), checks.ReasonProtocol, "logging in to "+address+": connection closed")
}

func TestExplainTakesOtherErrorsForAnotherProtocol(t *testing.T) {
	r := start(t, "db.example.org:5432")
	r.Phase("logging in to")
	err := r.Explain(fmt.Errorf("driver.Login(user): %w", errors.New("invalid\nmessage")))
	failed(t, err, checks.ReasonProtocol, "logging in to db.example.org:5432: reply not understood: invalid…")
}

func TestExplainKeepsAFailureOfDialling(t *testing.T) {
	address := filepath.Join(t.TempDir(), "none")
	r := start(t, address)
	_, err := r.DialContext(t.Context(), "unix", address)
	failed(t, r.Explain(fmt.Errorf("driver: dial: %w", err)), checks.ReasonRefused, "connecting to "+address+": no such file or directory")
}

func TestClosedRunHasNoConnections(t *testing.T) {
	address := faulttest.Silent(t)
	r := start(t, address)
	conn, err := r.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	r.Close()
	if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write after Close = %v, want a closed connection", err)
	}
	if conn, err := r.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("Dial after Close = a connection, want an error")
	}
}

func TestSecureObservesAndFails(t *testing.T) {
	certs := faulttest.Certificates(t)
	secure := func(leaf faulttest.Leaf, settings *checks.TLS) (map[string]float64, string, error) {
		address := faulttest.TLS(t, leaf, nil)
		values := map[string]float64{}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		r := wire.Start(checks.WithObserver(ctx, func(name string, v float64) { values[name] = v }), address)
		defer r.Close()
		conn, err := r.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Secure(conn, settings, "127.0.0.1", nil)
		return values, address, err
	}
	trusting := &checks.TLS{CAFile: certs.CAFile}
	values, _, err := secure(certs.Good, trusting)
	if err != nil || values["tls_not_after_timestamp_seconds"] != float64(certs.Good.TLS.Leaf.NotAfter.Unix()) || values["tls_seconds"] <= 0 {
		t.Errorf("Secure = %v, observed %v; want tls_seconds and the end of the certificate", err, values)
	}
	_, address, err := secure(certs.OfUnknownCA, trusting)
	failed(t, err, checks.ReasonTLS, "tls handshake with "+address+": certificate signed by unknown authority")
	_, address, err = secure(certs.Expired, trusting)
	failed(t, err, checks.ReasonTLS, "tls handshake with "+address+": certificate expired at "+certs.Expired.TLS.Leaf.NotAfter.UTC().Format(time.RFC3339))
	_, _, err = secure(certs.Good, &checks.TLS{CAFile: "/no/such/ca.pem"})
	failed(t, err, checks.ReasonInternal, "local: tls: ca_file /no/such/ca.pem: no such file or directory")
}

// The resolver's own patience is five seconds.
func TestNextResolverIsAskedWhenTheFirstIsSilent(t *testing.T) {
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	faulttest.Resolver(t)
	good := net.DefaultResolver
	var lookups atomic.Int32
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if lookups.Add(1) <= 2 { // A and AAAA.
			return (&net.Dialer{}).DialContext(ctx, "udp4", silent.LocalAddr().String())
		}
		return good.Dial(ctx, network, address)
	}}
	defer func() { net.DefaultResolver = good }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	r := wire.Start(ctx, "")
	defer r.Close()
	began := time.Now()
	_, err = r.Dial("tcp", faulttest.HostNXDomain+":80")
	failed(t, err, checks.ReasonDNS, "resolving "+faulttest.HostNXDomain+": no such host")
	if took := time.Since(began); took < 500*time.Millisecond || took > 2*time.Second {
		t.Errorf("the lookup took %v, want about half of the two seconds", took)
	}
}

func TestClipMakesOneShortLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "plain": "plain", "one\ntwo": "one…", "one\r\ntwo": "one…", "a\x1b[31mb": "a\uFFFD[31mb",
		strings.Repeat("x", 300):       strings.Repeat("x", 200) + "…",
		strings.Repeat("x", 199) + "é": strings.Repeat("x", 199) + "…",
	} {
		if got := wire.Clip(text); got != want {
			t.Errorf("Clip(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMaskHidesSecretsButNoShortWords(t *testing.T) {
	if got := wire.Mask("user 'abc' with 'hunter2' and 'abcd'", "hunter2", "abcd", "abc", ""); got != "user 'abc' with '********' and '********'" {
		t.Errorf("Mask = %q", got)
	}
}

func TestHandshakesOfALibraryAreWatched(t *testing.T) {
	certs := faulttest.Certificates(t)
	address := faulttest.TLS(t, certs.Good, nil)
	for name, c := range map[string]struct {
		settings *checks.TLS
		warning  string
		reason   checks.Reason
	}{
		"no settings": {nil, "", ""},
		"enough days": {&checks.TLS{WarnDays: 20, FailDays: 10}, "", ""},
		"few days":    {&checks.TLS{WarnDays: 40}, "certificate expires in 29 days", ""},
		"too few":     {&checks.TLS{FailDays: 40}, "", checks.ReasonThreshold},
	} {
		values := map[string]float64{}
		r := wire.Start(checks.WithObserver(t.Context(), func(name string, v float64) { values[name] = v }), address)
		conn, err := r.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
		r.Watch(config, c.settings)
		err = tls.Client(conn, config).HandshakeContext(t.Context())
		if got := checks.ReasonOf(err); got != c.reason {
			t.Errorf("%s: handshake = %v (%s), want %q", name, err, got, c.reason)
		}
		if text, _ := checks.Warning(r.Warning()); !strings.HasPrefix(text, c.warning) || (text == "") != (c.warning == "") {
			t.Errorf("%s: warning = %q, want %q", name, text, c.warning)
		}
		if values["tls_not_after_timestamp_seconds"] == 0 {
			t.Errorf("%s: observed %v, want when the certificate ends", name, values)
		}
		r.Close()
	}
}

func TestSecureCanAdjustTheConfiguration(t *testing.T) {
	certs := faulttest.Certificates(t)
	config := certs.Good.Config()
	config.NextProtos = []string{"h2"}
	address := faulttest.Serve(t, func(conn net.Conn) { tls.Server(conn, config).Handshake(); io.Copy(io.Discard, conn) })
	r := start(t, address)
	conn, err := r.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := r.Secure(conn, &checks.TLS{CAFile: certs.CAFile}, "localhost", func(c *tls.Config) { c.NextProtos = []string{"h2"} })
	if err != nil || client.ConnectionState().NegotiatedProtocol != "h2" {
		t.Errorf("Secure = %v, want the protocol h2", err)
	}
}

func TestDatagramsObserveNoConnecting(t *testing.T) {
	values := map[string]float64{}
	r := wire.Start(checks.WithObserver(t.Context(), func(name string, v float64) { values[name] = v }), "192.0.2.53:53")
	defer r.Close()
	if _, err := r.Dial("udp", "127.0.0.1:53"); err != nil {
		t.Fatal(err)
	}
	if len(values) > 0 {
		t.Errorf("observed %v, want nothing: a datagram connects to nothing", values)
	}
}
