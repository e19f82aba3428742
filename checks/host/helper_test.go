package host_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ = []checks.Spec{host.Disk{}, host.Memory{}, host.Load{}}

// An answer is what one run gave.
type answer struct {
	output string
	err    error
	values map[string]float64
}

func call(ctx context.Context, f checks.Func) answer {
	var mu sync.Mutex
	a := answer{values: map[string]float64{}}
	a.output, a.err = f(checks.WithObserver(ctx, func(name string, v float64) {
		mu.Lock()
		defer mu.Unlock()
		a.values[name] = v
	}))
	return a
}

// must is for a Build that has to succeed.
func must(t *testing.T) func(checks.Func, error) checks.Func {
	t.Helper()
	return func(f checks.Func, err error) checks.Func {
		t.Helper()
		if err != nil {
			t.Fatalf("Build() = %v", err)
		}
		return f
	}
}

func (a answer) passed(t *testing.T, output string) {
	t.Helper()
	if a.err != nil || a.output != output {
		t.Errorf("got %q and error %v, want %q and none", a.output, a.err, output)
	}
}

func (a answer) warned(t *testing.T, output, warning string) {
	t.Helper()
	text, ok := checks.Warning(a.err)
	if !ok || text != warning || a.output != output {
		t.Errorf("got %q, error %v, want %q with the warning %q", a.output, a.err, output, warning)
	}
}

func (a answer) failed(t *testing.T, reason checks.Reason, sentence string) {
	t.Helper()
	if a.err == nil || a.err.Error() != sentence || checks.ReasonOf(a.err) != reason {
		t.Errorf("got %q, error %v (%s), want %s (%s)", a.output, a.err, checks.ReasonOf(a.err), sentence, reason)
	}
}

func (a answer) observed(t *testing.T, want map[string]float64) {
	t.Helper()
	if !maps.Equal(a.values, want) {
		t.Errorf("observed %v, want %v", a.values, want)
	}
}

// wantFaults compares the error of a Build with all of its lines.
func wantFaults(t *testing.T, err error, want ...string) {
	t.Helper()
	if text := strings.Join(want, "\n"); err == nil || err.Error() != text {
		t.Errorf("Build() = %v\nwant      %s", err, text)
	}
}

// decode reads settings as the file does.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// machine writes files below a new root: a /proc and a /sys to be read.
func machine(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// eventually repeats f until it returns nil.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Error(err)
}
