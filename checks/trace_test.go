package checks_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestTraceOutsideOfARunRecordsNothing(t *testing.T) {
	trace := checks.TraceOf(t.Context())
	if trace != nil {
		t.Fatal("TraceOf a context of no run is not nil")
	}
	trace.Phase("connecting", "192.0.2.1:80")
	trace.Tried("192.0.2.1:80", nil)
	trace.Secured(tls.VersionTLS13, []*x509.Certificate{{}})
	trace.Replied(200, "hello")
	trace.Exited(1, "oops")
	trace.Note("shards", "3")
	if e := trace.Evidence(); e.Recorded() || e.String() != "" {
		t.Errorf("evidence = %v, want none", e)
	}
}

func TestEvidenceSaysWhereTheTimeWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, trace := checks.WithTrace(t.Context())
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		end := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
		func(ctx context.Context) {
			trace := checks.TraceOf(ctx)
			trace.Phase("resolving", "db.example.org")
			time.Sleep(2 * time.Millisecond)
			trace.Phase("connecting", "db.example.org:5432")
			trace.Tried("192.0.2.1:5432", errors.New("connection refused"))
			trace.Tried("192.0.2.2:5432", nil)
			time.Sleep(time.Second)
			trace.Phase("", "nothing begins")
			trace.Phase("tls handshake", "db.example.org:5432")
			leaf := &x509.Certificate{Subject: pkix.Name{CommonName: "db"}, DNSNames: []string{"db.example.org"},
				IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}, NotAfter: end}
			trace.Secured(tls.VersionTLS13, []*x509.Certificate{leaf, {Subject: pkix.Name{CommonName: "CA"}, NotAfter: time.Now().Add(-time.Hour)}})
			trace.Secured(0, []*x509.Certificate{leaf})
			trace.Replied(503, "maintenance")
			trace.Replied(503, "")
			trace.Exited(2, "no\nmemory")
			trace.Note("shards", "2")
			trace.Note("shards", "3")
			time.Sleep(123 * time.Microsecond)
		}(inner)
		e := trace.Evidence()
		if e.Duration != 1002123*time.Microsecond || !e.Time.Equal(time.Now()) || e.Cut {
			t.Errorf("evidence of %v, %v, cut %v", e.Time, e.Duration, e.Cut)
		}
		left := int(end.Sub(e.Time) / (24 * time.Hour))
		want := []string{
			"phases: resolving (db.example.org) 2ms, connecting (db.example.org:5432) 1s, tls handshake 123µs",
			"tried: 192.0.2.1:5432 (connection refused), 192.0.2.2:5432 (connected)",
			fmt.Sprintf("tls: TLS 1.3; CN=db for db.example.org, 192.0.2.1, %d days left; CN=CA, expired at %s", left,
				time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)),
			`reply: status 503, body begins "maintenance"`,
			`exit: status 2, stderr begins "no\nmemory"`,
			"shards: 3",
		}
		if got := strings.Join(e.Lines(), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("Lines() =\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
		if got := e.String(); got != strings.Join(want, "; ") {
			t.Errorf("String() = %s", got)
		}
	})
}

// Of a long run the first phases and the last ones matter.
func TestTraceIsBounded(t *testing.T) {
	_, trace := checks.WithTrace(t.Context())
	long := strings.Repeat("abc ", 1000)
	for i := range 100 {
		trace.Phase(fmt.Sprint("phase ", i), "")
		trace.Tried(fmt.Sprint(i), nil)
		trace.Note(fmt.Sprint("note ", i), long)
	}
	trace.Exited(0, long)
	e := trace.Evidence()
	var names []string
	for _, p := range e.Phases {
		names = append(names, strings.TrimPrefix(p.Name, "phase "))
	}
	if got, want := strings.Join(names, " "), "0 1 2 3 92 93 94 95 96 97 98 99"; got != want {
		t.Errorf("phases %s, want %s", got, want)
	}
	if len(e.Attempts) != 8 || len(e.Notes) != 8 || !e.Cut {
		t.Errorf("%d attempts, %d notes, cut %v; want 8, 8, true", len(e.Attempts), len(e.Notes), e.Cut)
	}
	if text := e.Exit.Stderr; len(text) > 1<<10 || strings.HasSuffix(text, "ab") || text == "" {
		t.Errorf("stderr of %d bytes ends in %q, want whole words of at most 1 KiB", len(text), text[max(0, len(text)-8):])
	}
}

