package envinfo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func newDump(t testing.TB, o envinfo.Options) *envinfo.Dump {
	t.Helper()
	d, err := envinfo.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// scrubber returns a scrubber that knows secrets.
func scrubber(r scrub.Rules, secrets ...string) *scrub.Scrubber {
	s := scrub.New(r)
	s.Learn(secrets...)
	return s
}

// section returns one section as text.
func section(t testing.TB, d *envinfo.Dump, name string) string {
	t.Helper()
	raw, ok := d.Section(t.Context(), name)
	if !ok {
		t.Fatalf("Section(%q): there is none", name)
	}
	if !json.Valid(raw) {
		t.Fatalf("Section(%q) = %s, which is no JSON", name, raw)
	}
	return string(raw)
}

// keys returns the keys of a JSON object in their order.
func keys(t testing.TB, object []byte) []string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(object))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		t.Fatalf("%s is no object", object)
	}
	var names []string
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, tok.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestSectionsAreOsGoProcessConfigThenCustomInTheirOrder(t *testing.T) {
	d := newDump(t, envinfo.Options{Sections: []envinfo.Section{{Name: "zebra", Value: 1}, {Name: "ant", Value: 2}}})
	want := []string{"os", "go", "process", "config", "zebra", "ant"}
	if got := d.Sections(); !slices.Equal(got, want) {
		t.Errorf("Sections() = %v, want %v", got, want)
	}
	if got := keys(t, d.JSON(t.Context())); !slices.Equal(got, want) {
		t.Errorf("keys of JSON() = %v, want %v", got, want)
	}
}

func TestKeysOfBuiltinSectionsHaveAFixedOrder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems say less")
	}
	d := newDump(t, envinfo.Options{})
	for name, want := range map[string][]string{
		"os":      {"platform", "name", "uname", "distribution", "uptime", "cpus", "memory"},
		"go":      {"version", "executable", "module", "build", "build_settings", "modules", "gomaxprocs", "gomemlimit"},
		"process": {"argv", "cwd", "user", "pid", "environ", "start_time", "limits"},
	} {
		got := keys(t, []byte(section(t, d, name)))
		if name == "os" && !slices.Contains(got, "distribution") {
			want = slices.DeleteFunc(want, func(key string) bool { return key == "distribution" }) // a system without os-release
		}
		if !slices.Equal(got, want) {
			t.Errorf("keys of %s = %v, want %v", name, got, want)
		}
	}
}

func TestTheLimitOfTheMemoryOfGoIsNullWithoutOne(t *testing.T) {
	d := newDump(t, envinfo.Options{})
	for limit, want := range map[int64]string{math.MaxInt64: `"gomemlimit":null`, 1 << 40: `"gomemlimit":1099511627776`} {
		before := debug.SetMemoryLimit(limit)
		got := section(t, d, "go")
		debug.SetMemoryLimit(before)
		if !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestBuiltinSectionsSayWhatIsTrue(t *testing.T) {
	t.Setenv("ENVINFO_HARMLESS", "seen")
	var got struct {
		OS struct {
			Platform, Name string
			Uname          []string
			CPUs           int
		}
		Go struct {
			Version    string
			Modules    []string
			GOMAXPROCS int
		}
		Process struct {
			Argv    []string
			Cwd     string
			PID     int
			Environ map[string]string
		}
		Config any
	}
	got.Config = "something"
	if err := json.Unmarshal(newDump(t, envinfo.Options{}).JSON(t.Context()), &got); err != nil {
		t.Fatal(err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"os.platform", got.OS.Platform, runtime.GOOS},
		{"length of os.uname", len(got.OS.Uname), 6},
		{"os.cpus", got.OS.CPUs, runtime.NumCPU()},
		{"go.version", got.Go.Version, runtime.Version()},
		{"go.gomaxprocs", got.Go.GOMAXPROCS, runtime.GOMAXPROCS(0)},
		{"process.pid", got.Process.PID, os.Getpid()},
		{"process.cwd", got.Process.Cwd, cwd},
		{"length of process.argv", len(got.Process.Argv), len(os.Args)},
		{"process.environ", got.Process.Environ["ENVINFO_HARMLESS"], "seen"},
		{"config", got.Config, nil},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.what, c.got, c.want)
		}
	}
	if !slices.ContainsFunc(got.Go.Modules, func(m string) bool {
		return strings.HasPrefix(m, "github.com/prometheus/client_golang v")
	}) {
		t.Logf("go.modules = %v", got.Go.Modules) // test binaries of some toolchains have none
	}
}

