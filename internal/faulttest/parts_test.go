//go:build linux

package faulttest_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// fatalTB is a test that notes what it is ended with.
type fatalTB struct {
	testing.TB
	text string
}

type ended struct{}

func (tb *fatalTB) Fatalf(format string, a ...any) {
	tb.text = fmt.Sprintf(format, a...)
	panic(ended{})
}

func fatal(t *testing.T, f func(testing.TB)) (text string) {
	t.Helper()
	tb := &fatalTB{TB: t}
	defer func() {
		if p := recover(); p != nil && p != (ended{}) {
			panic(p)
		}
		text = tb.text
	}()
	f(tb)
	return tb.text
}

func contains(s, part string) bool { return strings.Contains(s, part) }

func TestEveryFaultIsInTheTableOnce(t *testing.T) {
	want := "good|refused|syn dropped|established dropped|silent|closed|reset|reset in the middle|drip|endless|long line|" +
		"headers|garbage|echo|redirect loop|alternating|good over tls|tls on a plain port|plain on a tls port|" +
		"tls never answered|certificate expired|certificate not yet valid|certificate of another host|" +
		"certificate of an unknown ca|nxdomain|servfail|resolver silent"
	if got := strings.Join(faulttest.Names(), "|"); got != want {
		t.Errorf("Names() = %s, want %s", got, want)
	}
}

func TestSecretIsFoundInEverySpelling(t *testing.T) {
	const secret = "s3cr&t/pass word+1"
	for _, text := range []string{
		secret,
		"redis://:" + url.QueryEscape(secret) + "@h",
		"/" + url.PathEscape(secret),
		(&url.URL{Scheme: "amqp", User: url.UserPassword("u", secret), Host: "h"}).String(),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("a:"+secret)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("ab:"+secret)),
		"Basic " + base64.StdEncoding.EncodeToString([]byte("abc:"+secret+"\n")),
		base64.RawURLEncoding.EncodeToString([]byte("\xff" + secret + "tail")),
		fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret),
	} {
		if faulttest.Leaked("text with "+text+" in it", secret) == "" {
			t.Errorf("Leaked(%q) finds nothing", text)
		}
	}
	for _, text := range []string{"", "nothing of it", "s3cr", base64.StdEncoding.EncodeToString([]byte("other words"))} {
		if spelling := faulttest.Leaked(text, secret); spelling != "" {
			t.Errorf("Leaked(%q) = %q, want nothing", text, spelling)
		}
	}
}

func TestCertificatesAreWhatTheirNamesSay(t *testing.T) {
	certs := faulttest.Certificates(t)
	for _, c := range []struct {
		leaf faulttest.Leaf
		want string
	}{
		{certs.Good, ""},
		{certs.Expired, "is after"},
		{certs.NotYetValid, "is before"},
		{certs.OfOtherHost, faulttest.OtherHost},
		{certs.OfUnknownCA, "unknown authority"},
	} {
		err := handshake(t, faulttest.TLS(t, c.leaf, nil), &checks.TLS{CAFile: certs.CAFile, ServerName: "localhost"})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("handshake with %s: %v, want %q", c.leaf.CertFile, err, c.want)
		}
	}
	for _, l := range []faulttest.Leaf{certs.Good, certs.Expired, certs.Client} {
		if _, err := tls.LoadX509KeyPair(l.CertFile, l.KeyFile); err != nil {
			t.Errorf("LoadX509KeyPair(%s) = %v", l.CertFile, err)
		}
		if info, err := os.Stat(l.KeyFile); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want mode 0600", l.KeyFile, info, err)
		}
	}
}

func handshake(t *testing.T, address string, settings *checks.TLS) error {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := checktype.Handshake(t.Context(), conn, settings, "127.0.0.1")
	if err == nil {
		client.Close()
	}
	return err
}

func TestResolverKnowsItsNamesAndGivesTheSystemsBack(t *testing.T) {
	t.Run("ours", func(t *testing.T) {
		faulttest.Resolver(t)
		addresses, err := net.DefaultResolver.LookupHost(t.Context(), faulttest.HostGood)
		if err != nil || len(addresses) != 1 || addresses[0] != "127.0.0.1" {
			t.Errorf("LookupHost(%s) = %v, %v, want 127.0.0.1", faulttest.HostGood, addresses, err)
		}
		for host, want := range map[string]string{
			faulttest.HostNXDomain: "no such host", faulttest.HostServFail: "server misbehaving", faulttest.HostUnresolving: "timeout",
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if _, err := net.DefaultResolver.LookupHost(ctx, host); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("LookupHost(%s) = %v, want %q", host, err, want)
			}
		}
	})
	t.Run("the system's", func(t *testing.T) {
		addresses, err := net.DefaultResolver.LookupHost(t.Context(), "localhost")
		if err != nil || len(addresses) == 0 {
			t.Errorf("LookupHost(localhost) = %v, %v", addresses, err)
		}
	})
}

