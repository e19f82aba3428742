package envinfo_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func stamped(labels map[string]string) envinfo.Options {
	return envinfo.Options{
		Build:  envinfo.Build{Version: "1.2.3", Revision: "abc", Branch: "main", Tags: "netgo"},
		Labels: labels,
	}
}

func TestBuildInfoIsOneGaugeWithFixedAndConfiguredLabels(t *testing.T) {
	o := stamped(map[string]string{"cluster": "eu1"})
	labels, err := envinfo.Labels(o)
	if err != nil {
		t.Fatal(err)
	}
	info, err := envinfo.NewBuildInfo(o)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`
# HELP healthcheck_build_info Which program and system this is, always 1.
# TYPE healthcheck_build_info gauge
healthcheck_build_info{branch="main",cluster="eu1",goarch=%q,goos=%q,goversion=%q,kernel_version=%q,platform=%q,platform_version=%q,revision="abc",tags="netgo",version="1.2.3",virtualization=%q} 1
`, runtime.GOARCH, runtime.GOOS, runtime.Version(),
		labels["kernel_version"], labels["platform"], labels["platform_version"], labels["virtualization"])
	if err := testutil.CollectAndCompare(info, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	problems, err := testutil.CollectAndLint(info)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	if labels["platform"] == "" || labels["kernel_version"] == "" {
		t.Errorf("Labels() = %v, want a platform and a kernel", labels)
	}
}

func TestReloadChangesTheLabelsOfARegisteredBuildInfo(t *testing.T) {
	info, err := envinfo.NewBuildInfo(stamped(map[string]string{"cluster": "eu1"}))
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(info)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if n, err := testutil.GatherAndCount(registry, "healthcheck_build_info"); n != 1 || err != nil {
				t.Errorf("%d series, %v, want always 1", n, err)
				return
			}
		}
	})
	for i := range 20 {
		if err := info.Set(stamped(map[string]string{fmt.Sprintf("label_%d", i): "x"})); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()

	if err := info.Set(stamped(map[string]string{"version": "2"})); err == nil {
		t.Error("Set with a fixed name: no error")
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if text := families[0].String(); !strings.Contains(text, `"label_19"`) || strings.Contains(text, `"cluster"`) {
		t.Errorf("after the reloads: %s, want label_19 and no cluster", text)
	}
}

func TestLabelsThatCannotBeUsedAreReportedTogether(t *testing.T) {
	_, err := envinfo.Labels(envinfo.Options{Labels: map[string]string{
		"goos": "x", "__name__": "x", "1st": "x", "with-dash": "x", "": "x", "größe": "x", "virtualization": "x", "fine_1": "x",
	}})
	want := strings.Join([]string{
		`label "": want a letter or underscore, then letters, digits and underscores`,
		`label "1st": want a letter or underscore, then letters, digits and underscores`,
		`label "__name__": names that begin with __ belong to Prometheus`,
		`label "goos": healthcheck_build_info has it already`,
		`label "größe": want a letter or underscore, then letters, digits and underscores`,
		`label "virtualization": healthcheck_build_info has it already`,
		`label "with-dash": want a letter or underscore, then letters, digits and underscores`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("Labels: %v\nwant\n%s", err, want)
	}
}

func TestValuesOfLabelsAreScrubbedAndValid(t *testing.T) {
	labels, err := envinfo.Labels(envinfo.Options{
		Scrubber: scrubber(scrub.Rules{}, "correcthorsebattery"),
		Labels: map[string]string{
			"api_key": "visible", "db": "postgres://u:hunter2@db/x", "literal": "a correcthorsebattery b", "bad": "a\xffb", "cluster": "eu1",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"api_key": "********", "db": "postgres://u:********@db/x", "literal": "a ******** b", "bad": "a\uFFFDb", "cluster": "eu1",
	} {
		if got := labels[name]; got != want {
			t.Errorf("label %s = %q, want %q", name, got, want)
		}
	}
	for name, value := range labels {
		if !utf8.ValidString(value) {
			t.Errorf("label %s = %q, which is no UTF-8", name, value)
		}
	}
}

func TestWhatTheLinkerLeavesEmptyComesFromTheBuildInformation(t *testing.T) {
	settings := []debug.BuildSetting{{Key: "vcs.revision", Value: "0a1b"}, {Key: "vcs.modified", Value: "true"}, {Key: "-tags", Value: "a,b"}}
	ours := debug.Module{Path: envinfo.ModulePath, Version: "v1.4.0"}
	forked := debug.Module{Path: envinfo.ModulePath, Version: "v1.4.0", Replace: &debug.Module{Path: "example.org/fork", Version: "v1.4.1"}}
	other := debug.Module{Path: "example.org/service", Version: "v9.0.0"}
	for name, c := range map[string]struct {
		given envinfo.Build
		info  debug.BuildInfo
		want  envinfo.Build
	}{
		"our binary":         {envinfo.Build{}, debug.BuildInfo{Main: ours}, envinfo.Build{Version: "v1.4.0", Revision: "0a1b-modified", Tags: "a,b"}},
		"stamped":            {envinfo.Build{Version: "1.5", Revision: "ffff", Branch: "b", Tags: "t"}, debug.BuildInfo{Main: ours}, envinfo.Build{Version: "1.5", Revision: "ffff", Branch: "b", Tags: "t"}},
		"an embedder":        {envinfo.Build{}, debug.BuildInfo{Main: other, Deps: []*debug.Module{&ours}}, envinfo.Build{Version: "v1.4.0", Tags: "a,b"}},
		"embedder of a fork": {envinfo.Build{}, debug.BuildInfo{Main: other, Deps: []*debug.Module{&forked}}, envinfo.Build{Version: "v1.4.1", Tags: "a,b"}},
		"vendored elsewhere": {envinfo.Build{}, debug.BuildInfo{Main: other}, envinfo.Build{Tags: "a,b"}},
	} {
		c.info.Settings = settings
		if got := envinfo.Completed(c.given, &c.info); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