func TestDisabledSectionsAreNeitherRunNorShown(t *testing.T) {
	ran := false
	o := envinfo.Options{
		Disable:  []string{"process", "custom"},
		Sections: []envinfo.Section{{Name: "custom", Func: func(context.Context) (any, error) { ran = true; return 1, nil }}},
	}
	d := newDump(t, o)
	if got, want := keys(t, d.JSON(t.Context())), []string{"os", "go", "config"}; !slices.Equal(got, want) {
		t.Errorf("keys = %v, want %v", got, want)
	}
	if raw, ok := d.Section(t.Context(), "custom"); ok || ran {
		t.Errorf("Section(custom) = %s, %v, run: %v; want it gone", raw, ok, ran)
	}
}

func TestAllSectionsMayBeDisabled(t *testing.T) {
	d := newDump(t, envinfo.Options{Disable: []string{"os", "go", "process", "config"}})
	if got := string(d.JSON(t.Context())); got != "{}" {
		t.Errorf("JSON() = %s, want {}", got)
	}
}

func TestNewReadsNothing(t *testing.T) {
	called := func(context.Context) (any, error) { t.Error("a section ran before it was asked for"); return nil, nil }
	newDump(t, envinfo.Options{
		Config:   func() any { t.Error("Config was called before it was asked for"); return nil },
		Sections: []envinfo.Section{{Name: "custom", Func: called}},
	})
}

func TestConfigIsAskedForEveryTime(t *testing.T) {
	n := 0
	d := newDump(t, envinfo.Options{Config: func() any { n++; return map[string]int{"generation": n} }})
	for want := 1; want <= 2; want++ {
		if got := section(t, d, "config"); got != fmt.Sprintf(`{"generation":%d}`, want) {
			t.Errorf("config = %s, want generation %d", got, want)
		}
	}
}

func TestFaultsOfOptionsAreReportedTogether(t *testing.T) {
	f := func(context.Context) (any, error) { return nil, nil }
	_, err := envinfo.New(envinfo.Options{
		Sections: []envinfo.Section{
			{Name: ""}, {Name: "a/b"}, {Name: "os"}, {Name: "x"}, {Name: "x"},
			{Name: "both", Value: 1, Func: f}, {Name: "line\nbreak"}, {Name: strings.Repeat("n", 101)},
		},
		Disable: []string{"os", "proces"},
	})
	want := strings.Join([]string{
		`section 1: the name "", want 1 to 100 printable characters without a slash`,
		`section 2: the name "a/b", want 1 to 100 printable characters without a slash`,
		`section "os": the name belongs to a built-in section`,
		`section "x": the name is taken`,
		`section "both": has a value and a function, want one of them`,
		`section 7: the name "line\nbreak", want 1 to 100 printable characters without a slash`,
		`section 8: the name "` + strings.Repeat("n", 101) + `", want 1 to 100 printable characters without a slash`,
	}, "\n")
	if err == nil || !strings.HasPrefix(err.Error(), want+"\ndisable \"proces\": no such section, want one of os, go, process, config, ") {
		t.Errorf("New: %v\nwant\n%s\nand proces", err, want)
	}
}

func TestDumpIsSafeForConcurrentUse(t *testing.T) {
	d := newDump(t, envinfo.Options{
		Config:   func() any { return map[string]string{"password": "p"} },
		Sections: []envinfo.Section{{Name: "f", Func: func(context.Context) (any, error) { return 1, nil }}},
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if b := d.JSON(t.Context()); !json.Valid(b) || !utf8.Valid(b) {
					t.Errorf("JSON() = %s", b)
				}
				d.Section(t.Context(), "process")
				d.Explain(t.Context())
			}
		})
	}
	wg.Wait()
}

// BenchmarkDump dumps 100 variables and all else there is.
func BenchmarkDump(b *testing.B) {
	var environ []string
	for i := range 100 {
		environ = append(environ, fmt.Sprintf("SERVICE_%d_URL=postgres://user:s3cr3t%d@db%d:5432/name?sslmode=require", i, i, i))
	}
	d := newDump(b, envinfo.WithProcess(envinfo.Options{}, os.Args, environ))
	b.ReportAllocs()
	for b.Loop() {
		if len(d.JSON(b.Context())) < 1000 {
			b.Fatal("too short")
		}
	}
}
