package instance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	passing    = `{name: there, exec: {command: ["true"]}}`
	failing    = `{name: gone, exec: {command: ["false"]}}`
	alsoFailed = `{name: waits, depends_on: [gone], exec: {command: ["true"]}}`
)

func checksOf(all ...string) string { return "checks: [" + strings.Join(all, ", ") + "]\n" }

func newInstance(t *testing.T, o instance.Options) *instance.Instance {
	t.Helper()
	o.Logger, o.Scrubber = log.NewNopLogger(), scrub.New(scrub.Rules{})
	i, err := instance.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.End(10 * time.Second) })
	return i
}

// report runs what has no result.
func report(t *testing.T, i *instance.Instance) collector.Report {
	t.Helper()
	r, err := i.Collector().Report(t.Context(), collector.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAReloadAfterWhichTheServiceWouldBeFailedCanBeRefused(t *testing.T) {
	f := newFile(t, checksOf(passing))
	i := newInstance(t, instance.Options{ConfigFile: f.path, RefuseFailing: true})
	report(t, i)
	before := shown(t, i)
	f.write(checksOf(passing, failing, alsoFailed))
	err := i.Reload(t.Context())
	const want = "refused, the reload would turn the service from healthy to failed: gone (exit status 1), waits (skipped: gone fails)"
	if err == nil || err.Error() != want {
		t.Fatalf("Reload() = %v, want %s", err, want)
	}
	if got := shown(t, i); got != before {
		t.Errorf("after it: %s\nbefore: %s", got, before)
	}
	wantReloaded(t, i, 0)
	if failure := i.Failure(); failure == nil || failure.Err != want {
		t.Errorf("Failure() = %v, want the error", failure)
	}

	f.write(checksOf(passing, strings.Replace(failing, "{", "{optional: true, ", 1)))
	if err := i.Reload(t.Context()); err != nil { // It only degrades.
		t.Fatal(err)
	}
	wantReloaded(t, i, 1)
	if failure := i.Failure(); failure != nil {
		t.Errorf("Failure() = %v after a success, want nil", failure)
	}
}

func TestAReloadOfAFailedServiceIsNotRefused(t *testing.T) {
	f := newFile(t, checksOf(failing))
	i := newInstance(t, instance.Options{ConfigFile: f.path, RefuseFailing: true})
	report(t, i)
	f.write(checksOf(passing, failing, alsoFailed))
	if err := i.Reload(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDiffSaysWhatAReloadWouldDoAndDoesNothing(t *testing.T) {
	f := newFile(t, "global: {concurrency: 9}\n"+checksOf(passing, `{name: old, exec: {command: ["true"]}}`))
	i := newInstance(t, instance.Options{ConfigFile: f.path})
	report(t, i)
	before := shown(t, i)
	f.write("global: {concurrency: 9, timeout: 4s}\n" + checksOf(strings.Replace(passing, "{", "{tags: [x], ", 1), failing, `{name: new, exec: {command: ["true"]}}`))
	for range 2 {
		p, err := i.Diff(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.String(), "+ gone\n+ new\n- old\n~ there: tags\n~ global.timeout\n"; got != want {
			t.Errorf("the difference is\n%swant\n%s", got, want)
		}
		if len(p.First) != 2 || len(p.Failing()) != 1 || p.Failing()[0].Check != "gone" {
			t.Errorf("first runs %v, failing %v, want 2 and gone", p.First, p.Failing())
		}
		if len(p.WouldFail) != 1 || p.WouldFail[0].Check != "gone" {
			t.Errorf("WouldFail = %v, want gone", p.WouldFail)
		}
	}
	if got := shown(t, i); got != before {
		t.Errorf("after it: %s\nbefore: %s", got, before)
	}
	wantReloaded(t, i, 1)
	f.write("checks: [")
	if _, err := i.Diff(t.Context()); err == nil {
		t.Error("Diff() of a broken file = nil, want an error")
	}
}

func TestAFailureIsKeptUntilAReloadSucceeds(t *testing.T) {
	f := newFile(t, checksOf(passing))
	i := newInstance(t, instance.Options{ConfigFile: f.path})
	if i.Failure() != nil {
		t.Error("a failure after the start, want none")
	}
	f.write("checks: [{name: a, tcp: {address: \"h:1\", swordfish: 1}}]\n")
	begin := time.Now()
	if err := i.Reload(t.Context()); err == nil {
		t.Fatal("reloaded, want an error")
	}
	if failure := i.Failure(); failure == nil || !strings.Contains(failure.Err, "swordfish") || failure.Time.Before(begin) {
		t.Errorf("Failure() = %+v, want the fault", failure)
	}
	f.write(strings.Repeat("# more\n", 100) + strings.Repeat("- x\n", 500))
	if err := i.Reload(t.Context()); err == nil {
		t.Fatal("reloaded, want an error")
	}
	if failure := i.Failure(); failure == nil || len(failure.Err) > 1<<10 {
		t.Errorf("Failure() = %+v, want at most 1 KiB", failure)
	}
	f.write(checksOf(passing))
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i.Failure() != nil {
		t.Error("a failure after a success, want none")
	}
}

func TestAViewCannotHaveThePathOfTheMetrics(t *testing.T) {
	f := newFile(t, "checks: []\nviews:\n  live: {checks: [], path: /telemetry/x}\n")
	for path, taken := range map[string]bool{
		"/telemetry": false, "/telemetry/x/y": false, "/metrics": false, "/telemetry/x": true, "/telemetry/x/": true, "/telemetry/": true,
	} {
		_, err := instance.New(optionsFor(f.path, instance.Needs{TelemetryPath: path}))
		want := f.path + `:3: view "live": /telemetry/x is the path of the metrics (--web.telemetry-path)`
		if (err != nil) != taken || taken && err.Error() != want {
			t.Errorf("%s: %v, taken %v", path, err, taken)
		}
	}
}
