package instance_test

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// logged starts an instance and returns it with its log.
func logged(t *testing.T, o instance.Options) (*instance.Instance, *logbook) {
	t.Helper()
	b := &logbook{}
	o.Logger, o.Scrubber = log.NewLogfmtLogger(b), scrub.New(scrub.Rules{})
	i, err := instance.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.End(10 * time.Second) })
	return i, b
}

func TestAFaultThatAReloadRefusesIsRefusedAtTheStart(t *testing.T) {
	for name, text := range map[string]string{
		"dependency":     `checks: [{name: a, exec: {command: ["true"]}, depends_on: [b]}]`,
		"label":          strings.Replace(goodFile, "cluster: eu1", "version: x", 1),
		"section's name": strings.Replace(goodFile, "environment:", "environment:\n  sections: {os: 1}", 1),
	} {
		if _, err := instance.New(optionsFor(newFile(t, text).path, instance.Needs{})); err == nil {
			t.Errorf("%s: started, want an error", name)
		}
	}
}

func TestWarningsOfAConfigurationAreLogged(t *testing.T) {
	secret := newFile(t, "correct-horse-battery")
	if err := os.Chmod(secret.path, 0o644); err != nil {
		t.Fatal(err)
	}
	f := newFile(t, `checks: [{name: a, redis: {address: "127.0.0.1:1", password_file: `+secret.path+`}}, {name: b, exec: {command: ["true"]}}]`)
	_, b := logged(t, instance.Options{ConfigFile: f.path})
	text := b.take()
	if n := strings.Count(text, "level=warn msg=configuration warning="); n != 1 || !strings.Contains(text, secret.path) {
		t.Errorf("log is\n%s\nwant one warning about %s", text, secret.path)
	}
	if os.Getpid() != 1 && strings.Contains(text, "process 1") {
		t.Errorf("log is\n%s\nwant nothing about process 1", text)
	}
}

func TestTheDefaultConfigurationIsBuiltIn(t *testing.T) {
	_, b := logged(t, instance.Options{})
	if text := b.take(); !strings.Contains(text, `msg="configuration loaded" source="built in" checks=`) {
		t.Errorf("log is\n%s\nwant the source", text)
	}
}

func TestARefusalNamesThreeChecksAndCountsTheOthers(t *testing.T) {
	for failures, want := range map[int]string{
		3: "healthy to failed: c0 (exit status 1), c1 (exit status 1), c2 (exit status 1)",
		5: "healthy to failed: c0 (exit status 1), c1 (exit status 1), c2 (exit status 1), and 2 more",
	} {
		f := newFile(t, checksOf(passing))
		i := newInstance(t, instance.Options{ConfigFile: f.path, RefuseFailing: true})
		report(t, i)
		var all []string
		for n := range failures {
			all = append(all, fmt.Sprintf(`{name: c%d, exec: {command: ["false"]}}`, n))
		}
		f.write(checksOf(all...))
		for range 2 { // A refusal leaves nothing behind that a further reload would wait for.
			if err := i.Reload(t.Context()); err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("Reload() = %v, want %s", err, want)
			}
		}
	}
}

func TestOnReloadHearsOfEachChangeUpToTwenty(t *testing.T) {
	var heard [][]string
	f := newFile(t, "checks: []\n")
	i, b := logged(t, instance.Options{ConfigFile: f.path, OnReload: func(changes []string) { heard = append(heard, changes) }})
	many := func(n int) string {
		var all []string
		for n := range n {
			all = append(all, fmt.Sprintf("{name: c%d, disk: {path: /}}", n))
		}
		return checksOf(all...)
	}
	for _, text := range []string{many(20), many(20), "checks: [", many(41)} {
		f.write(text)
		_ = i.Reload(t.Context()) // One of them fails.
	}
	if len(heard) != 3 {
		t.Fatalf("heard of %d reloads, want the 3 that succeeded", len(heard))
	}
	if first := heard[0]; len(first) != 20 || first[0] != "+ c0" || first[19] != "+ c19" {
		t.Errorf("%q, want 20 checks", first)
	}
	if text := b.take(); len(heard[1]) != 0 || !strings.Contains(text, "checks=20 changes=none") {
		t.Errorf("%q without a change, want nothing; the log is\n%s", heard[1], text)
	}
	if last := heard[2]; len(last) != 21 || last[19] != "+ c39" || last[20] != "and 1 more" {
		t.Errorf("%q, want 20 checks and one more", last)
	}
}