func TestWhatIsCutOfTheEvidenceIsSaid(t *testing.T) {
	long, words := strings.Repeat("n", 2000), strings.Repeat("word ", 500)
	for name, record := range map[string]func(*checks.Trace){
		"nothing":   func(trace *checks.Trace) { trace.Phase("short", "short"); trace.Tried("short", errors.New("short")) },
		"a peer":    func(trace *checks.Trace) { trace.Phase("short", long) },
		"an error":  func(trace *checks.Trace) { trace.Tried("short", errors.New(words)) },
		"a reply":   func(trace *checks.Trace) { trace.Replied(0, words) },
		"a name":    func(trace *checks.Trace) { trace.Secured(0, []*x509.Certificate{{DNSNames: []string{long}}}) },
		"names":     func(trace *checks.Trace) { trace.Secured(0, []*x509.Certificate{{DNSNames: make([]string, 100)}}) },
		"the chain": func(trace *checks.Trace) { trace.Secured(0, slices.Repeat([]*x509.Certificate{{}}, 100)) },
	} {
		_, trace := checks.WithTrace(t.Context())
		record(trace)
		e := trace.Evidence()
		if want := name != "nothing"; e.Cut != want || len(e.String()) > 3000 {
			t.Errorf("%s: cut %v, %d bytes, want %v", name, e.Cut, len(e.String()), want)
		}
	}
}

func TestVersionOfTLSStaysWithItsCertificates(t *testing.T) {
	one, two := []*x509.Certificate{{NotAfter: time.Unix(1, 0)}}, []*x509.Certificate{{NotAfter: time.Unix(2, 0)}}
	_, trace := checks.WithTrace(t.Context())
	for i, c := range []struct {
		version uint16
		chain   []*x509.Certificate
		want    string
		ends    int64
	}{
		{0, one, "", 1},
		{tls.VersionTLS12, one, "TLS 1.2", 1},
		{0, one, "TLS 1.2", 1},
		{tls.VersionTLS13, one, "TLS 1.3", 1},
		{0, nil, "TLS 1.3", 1},
		{0, two, "", 2},
		{tls.VersionTLS12, one, "TLS 1.2", 1},
	} {
		trace.Secured(c.version, c.chain)
		if h := trace.Evidence().TLS; h.Version != c.want || h.Chain[0].NotAfter.Unix() != c.ends {
			t.Errorf("step %d: version %q of the certificate %v, want %q of %d", i, h.Version, h.Chain[0].NotAfter.Unix(), c.want, c.ends)
		}
	}
}

func TestDaysLeftAreWhole(t *testing.T) {
	const day = 24 * time.Hour
	end := time.Unix(1_900_000_000, 0)
	for left, want := range map[time.Duration]int{
		0: 0, 1: 0, day - 1: 0, day: 1, 2*day - 1: 1, -1: -1, -day + 1: -1, -day - 1: -2,
	} {
		if got := (checks.Certificate{NotAfter: end}).DaysLeft(end.Add(-left)); got != want {
			t.Errorf("DaysLeft %v before the end = %d, want %d", left, got, want)
		}
	}
}

// A run that was given up goes on recording while its evidence is read.
func TestEvidenceIsReadWhileARunRecords(t *testing.T) {
	_, trace := checks.WithTrace(t.Context())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 200 {
				trace.Phase("asking", fmt.Sprint(i))
				trace.Tried("192.0.2.1:1", nil)
				trace.Note("n", fmt.Sprint(i))
				trace.Replied(i, "x")
				trace.Exited(i, "x")
			}
		})
		wg.Go(func() {
			for range 50 {
				trace.Evidence()
			}
		})
	}
	wg.Wait()
	if e := trace.Evidence(); len(e.Phases) != 12 {
		t.Errorf("%d phases, want 12", len(e.Phases))
	}
}

func TestRecordingAllocatesNothing(t *testing.T) {
	_, trace := checks.WithTrace(t.Context())
	chain := []*x509.Certificate{{}}
	if n := testing.AllocsPerRun(100, func() {
		trace.Phase("connecting", "192.0.2.1:80")
		trace.Tried("192.0.2.1:80", nil)
		trace.Secured(tls.VersionTLS13, chain)
		trace.Replied(200, "")
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	if n := testing.AllocsPerRun(100, func() { checks.WithTrace(t.Context()) }); n > 1 {
		t.Errorf("WithTrace makes %v allocations, want 1", n)
	}
}

func TestTraceLeavesTheContextAsItIs(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
	ctx, _ := checks.WithTrace(parent)
	if _, ok := ctx.Deadline(); !ok || ctx.Value(key{}) != "v" || ctx.Err() != nil {
		t.Error("the context has lost its deadline or its values")
	}
	child, stop := context.WithCancel(ctx)
	defer stop()
	cancel()
	<-child.Done()
	if !errors.Is(child.Err(), context.Canceled) {
		t.Errorf("Err() = %v", child.Err())
	}
}

func TestEvidenceWordsWhatIsMissing(t *testing.T) {
	at := time.Now()
	for want, e := range map[string]*checks.Evidence{
		"reply: status 503":      {Reply: &checks.Reply{Status: 503}},
		`reply: begins "220 hi"`: {Reply: &checks.Reply{Begins: "220 hi"}},
		"exit: by a signal":      {Exit: &checks.Exit{Code: -1}},
		"exit: status 3":         {Exit: &checks.Exit{Code: 3}},
		"tls: no subject, 1 days left": {Time: at, TLS: &checks.Handshake{Chain: []checks.Certificate{
			{NotAfter: at.Add(36 * time.Hour)}}}},
	} {
		if got := e.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
		if !e.Recorded() {
			t.Errorf("Recorded() of %q = false", want)
		}
	}
}