func TestRulesThatDropPacketsEndWithTheirTest(t *testing.T) {
	var addresses [2]string
	t.Run("dropped", func(t *testing.T) {
		noSYN, established, err := faulttest.Dropped(t)
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		addresses = [2]string{noSYN, established}
		if err := dial(noSYN); checks.ReasonOf(err) != checks.ReasonTimeout {
			t.Errorf("dial of a dropped SYN: %v, want a timeout", err)
		}
		if err := dial(established); err != nil {
			t.Errorf("dial: %v, want a handshake", err)
		}
	})
	for _, address := range addresses {
		if err := dial(address); address != "" && !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial after the test: %v, want it refused", err)
		}
	}
}

func dial(address string) error {
	conn, err := net.DialTimeout("tcp", address, 300*time.Millisecond)
	if err == nil {
		conn.Close()
	}
	return err
}

func TestPeersCanBeUsedAlone(t *testing.T) {
	for name, c := range map[string]struct {
		address string
		most    int // bytes that the test reads
		want    func(data []byte, err error) bool
	}{
		"closed":    {faulttest.Closed(t), 1, func(data []byte, err error) bool { return len(data) == 0 && err == nil }},
		"reset":     {faulttest.Reset(t), 1, func(_ []byte, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"drip":      {faulttest.Drip(t, "ab"), 3, func(data []byte, err error) bool { return string(data) == "abx" && err == nil }},
		"endless":   {faulttest.Endless(t, "+"), 8192, func(data []byte, _ error) bool { return len(data) == 8192 && data[0] == '+' }},
		"long line": {faulttest.LongLine(t), 1 << 20, func(data []byte, err error) bool { return len(data) == 1<<20 && err == nil }},
		"headers":   {faulttest.Headers(t), 1 << 20, func(data []byte, err error) bool { return len(data) == 1<<20 && err == nil }},
		"garbage":   {faulttest.Garbage(t), 1000, func(data []byte, err error) bool { return len(data) == 512 && err == nil }},
		"echo":      {faulttest.Echo(t), 5, func(data []byte, _ error) bool { return string(data) == "hello" }},
		"proxy":     {faulttest.Serve(t, faulttest.Proxy(faulttest.Echo(t))), 5, func(data []byte, _ error) bool { return string(data) == "hello" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := converse(t, c.address, c.most, 20*time.Second)
			if !c.want(data, err) {
				t.Errorf("read %d bytes (%.20q), %v", len(data), data, err)
			}
		})
	}
}

// The kernel discards what a client has not yet read when the reset arrives, so a
// busy client may miss the beginning.
func TestAResetInTheMiddleFollowsTheBeginning(t *testing.T) {
	address := faulttest.ResetInTheMiddle(t, "be")
	for range 20 {
		data, err := converse(t, address, 100, 20*time.Second)
		if !strings.HasPrefix("bex", string(data)) || !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("read %q, %v, want bex and a reset", data, err)
		}
		if string(data) == "bex" {
			return
		}
	}
	t.Error("the beginning was never seen")
}

func TestASilentPeerNeitherSpeaksNorHangsUp(t *testing.T) {
	data, err := converse(t, faulttest.Silent(t), 1, 300*time.Millisecond)
	if len(data) > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %q, %v, want a timeout", data, err)
	}
}

func TestADrippingPeerTakesItsTime(t *testing.T) {
	began := time.Now()
	if data, err := converse(t, faulttest.Drip(t, ""), 3, 20*time.Second); string(data) != "xxx" || err != nil {
		t.Errorf("read %q, %v", data, err)
	}
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("three bytes took %v, want 200ms between two bytes", took)
	}
}

// converse says hello to address and reads until the end, an error or so many
// bytes. A reset that arrives before the hello is the error of the write: a later
// read would only see the end.
func converse(t *testing.T, address string, most int, limit time.Duration) ([]byte, error) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(limit))
	if _, err := io.WriteString(conn, "hello"); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(conn, int64(most)))
}

func TestRefusedAddressIsRefused(t *testing.T) {
	if err := dial(faulttest.Refused(t)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial = %v, want %v", err, syscall.ECONNREFUSED)
	}
}
