package instance_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
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

func loaded(t *testing.T, path string) *instance.Instance {
	t.Helper()
	return loadedFor(t, path, instance.Needs{})
}

func loadedFor(t *testing.T, path string, n instance.Needs) *instance.Instance {
	t.Helper()
	i, err := instance.New(optionsFor(path, n))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func optionsFor(path string, n instance.Needs) instance.Options {
	return instance.Options{ConfigFile: path, Needs: n, Logger: log.NewNopLogger(), Scrubber: scrub.New(scrub.Rules{})}
}

// get returns the answer of a handler.
func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// serve starts a server for a test and returns its URL.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// shown is all that depends on the configuration in use, apart from whether its
// last reload succeeded.
func shown(t *testing.T, i *instance.Instance) string {
	t.Helper()
	health := get(i.Health(), "/healthcheck?format=text")
	environment := get(i.Environment(), "/environment/config")
	_, served := health.Header()["X-Served-By"]
	return fmt.Sprint(health.Code, health.Body, served, environment.Code, environment.Body,
		metric(t, i, "healthcheck_build_info"), metric(t, i, "healthcheck_config_hash"), i.Scrub("internal_id=1 other_id=2"))
}

// metric returns a family of the instance as text.
func metric(t *testing.T, i *instance.Instance, name string) string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(i.Collectors()...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.String()
		}
	}
	return ""
}

func wantReloaded(t *testing.T, i *instance.Instance, want float64) {
	t.Helper()
	got := metric(t, i, "healthcheck_config_last_reload_successful")
	if !strings.Contains(got, fmt.Sprintf("value:%v", want)) {
		t.Errorf("%s, want %v", got, want)
	}
}

func TestAReloadThatFailsLeavesEverythingAsItWas(t *testing.T) {
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	before := shown(t, i)
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
			if got := shown(t, i); got != before {
				t.Errorf("after it: %s\nbefore: %s", got, before)
			}
			wantReloaded(t, i, 0)
		})
	}
	f.write(goodFile)
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantReloaded(t, i, 1)
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
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("correct-horse-battery"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.write(strings.Replace(goodFile, `["true"]`, `[sh, -c, "sleep 10", "${file:`+secret+`}"]`, 1))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := i.Reload(ctx); err == nil {
		t.Fatal("reloaded, want an error")
	}
	i.End(10 * time.Second)
	if got := i.Scrub("said correct-horse-battery"); strings.Contains(got, "horse") {
		t.Errorf("shown: %s", got)
	}
}

func TestADirectoryThatCannotBeReadIsAnError(t *testing.T) {
	_, err := instance.New(instance.Options{ConfigFile: filepath.Join(t.TempDir(), "nowhere", "*.yml"), Logger: log.NewNopLogger(), Scrubber: scrub.New(scrub.Rules{})})
	if err == nil {
		t.Error("loaded, want an error")
	}
}

func TestOutputsAreHiddenWhereAnybodyCanAsk(t *testing.T) {
	f := newFile(t, `checks: [{name: a, exec: {command: [echo, hello]}}]`)
	i, err := instance.New(instance.Options{ConfigFile: f.path, HideOutput: true, Logger: log.NewNopLogger(), Scrubber: scrub.New(scrub.Rules{})})
	if err != nil {
		t.Fatal(err)
	}
	if body := get(i.Health(), "/healthcheck").Body.String(); !strings.Contains(body, "hello") {
		t.Errorf("Health: %s, want the output", body)
	}
	if body := get(i.Public(), "/healthcheck").Body.String(); strings.Contains(body, "hello") {
		t.Errorf("Public: %s, want no output", body)
	}
}

