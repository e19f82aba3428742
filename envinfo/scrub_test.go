package envinfo_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// python is the process section of a dump of the Python library.
type python struct {
	Process struct {
		Argv    []string
		Environ map[string]string
	}
}

func readPython(t *testing.T) (argv, environ []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/env_default.json")
	if err != nil {
		t.Fatal(err)
	}
	var p python
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	for name, value := range p.Process.Environ {
		if value == "********" { // what it masked; ours has to do so on its own
			value = "plantedSecret"
		}
		environ = append(environ, name+"="+value)
	}
	return p.Process.Argv, environ
}

func TestNothingThatThePythonLibraryLeakedIsShown(t *testing.T) {
	argv, environ := readPython(t)
	d := newDump(t, envinfo.WithProcess(envinfo.Options{}, argv, environ))
	all := string(d.JSON(t.Context()))
	for _, secret := range []string{
		"SECRETARGV", "argvpass", "plantedSecret", "topsecret", "hunter2", "s3cr3t", "hunter3", `"u:p"`, "Bearer abc", "abc:def",
	} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is shown in %s", secret, all)
		}
	}

	var got python
	if err := json.Unmarshal([]byte(all), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"app.py", "5801", "--api-key=********", "--db", "postgres://u:********@h/x"}
	if !slices.Equal(got.Process.Argv, want) {
		t.Errorf("argv = %q, want %q", got.Process.Argv, want)
	}
	for name, want := range map[string]string{
		"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "WERKZEUG_SERVER_FD": "3",
		"SECRET": "********", "DB_PWD": "********", "CREDENTIALS": "********", "AUTHORIZATION": "********",
		"SENTRY_DSN": "********", "SESSION_COOKIE": "********", "KEYBOARD": "********",
		"DATABASE_URL": "postgres://user:********@db:5432/x", "REDIS_URL": "redis://:********@redis:6379/0",
	} {
		if got := got.Process.Environ[name]; got != want {
			t.Errorf("environ %s = %q, want %q", name, got, want)
		}
	}
}

func TestCustomSectionsAreMaskedInDepth(t *testing.T) {
	b, err := os.ReadFile("testdata/env_custom.json")
	if err != nil {
		t.Fatal(err)
	}
	var value struct {
		Application json.RawMessage
		Version     string
	}
	if err := json.Unmarshal(b, &value); err != nil {
		t.Fatal(err)
	}
	d := newDump(t, envinfo.Options{Disable: []string{"os", "go", "process", "config"}, Sections: []envinfo.Section{
		{Name: "application", Value: value.Application}, {Name: "version", Value: value.Version},
	}})
	want := `{"application":{"maintainer":"me","password":"********","config":{"api_key":"********","list":[{"password":"********"}]}},"version":"1.0"}`
	if got := string(d.JSON(t.Context())); got != want {
		t.Errorf("JSON() = %s\nwant     %s", got, want)
	}
}

func TestSectionWithASensitiveNameIsMaskedWhole(t *testing.T) {
	o := envinfo.Options{Sections: []envinfo.Section{{Name: "tokens", Value: []string{"a", "b"}}}}
	if got := section(t, newDump(t, o), "tokens"); got != `"********"` {
		t.Errorf("tokens = %s, want it masked", got)
	}
	o.Scrubber = scrub.New(scrub.Rules{Allow: []string{"tokens"}})
	if got := section(t, newDump(t, o), "tokens"); got != `["a","b"]` {
		t.Errorf("tokens, allowed = %s, want it shown", got)
	}
}

func TestTheScrubberHasNamesAllowancesAndSecrets(t *testing.T) {
	o := envinfo.WithProcess(envinfo.Options{
		Scrubber: scrubber(scrub.Rules{Names: []string{"internal_id"}, Allow: []string{"KEYBOARD_LAYOUT"}}, "correcthorsebattery"),
	}, []string{"app", "--theme", "correcthorsebattery"}, []string{"MY_INTERNAL_ID=77", "KEYBOARD_LAYOUT=de", "PLAIN=xcorrecthorsebatteryx"})
	var got python
	if err := json.Unmarshal(newDump(t, o).JSON(t.Context()), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"MY_INTERNAL_ID": "********", "KEYBOARD_LAYOUT": "de", "PLAIN": "x********x"} {
		if got := got.Process.Environ[name]; got != want {
			t.Errorf("environ %s = %q, want %q", name, got, want)
		}
	}
	if word := got.Process.Argv[2]; word != "********" {
		t.Errorf("argv[2] = %q, want it masked", word)
	}
}

func TestEnvironmentOfOddEntriesIsShownAsFarAsItHasNames(t *testing.T) {
	o := envinfo.WithProcess(envinfo.Options{}, nil, []string{"A=1=2", "EMPTY=", "noname", "", "=C:=C:\\dir", "BAD=\xff\xfe", "B\xff=x"})
	var got python
	raw := section(t, newDump(t, o), "process")
	if err := json.Unmarshal(fmt.Appendf(nil, `{"process":%s}`, raw), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"A": "1=2", "EMPTY": "", "=C:": "C:\\dir", "BAD": "\uFFFD\uFFFD", "B\uFFFD": "x"} {
		if value, ok := got.Process.Environ[name]; !ok || value != want {
			t.Errorf("environ %q = %q, %v, want %q", name, value, ok, want)
		}
	}
	if len(got.Process.Environ) != 5 || strings.Contains(raw, "noname") {
		t.Errorf("environ = %q, want the 5 that have a name", got.Process.Environ)
	}
}

func TestExplainNamesTheRulesAndNoValues(t *testing.T) {
	argv, environ := readPython(t)
	o := envinfo.WithProcess(envinfo.Options{
		Config: func() any { return map[string]any{"checks": []any{map[string]string{"password": "hunter9"}}} },
	}, argv, environ)
	masked := newDump(t, o).Explain(t.Context())
	text := fmt.Sprintf("%+v", masked)
	for _, secret := range []string{"SECRETARGV", "argvpass", "plantedSecret", "topsecret", "hunter", "s3cr3t", "Bearer"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the explanation: %s", secret, text)
		}
	}
	for _, want := range []envinfo.Masked{
		{Section: "process", Path: "argv.2", Rule: "N1"},
		{Section: "process", Path: "argv.4", Rule: "V6"},
		{Section: "process", Path: "environ.SECRET", Rule: "N2"},
		{Section: "process", Path: "environ.DATABASE_URL", Rule: "V6"},
		{Section: "config", Path: "checks.0.password", Rule: "N1"},
	} {
		if !slices.Contains(masked, want) {
			t.Errorf("Explain() lacks %+v: %s", want, text)
		}
	}
}

func TestCommandLineWithoutFlagsIsStillACommandLine(t *testing.T) {
	d := newDump(t, envinfo.WithProcess(envinfo.Options{}, []string{"app", "key=hunter2", "plain=1"}, nil))
	if got := section(t, d, "process"); !strings.HasPrefix(got, `{"argv":["app","key=********","plain=1"],`) {
		t.Errorf("process = %s", got)
	}
	want := []envinfo.Masked{{Section: "process", Path: "argv.1", Rule: "argv"}}
	if got := slices.DeleteFunc(d.Explain(t.Context()), func(m envinfo.Masked) bool { return m.Section != "process" }); !slices.Equal(got, want) {
		t.Errorf("Explain() = %+v, want %+v", got, want)
	}
}
