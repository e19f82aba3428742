package instance

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

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

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

func loaded(t *testing.T, path string) *Instance {
	t.Helper()
	i, err := New(Options{ConfigFile: path, Histogram: collector.HistogramOff, Logger: log.NewNopLogger(), Scrubber: scrub.New(scrub.Rules{})})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// shown is all that depends on the configuration in use.
func shown(t *testing.T, i *Instance) string {
	t.Helper()
	w := httptest.NewRecorder()
	i.current.Load().health.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/healthcheck?format=text", nil))
	_, served := w.Header()["X-Served-By"]
	labels := testutil.CollectAndCount(i.buildInfo)
	return fmt.Sprint(w.Code, w.Body, served, labels, testutil.ToFloat64(i.metrics.hash), i.Scrub("internal_id=1 other_id=2"))
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
			if err := i.Reload(t.Context()); err == nil {
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
	if err := i.Reload(t.Context()); err != nil {
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
	if err := i.Reload(ctx); err == nil {
		t.Fatal("reloaded, want an error")
	}
	i.End(10 * time.Second)
	if got := shown(t, i); got != before {
		t.Errorf("after it: %s\nbefore: %s", got, before)
	}
}

func TestASecretLearntDuringAReloadThatFailsIsKept(t *testing.T) {
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	restore := UseSecrets(i.scrubber, i.current.Load().config)
	i.scrubber.Learn("correct-horse-battery")
	restore()
	if got := i.Scrub("said correct-horse-battery"); strings.Contains(got, "horse") {
		t.Errorf("shown: %s", got)
	}
}
