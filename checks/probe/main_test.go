package probe_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// TestMain is also the server of the benchmarks.
func TestMain(m *testing.M) {
	if scheme := os.Getenv("SERVE_SCHEME"); scheme != "" {
		serveForBenchmarks(scheme)
		return
	}
	goleak.VerifyTestMain(m)
}

// A report is the outcome of one run.
type report struct {
	output   string
	err      error
	observed map[string]float64
}

// run builds and runs a check within a time that a busy machine keeps, too.
func run(t *testing.T, spec checks.Spec) report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return runIn(ctx, t, spec)
}

func runIn(ctx context.Context, t *testing.T, spec checks.Spec) report {
	t.Helper()
	f, err := spec.Build()
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	var mu sync.Mutex
	r := report{observed: map[string]float64{}}
	r.output, r.err = f(checks.WithObserver(ctx, func(name string, v float64) {
		mu.Lock()
		defer mu.Unlock()
		r.observed[name] = v
	}))
	mu.Lock()
	defer mu.Unlock()
	r.observed = maps.Clone(r.observed)
	return r
}

func (r report) passes(t *testing.T, output string) {
	t.Helper()
	if r.err != nil || r.output != output {
		t.Errorf("run = %q, %v; want %q and a pass", r.output, r.err, output)
	}
}

func (r report) fails(t *testing.T, reason checks.Reason, sentence string) {
	t.Helper()
	if r.err == nil {
		t.Errorf("run passes with %q, want the failure %q", r.output, sentence)
		return
	}
	if r.output != "" {
		t.Errorf("output of a failure = %q, want none", r.output)
	}
	if got := checks.ReasonOf(r.err); got != reason {
		t.Errorf("reason = %s, want %s (%v)", got, reason, r.err)
	}
	if got := r.err.Error(); timeless(got) != timeless(sentence) {
		t.Errorf("failure = %q, want %q", got, sentence)
	}
}

// failsWith is fails for a sentence of which only a part is known.
func (r report) failsWith(t *testing.T, reason checks.Reason, part string) {
	t.Helper()
	if got := checks.ReasonOf(r.err); r.err == nil || got != reason || !strings.Contains(r.err.Error(), part) {
		t.Errorf("run = %q, %v (%s), want a failure with %q (%s)", r.output, r.err, got, part, reason)
	}
}

// timeless takes the time that a run had out of a sentence: on a busy machine it
// is a little less than what the context was given.
func timeless(sentence string) string {
	return regexp.MustCompile(`(after|within) [0-9.]+m?s`).ReplaceAllString(sentence, "$1 T")
}

// observes says which values there are, and that none is absurd.
func (r report) observes(t *testing.T, names ...string) {
	t.Helper()
	got := slices.Sorted(maps.Keys(r.observed))
	if slices.Sort(names); !slices.Equal(got, names) {
		t.Errorf("observed %q, want %q", got, names)
	}
	for name, v := range r.observed {
		if strings.HasSuffix(name, "_seconds") && !strings.Contains(name, "timestamp") && !strings.HasPrefix(name, "ttl") && (v < 0 || v > 10) {
			t.Errorf("observed %s = %v, want 0 to 10", name, v)
		}
	}
}

// A wrong is a setting that Build refuses, with all of what it says.
type wrong struct {
	name string
	spec checks.Spec
	want string
}

func refuseAll(t *testing.T, table []wrong) {
	t.Helper()
	for _, w := range table {
		t.Run(w.name, func(t *testing.T) {
			f, err := w.spec.Build()
			if err == nil || f != nil {
				t.Fatalf("Build = %v, %v; want no function and %q", f != nil, err, w.want)
			}
			if err.Error() != w.want {
				t.Errorf("Build says\n%s\nwant\n%s", err, w.want)
			}
		})
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// cancelledSoon returns a context that is cancelled while a run waits.
func cancelledSoon(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(50*time.Millisecond, cancel)
	t.Cleanup(func() { timer.Stop(); cancel() })
	return ctx
}

func wantCancelled(t *testing.T, r report) {
	t.Helper()
	if !errors.Is(r.err, context.Canceled) || !strings.HasSuffix(r.err.Error(), ": cancelled") {
		t.Errorf("run = %v, want a phase that was cancelled", r.err)
	}
}

func contextFor(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

func pool(t *testing.T, caFile string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}
