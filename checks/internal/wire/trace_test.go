package wire_test

import (
	"context"
	"errors"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// traced runs f and returns the evidence.
func traced(t *testing.T, peer string, f func(*wire.Run)) *checks.Evidence {
	t.Helper()
	ctx, trace := checks.WithTrace(t.Context())
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r := wire.Start(ctx, peer)
	defer r.Close()
	f(r)
	return trace.Evidence()
}

func phases(e *checks.Evidence) string {
	var texts []string
	for _, p := range e.Phases {
		texts = append(texts, p.Name+" "+p.Peer)
	}
	return strings.Join(texts, ", ")
}

func TestPhasesAreRecordedWithoutTheirPrepositions(t *testing.T) {
	e := traced(t, "192.0.2.1:80", func(r *wire.Run) {
		for _, words := range []string{"sending the request to", "tls handshake with", "waiting for headers from", "opening a channel at", "", "alone"} {
			r.Phase(words)
		}
	})
	const at = " 192.0.2.1:80"
	if got, want := phases(e), "sending the request"+at+", tls handshake"+at+", waiting for headers"+at+", opening a channel"+at+", alone"+at; got != want {
		t.Errorf("phases %s, want %s", got, want)
	}
}

func TestDialRecordsTheLookupAndTheAddresses(t *testing.T) {
	faulttest.Resolver(t)
	silent := faulttest.Silent(t)
	_, port, _ := net.SplitHostPort(silent)
	for address, want := range map[string]struct{ phases, tried string }{
		silent:                        {"connecting " + silent, silent},
		"localhost:" + port:           {"resolving localhost, connecting localhost:" + port, silent},
		faulttest.HostNXDomain + ":1": {"resolving " + faulttest.HostNXDomain, ""},
		"/no/such/socket":             {"connecting /no/such/socket", "/no/such/socket (no such file or directory)"},
	} {
		network := "tcp"
		if address[0] == '/' {
			network = "unix"
		}
		e := traced(t, address, func(r *wire.Run) { _, _ = r.Dial(network, address) })
		var tried []string
		for _, a := range e.Attempts {
			if a.Error != "" {
				a.Address += " (" + a.Error + ")"
			}
			tried = append(tried, a.Address)
		}
		// Localhost may be ::1, where nothing listens, before it is 127.0.0.1.
		if got := strings.Join(tried, ", "); phases(e) != want.phases || !strings.HasSuffix(got, want.tried) || want.tried == "" && got != "" {
			t.Errorf("%s: phases %s, tried %s; want %s, %s", address, phases(e), got, want.phases, want.tried)
		}
	}
}

func TestEvidenceOfALookupThatHangsIsTheLookup(t *testing.T) {
	faulttest.Resolver(t)
	ctx, trace := checks.WithTrace(t.Context())
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	r := wire.Start(ctx, "peer")
	defer r.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = r.Dial("tcp", faulttest.HostUnresolving+":1")
	}()
	for len(trace.Evidence().Phases) == 0 { // It is read while the dial is under way.
		time.Sleep(time.Millisecond)
	}
	if got, want := phases(trace.Evidence()), "resolving "+faulttest.HostUnresolving; got != want {
		t.Errorf("phases %s, want %s", got, want)
	}
	<-ended
}

// dialled is what a run does that passes, with or without a trace.
func dialled(tb testing.TB, address string, start func(context.Context) context.Context) {
	tb.Helper()
	r := wire.Start(start(tb.Context()), address)
	defer r.Close()
	if _, err := r.Dial("tcp", address); err != nil {
		tb.Fatal(err)
	}
	for _, words := range []string{"logging in to", "waiting for a reply from", "reading the body from"} {
		r.Phase(words)
	}
}

func withTrace(ctx context.Context) context.Context {
	ctx, _ = checks.WithTrace(ctx)
	return ctx
}

func asItIs(ctx context.Context) context.Context { return ctx }

func TestATraceCostsOneAllocation(t *testing.T) {
	address := faulttest.Closed(t)
	least := func(start func(context.Context) context.Context) float64 { // Other goroutines allocate too.
		allocations := math.Inf(1)
		for range 5 {
			allocations = min(allocations, testing.AllocsPerRun(50, func() { dialled(t, address, start) }))
		}
		return allocations
	}
	with, without := least(withTrace), least(asItIs)
	if with > without+2 {
		t.Errorf("%v allocations with a trace, %v without: want one more", with, without)
	}
}

func BenchmarkTrace(b *testing.B) {
	address := faulttest.Closed(b)
	for name, start := range map[string]func(context.Context) context.Context{"with": withTrace, "without": asItIs} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dialled(b, address, start)
			}
		})
	}
}

func TestAsideIsNotRecordedAndEndsWithTheRun(t *testing.T) {
	address := faulttest.Silent(t)
	var conn net.Conn
	var after *wire.Run
	e := traced(t, address, func(r *wire.Run) {
		r.Phase("waiting for a reply from")
		aside := r.Aside(context.Background())
		var err error
		if conn, err = aside.Dial("tcp", address); err != nil {
			t.Fatal(err)
		}
		aside.Phase("cancelling at")
		if got, want := r.Fail(net.ErrClosed).Error(), "waiting for a reply from "+address+": connection closed"; got != want {
			t.Errorf("failure %q, want %q", got, want)
		}
		after = r
	})
	if got, want := phases(e), "waiting for a reply "+address; got != want || len(e.Attempts) > 0 {
		t.Errorf("evidence = %s, want the phase %s alone", e, want)
	}
	if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write after Close = %v, want a closed connection", err)
	}
	if _, err := after.Aside(context.Background()).Dial("tcp", address); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Dial aside of a closed run = %v, want an error", err)
	}
}
