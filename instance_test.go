package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// parsed returns the flags of a command line.
func parsed(t *testing.T, args ...string) *flags {
	t.Helper()
	app, f := newApplication()
	app.Terminate(nil)
	if _, err := app.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f
}

// A file is a configuration that a test changes.
type file struct {
	t    *testing.T
	path string
}

func newFile(t *testing.T, text string) file {
	t.Helper()
	f := file{t, filepath.Join(t.TempDir(), "healthcheck.yml")}
	f.write(text)
	return f
}

func (f file) write(text string) {
	f.t.Helper()
	if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

const goodFile = `
global: {concurrency: 3, max_wait: 700ms}
checks:
  - {name: there, exec: {command: ["true"]}, tags: [ready]}
environment:
  labels: {cluster: eu1}
  scrub: {names: [internal_id]}
healthcheck: {success_headers: {X-Served-By: hc}}
`

func loaded(t *testing.T, path string) *instance {
	t.Helper()
	i, err := newInstance(parsed(t, "--config.file="+path), log.NewNopLogger(), newSecrets())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// shown is all that depends on the configuration in use.
func shown(t *testing.T, i *instance) string {
	t.Helper()
	w := httptest.NewRecorder()
	i.current.Load().health.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthcheck?format=text", nil))
	_, served := w.Header()["X-Served-By"]
	labels := testutil.CollectAndCount(i.buildInfo)
	return fmt.Sprint(w.Code, w.Body, served, labels, testutil.ToFloat64(i.metrics.hash), i.secrets.text("internal_id=1 other_id=2"))
}

func TestAReloadThatFailsLeavesEverythingAsItWas(t *testing.T) {
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	before, current := shown(t, i), i.current.Load()
	for name, text := range map[string]string{
		"no YAML":         "checks: [",
		"unknown check":   "checks: [{name: a, nothing: {}}]",
		"dependency":      `checks: [{name: a, exec: {command: ["true"]}, depends_on: [b]}]`,
		"label":           strings.Replace(goodFile, "cluster: eu1", "version: x", 1),
		"label's name":    strings.Replace(goodFile, "cluster: eu1", "__a: x", 1),
		"header":          strings.Replace(goodFile, "X-Served-By: hc", `"X Y": hc`, 1),
		"section's name":  goodFile + "  sections: {x: 1}\n",
		"built-in's name": strings.Replace(goodFile, "environment:", "environment:\n  sections: {os: 1}", 1),
		"scrub and more":  strings.Replace(goodFile, "internal_id", "other_id", 1) + "x: y\n",
	} {
		t.Run(name, func(t *testing.T) {
			f.write(text)
			if err := i.reload(t.Context()); err == nil {
				t.Fatal("reloaded, want an error")
			}
			if got := shown(t, i); got != before || i.current.Load() != current {
				t.Errorf("after it: %s\nbefore: %s", got, before)
			}
			if got := testutil.ToFloat64(i.metrics.successful); got != 0 {
				t.Errorf("healthcheck_config_last_reload_successful %v, want 0", got)
			}
		})
	}
	f.write(goodFile)
	if err := i.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := testutil.ToFloat64(i.metrics.successful); got != 1 {
		t.Errorf("healthcheck_config_last_reload_successful %v, want 1", got)
	}
}

func TestAReloadThatIsInterruptedLeavesTheRulesForSecretsAsTheyWere(t *testing.T) {
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	before := shown(t, i)
	f.write(strings.NewReplacer("internal_id", "other_id", `["true"]`, `["sleep", "10"]`).Replace(goodFile))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := i.reload(ctx); err == nil {
		t.Fatal("reloaded, want an error")
	}
	i.runs.end(10 * time.Second)
	if got := shown(t, i); got != before {
		t.Errorf("after it: %s\nbefore: %s", got, before)
	}
}

func TestASecretLearntDuringAReloadThatFailsIsKept(t *testing.T) {
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	restore := i.secrets.use(i.current.Load().config)
	i.secrets.learn("correct-horse-battery")
	restore()
	if got := i.secrets.text("said correct-horse-battery"); strings.Contains(got, "horse") {
		t.Errorf("shown: %s", got)
	}
}

func TestEndingTheRunsWaitsForThoseThatObeyAndBeginsNoMore(t *testing.T) {
	r := newRuns()
	begun, ended := make(chan struct{}), make(chan struct{})
	release := make(chan struct{})
	defer close(release)
	owned := r.owned([]checks.Check{
		{Name: "obeys", Func: func(ctx context.Context) (string, error) {
			close(begun)
			<-ctx.Done()
			close(ended)
			return "", ctx.Err()
		}},
		{Name: "late", Func: func(context.Context) (string, error) { t.Error("a run began after the end"); return "", nil }},
	})
	go func() { _, _ = owned[0].Func(context.Background()) }()
	<-begun
	r.end(10 * time.Second)
	select {
	case <-ended:
	default:
		t.Error("end did not wait for the run")
	}
	if _, err := owned[1].Func(context.Background()); err == nil || checks.ReasonOf(err) != checks.ReasonInternal {
		t.Errorf("error %v, want one of our own", err)
	}
	r.end(time.Second)
}
