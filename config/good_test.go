//go:build unix

package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

func TestGoodFilesGiveTheirGoldenResults(t *testing.T) {
	names, err := filepath.Glob("testdata/*.good.yml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no good files: %v", err)
	}
	dir := secretFolder(t)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".good.yml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), filepath.Base(name))
			write(t, file, strings.ReplaceAll(string(raw), "@DIR@", dir))
			c, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.NewReplacer(dir, "@DIR@", file, "FILE").Replace(describe(t, c))
			if strings.Contains(shown(t, c)+string(scrubber(c).JSON(c.JSON())), canary) {
				t.Error("a secret is shown")
			}
			compare(t, strings.TrimSuffix(name, ".yml")+".golden", got)
		})
	}
}

// describe writes down all of a Config but its functions, hashes and secrets.
func describe(t *testing.T, c *config.Config) string {
	t.Helper()
	var b strings.Builder
	for _, one := range c.Checks {
		f, fingerprint := one.Func, one.Fingerprint
		one.Func, one.Fingerprint = nil, ""
		if f == nil || len(fingerprint) != 32 {
			t.Errorf("check %q: Func is nil: %v, Fingerprint %q", one.Name, f == nil, fingerprint)
		}
		fmt.Fprintf(&b, "%+v\n", one)
	}
	fmt.Fprintf(&b, "max_wait %v, startup_wait %v, concurrency %d\n", c.Collector.MaxWait, c.Collector.StartupWait, c.Collector.Concurrency)
	for _, s := range c.Environment.Sections {
		fmt.Fprintf(&b, "environment section %s: %s\n", s.Name, s.Value)
	}
	for _, s := range c.Healthcheck.Sections {
		fmt.Fprintf(&b, "healthcheck section %s: %s\n", s.Name, s.Value)
	}
	e, h := c.Environment, c.Healthcheck
	fmt.Fprintf(&b, "environment disable %v labels %v scrub %+v\n", e.Disable, e.Labels, c.Rules)
	fmt.Fprintf(&b, "healthcheck format %q, success %d %v, failed %d %v, draining %d, unknown %d\n",
		h.Format, h.Success.Status, h.Success.Header, h.Failed.Status, h.Failed.Header, h.DrainingStatus, h.UnknownStatus)
	for _, v := range c.Views {
		o := v.Options
		fmt.Fprintf(&b, "view %s at %q: %#v, ignore drain %v, hide %v, format %q, success %d %v, failed %d %v, draining %d, unknown %d, %d sections, templates %v\n",
			v.Name, v.Path, o.Filter, o.IgnoreDrain, o.HideOutput, o.Format, o.Success.Status, o.Success.Header,
			o.Failed.Status, o.Failed.Header, o.DrainingStatus, o.UnknownStatus, len(o.Sections), o.Success.Body != nil && o.Failed.Body != nil)
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	fmt.Fprintf(&b, "%d secrets\nJSON: %s\nYAML:\n%s", len(c.Secrets), string(scrubber(c).JSON(c.JSON())), shown(t, c))
	return b.String()
}

func TestTheStatusesOfAnAnswerAreThoseOfTheFile(t *testing.T) {
	h := load(t, `checks: []
healthcheck: {success_status: 204, failed_status: 503, draining_status: 404, unknown_status: 410}
`).Healthcheck
	if got, want := [4]int{h.Success.Status, h.Failed.Status, h.DrainingStatus, h.UnknownStatus}, [4]int{204, 503, 404, 410}; got != want {
		t.Errorf("success, failed, draining and unknown have %v, want %v", got, want)
	}
}

func TestStatusesThatAreTakenForTheOppositeAreWarnedOf(t *testing.T) {
	c := load(t, `checks: [{name: a, tcp: {address: "h:1"}}]
healthcheck:
  success_status: 404
  failed_status: 200
  draining_status: 302
`)
	want := []string{
		c.Files[0] + ":3: healthcheck.success_status: 404, which haproxy and others take for down",
		c.Files[0] + ":4: healthcheck.failed_status: 200, which haproxy and others take for up",
		c.Files[0] + ":5: healthcheck.draining_status: 302, which haproxy and others take for up",
	}
	if !slices.Equal(c.Warnings, want) {
		t.Errorf("Warnings = %q, want %q", c.Warnings, want)
	}
	c = load(t, `checks: [{name: a, tcp: {address: "h:1"}}]
healthcheck: {success_status: 204, failed_status: 503, draining_status: 404}
`)
	if len(c.Warnings) != 0 {
		t.Errorf("Warnings = %q, want none", c.Warnings)
	}
}