func TestTheHashIsTheBeginningOfThatOfTheFiles(t *testing.T) {
	f := newFile(t, goodFile)
	cfg, _, err := config.Read(f.path)
	if err != nil {
		t.Fatal(err)
	}
	want := binary.BigEndian.Uint64(cfg.Hash[:]) >> 16
	if got := metric(t, loaded(t, f.path), "healthcheck_config_hash"); !strings.Contains(got, fmt.Sprintf("value:%v", float64(want))) {
		t.Errorf("%s, want the first 48 bits, %v", got, float64(want))
	}
}

func TestWhatWasKnownBeforeARestartIsRestored(t *testing.T) {
	f := newFile(t, checksOf(passing, failing))
	var asked []string
	i := newInstance(t, instance.Options{ConfigFile: f.path, Restore: func(all []checks.Check) *collector.Saved {
		for _, c := range all {
			asked = append(asked, c.Name)
		}
		return &collector.Saved{Drain: &collector.Drain{Reason: "deploy", By: "ann"}}
	}})
	if !slices.Equal(asked, []string{"there", "gone"}) {
		t.Errorf("asked for %q, want the checks of the file", asked)
	}
	if got := report(t, i).Draining; got != "deploy" {
		t.Errorf("draining %q, want deploy", got)
	}
}

func TestEndCancelsTheRunsUnderWay(t *testing.T) {
	begun, over := make(chan struct{}), make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	})
	defer close(over)
	i := newInstance(t, instance.Options{ConfigFile: newFile(t, `checks: [{name: slow, timeout: 1m, http: {url: "`+server+`"}}]`).path})
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		_, _ = i.Collector().Report(t.Context(), collector.Filter{})
	}()
	<-begun
	begin := time.Now()
	i.End(30 * time.Second)
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("End took %v, want it to cancel the run", took)
	}
	<-reported
}

func TestLoadTeachesTheSecretsOfTheFile(t *testing.T) {
	f := newFile(t, `checks: [{name: cache, redis: {address: "127.0.0.1:1", password: correct-horse-battery}}]`)
	s := scrub.New(scrub.Rules{})
	if _, err := instance.Load(f.path, s); err != nil {
		t.Fatal(err)
	}
	if got := s.Text("a correct-horse-battery"); got != "a ********" {
		t.Errorf("%s, want the password masked", got)
	}
}

func TestTheSettingsOfACheckHaveNoSecrets(t *testing.T) {
	f := newFile(t, `checks: [{name: cache, redis: {address: "127.0.0.1:1", password: correct-horse-battery}}]`)
	i := newInstance(t, instance.Options{ConfigFile: f.path})
	if got := i.Settings("cache"); !strings.Contains(got, "password: ") || !strings.Contains(got, "127.0.0.1:1") || strings.Contains(got, "horse") {
		t.Errorf("Settings of the check: %s, want its keys without the password", got)
	}
	if got := i.Settings("cash"); got != "" {
		t.Errorf("Settings of an unknown check: %q, want nothing", got)
	}
}

func TestAViewWithoutAPathHasNone(t *testing.T) {
	f := newFile(t, checksOf(passing, failing)+"views: {ready: {checks: [there]}, hidden: {checks: [there], path: /hidden}}\n")
	i := newInstance(t, instance.Options{ConfigFile: f.path, HideOutput: true})
	if i.HealthView("") != nil || i.HealthView("/ready") != nil || i.PublicView("") != nil {
		t.Error("a view without a path is served at one")
	}
	if body := get(i.HealthView("/hidden"), "/hidden").Body.String(); !strings.Contains(body, "exit status 0") {
		t.Errorf("HealthView: %s, want the output", body)
	}
	if body := get(i.PublicView("/hidden"), "/hidden").Body.String(); strings.Contains(body, "exit status 0") {
		t.Errorf("PublicView: %s, want no output", body)
	}
}

func TestAnAgentReportsOnItsViewOrOnEverything(t *testing.T) {
	f := newFile(t, checksOf(passing, failing)+"views: {ready: {checks: [there]}}\n")
	i := newInstance(t, instance.Options{ConfigFile: f.path})
	for view, want := range map[string]int{"": 2, "ready": 1} {
		if r, err := i.Agent(view).Report(t.Context(), collector.Filter{}); err != nil || len(r.Results) != want {
			t.Errorf("view %q: %d results and %v, want %d", view, len(r.Results), err, want)
		}
	}
	if _, err := i.Agent("redy").Report(t.Context(), collector.Filter{}); err == nil || err.Error() != `there is no view "redy"` {
		t.Errorf("an unknown view: %v, want an error that names it", err)
	}
}