func TestViewsFollowReloads(t *testing.T) {
	const checks = `checks: [{name: a, tags: [ready], exec: {command: [echo, hello]}}, {name: b, exec: {command: ["false"]}}]
`
	f := newFile(t, checks+`views: {ready: {tags: [ready], path: /readyz, success_status: 202}, live: {checks: [], ignore_drain: true, path: /livez}}`)
	i := loaded(t, f.path)
	for path, want := range map[string]int{"/healthcheck": 500, "/healthcheck?view=ready": 202, "/healthcheck/a?view=ready": 202, "/healthcheck/b?view=ready": 404, "/healthcheck?view=live": 200, "/healthcheck?view=typo": 404} {
		if got := get(i.Health(), path).Code; got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	ready, live := i.HealthView("/readyz"), i.PublicView("/livez")
	if ready == nil || live == nil || i.HealthView("/other") != nil {
		t.Fatal("the paths of the views are not those of the file")
	}
	if got := get(ready, "/readyz").Code; got != 202 {
		t.Errorf("/readyz: status %d, want 202", got)
	}
	i.Collector().Drain(errors.New("deploy"))
	if r, l := get(ready, "/readyz").Code, get(live, "/livez").Code; r != 503 || l != 200 {
		t.Errorf("drained: /readyz %d, /livez %d, want 503 and 200", r, l)
	}
	i.Collector().Drain(nil)

	f.write(checks + `views: {all: {path: /all}}`)
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i.HealthView("/readyz") != nil || i.HealthView("/all") == nil {
		t.Error("the paths are not those of the reloaded file")
	}
	if got := get(ready, "/readyz").Code; got != 404 {
		t.Errorf("a request that came in before the reload: status %d, want 404", got)
	}
	if got := get(i.Health(), "/healthcheck?view=all").Code; got != 500 {
		t.Errorf("?view=all: status %d, want 500", got)
	}
}

func TestAReloadThatDoesNotFitTheCommandLineIsRefused(t *testing.T) {
	const checks = "checks:\n  - {name: a, exec: {command: [\"true\"]}, tags: [ready]}\n"
	f := newFile(t, checks+"views: {ready: {tags: [ready]}, live: {checks: []}}\n")
	i := loaded(t, f.path)
	if err := i.RequireView("redy"); err == nil || err.Error() != `there is no view "redy", want one of live, ready` {
		t.Errorf("a view that does not exist: %v", err)
	}
	i = loadedFor(t, f.path, instance.Needs{TelemetryPath: "/numbers/"})
	if err := i.RequireView("ready"); err != nil {
		t.Fatal(err)
	}
	f.write(checks + "views: {ready: {checks: [a]}}\n")
	if err := i.Reload(t.Context()); err != nil {
		t.Errorf("the view is still there, but the reload is refused: %v", err)
	}
	for without, want := range map[string]string{
		checks:                                   `agent checks: there is no view "ready", the configuration has no views`,
		checks + "views: {live: {checks: []}}\n": `agent checks: there is no view "ready", want one of live`,
		checks + "views: {ready: {path: /numbers}, live: {path: /numbers/2}}\n": f.path + `:3: view "live": /numbers/2 is the path of the metrics (--web.telemetry-path)` + "\n" +
			f.path + `:3: view "ready": /numbers is the path of the metrics (--web.telemetry-path)`,
	} {
		f.write(without)
		if err := i.Reload(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if get(i.Health(), "/healthcheck?view=ready").Code != 200 {
		t.Error("the old configuration is not in use")
	}
	unfit := optionsFor(newFile(t, checks+"views: {live: {checks: []}}\n").path, instance.Needs{AgentViews: []string{"x", "live", "x"}})
	if _, err := instance.New(unfit); err == nil || err.Error() != `agent checks: there is no view "x", want one of live` {
		t.Errorf("at the start: %v", err)
	}
	plain := loaded(t, newFile(t, checks).path)
	if err := plain.RequireView("ready"); err == nil || err.Error() != `there is no view "ready", the configuration has no views` {
		t.Errorf("without views: %v", err)
	}
}

func TestAMetricSaysHowEachViewIsAnswered(t *testing.T) {
	const checks = "checks:\n  - {name: a, exec: {command: [\"true\"]}}\n  - {name: b, exec: {command: [\"false\"]}}\n"
	f := newFile(t, checks+"views: {good: {checks: [a]}, bad: {checks: [b], failed_status: 200}}\n")
	i := loaded(t, f.path)
	get(i.Health(), "/healthcheck")
	want := func(want string) {
		t.Helper()
		registry := prometheus.NewRegistry()
		registry.MustRegister(i.Collectors()...)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, family := range families {
			for _, m := range family.GetMetric() {
				if family.GetName() == "healthcheck_view_healthy" {
					got = append(got, fmt.Sprintf("%s %v", m.GetLabel()[0].GetValue(), m.GetGauge().GetValue()))
				}
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q, want %s", got, want)
		}
	}
	want("bad 0, good 1")
	f.write(checks + "views: {good: {checks: [a]}, other: {checks: []}}\n")
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("good 1, other 1")
}
