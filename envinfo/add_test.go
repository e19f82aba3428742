package envinfo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestSectionsCanBeAddedWhileTheDumpIsRead(t *testing.T) {
	d := newDump(t, envinfo.Options{Disable: []string{"os", "go", "process"}, Sections: []envinfo.Section{{Name: "first", Value: 1}}})
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if err := d.Add(envinfo.Section{Name: fmt.Sprintf("later_%d", i), Value: i}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if raw := d.JSON(t.Context()); !json.Valid(raw) {
				t.Errorf("JSON() = %s", raw)
			}
			d.Explain(t.Context())
		})
	}
	wg.Wait()
	names := d.Sections()
	if len(names) != 12 || !slices.Equal(names[:2], []string{"config", "first"}) {
		t.Errorf("Sections() = %q, want config, first and ten more", names)
	}
	if got := section(t, d, "later_7"); got != "7" {
		t.Errorf("later_7 = %s, want 7", got)
	}
}

func TestAddedSectionIsScrubbedAndMayFail(t *testing.T) {
	d := newDump(t, envinfo.Options{Scrubber: scrubber(scrub.Rules{}, "hunter2hunter2")})
	err := d.Add(
		envinfo.Section{Name: "application", Value: map[string]string{"password": "x", "note": "uses hunter2hunter2"}},
		envinfo.Section{Name: "broken", Func: func(context.Context) (any, error) { return nil, errors.New("no database") }},
	)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := section(t, d, "application"), `{"note":"uses ********","password":"********"}`; got != want {
		t.Errorf("application = %s, want %s", got, want)
	}
	if got, want := section(t, d, "broken"), `{"error":"no database"}`; got != want {
		t.Errorf("broken = %s, want %s", got, want)
	}
}

func TestFaultySectionsAreNotAdded(t *testing.T) {
	d := newDump(t, envinfo.Options{Disable: []string{"os", "off"}, Sections: []envinfo.Section{{Name: "on"}, {Name: "off"}}})
	before := d.Sections()
	f := func(context.Context) (any, error) { return 1, nil }
	for name, c := range map[string]struct {
		sections []envinfo.Section
		want     string
	}{
		"taken":          {[]envinfo.Section{{Name: "new"}, {Name: "on"}}, `section "on": the name is taken`},
		"disabled":       {[]envinfo.Section{{Name: "off"}}, `section "off": the name is taken`},
		"built in":       {[]envinfo.Section{{Name: "os"}}, `section "os": the name belongs to a built-in section`},
		"twice":          {[]envinfo.Section{{Name: "new"}, {Name: "new"}}, `section "new": the name is taken`},
		"no name":        {[]envinfo.Section{{}}, `section 1: the name "", want 1 to 100 printable characters without a slash`},
		"both of a kind": {[]envinfo.Section{{Name: "new", Value: 1, Func: f}}, `section "new": has a value and a function, want one of them`},
	} {
		if err := d.Add(c.sections...); err == nil || err.Error() != c.want {
			t.Errorf("%s: Add() = %v, want %s", name, err, c.want)
		}
	}
	if got := d.Sections(); !slices.Equal(got, before) {
		t.Errorf("Sections() = %q, want %q as before", got, before)
	}
}

func TestNumbersThatJSONLacksAreNull(t *testing.T) {
	d := newDump(t, envinfo.Options{Sections: []envinfo.Section{
		{Name: "custom", Value: []float64{1.5, math.NaN(), math.Inf(1), math.Inf(-1)}},
	}})
	if got := section(t, d, "custom"); got != "[1.5,null,null,null]" {
		t.Errorf("custom = %s", got)
	}
}

func TestSystemWithoutOsRelease(t *testing.T) {
	scratch := envinfo.WithRoot(envinfo.Options{}, fstest.MapFS{})
	if got := section(t, newDump(t, scratch), "os"); strings.Contains(got, "distribution") || strings.Contains(got, `"error"`) {
		t.Errorf("os = %s, want no distribution", got)
	}
	labels, err := envinfo.Labels(scratch)
	if err != nil || labels["platform"] == "" || labels["platform_version"] != "" {
		t.Errorf("Labels() = %v, %v, want the operating system as the platform, without a version", labels, err)
	}
}

func TestOwnVersionAndRevisionAreShown(t *testing.T) {
	d := newDump(t, envinfo.Options{Build: envinfo.Build{Version: "1.2.3", Revision: "abc"}})
	if got := section(t, d, "go"); !strings.Contains(got, `"build":{"version":"1.2.3","revision":"abc"`) {
		t.Errorf("go = %s, want the version 1.2.3 and the revision abc", got)
	}
}

func TestWorkingDirectoriesAreNotMasked(t *testing.T) {
	o := envinfo.WithProcess(envinfo.Options{}, nil, []string{"PWD=/srv/app", "OLDPWD=/srv", "DB_PWD=hunter2"})
	if got := section(t, newDump(t, o), "process"); !strings.Contains(got, `"environ":{"DB_PWD":"********","OLDPWD":"/srv","PWD":"/srv/app"}`) {
		t.Errorf("process = %s, want the two directories, and the password masked", got)
	}
}
