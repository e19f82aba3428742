package instance_test

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const masking = `
checks: [{name: a, exec: {command: [echo, "WORD_no=7"]}, description: "of WORD_no=7"}]
environment: {scrub: {names: [WORD], allow: [MONKEY]}}
`

// A name of the configuration hides its value, at the start and after a reload, in
// outputs, in descriptions and in what else is scrubbed.
func TestTheNamesOfTheConfigurationHideTheirValues(t *testing.T) {
	f := newFile(t, strings.ReplaceAll(masking, "WORD", "patient"))
	i := loaded(t, f.path)
	want := func(word string) {
		t.Helper()
		body := get(i.Health(), "/healthcheck?verbose").Body.String()
		for _, part := range []string{`"output": "` + word + `_no=********"`, `"description": "of ` + word + `_no=********"`} {
			if !strings.Contains(body, part) {
				t.Errorf("%s, want %s", body, part)
			}
		}
		if got := i.Scrub(word + "_id=8"); got != word+"_id=********" {
			t.Errorf("%s, want the value masked", got)
		}
	}
	want("patient")
	f.write(strings.ReplaceAll(masking, "WORD", "insured"))
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("insured")
	if got := i.Scrub("patient_id=8"); got != "patient_id=8" {
		t.Errorf("%s after the reload, want the value, because the name is no longer configured", got)
	}
}

// While two configurations are in use, a name must be allowed by both.
func TestAnAllowedNameShowsItsValueAlsoDuringAReload(t *testing.T) {
	for _, name := range []string{"MONKEY", "OLDKEY", "NEWKEY", "DONKEY"} {
		t.Setenv(name, "business")
	}
	f := newFile(t, strings.NewReplacer("WORD", "patient", "[MONKEY]", "[MONKEY, OLDKEY]").Replace(masking))
	i := loaded(t, f.path)
	want := func(when string, shown ...string) {
		t.Helper()
		body := get(i.Environment(), "/environment/process").Body.String()
		for _, name := range []string{"MONKEY", "OLDKEY", "NEWKEY", "DONKEY"} {
			value := "********"
			if slices.Contains(shown, name) {
				value = "business"
			}
			if !strings.Contains(body, `"`+name+`": "`+value+`"`) {
				t.Errorf("%s: %s, want %s to be %s", when, body, name, value)
			}
		}
	}
	want("at the start", "MONKEY", "OLDKEY")
	// The new check looks while both configurations are in use.
	seen := make(chan struct{})
	server := serve(t, func(http.ResponseWriter, *http.Request) {
		want("during the reload", "MONKEY")
		close(seen)
	})
	f.write(`
checks: [{name: b, http: {url: "` + server + `"}}]
environment: {scrub: {allow: [MONKEY, NEWKEY]}}
`)
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-seen
	want("after the reload", "MONKEY", "NEWKEY")
}

func TestTheMetricsSayWhenAndWhichConfigurationWasLoaded(t *testing.T) {
	value := func(i *instance.Instance, name string) float64 {
		t.Helper()
		text := metric(t, i, "healthcheck_config_"+name)
		number := regexp.MustCompile(`value:([0-9.e+]+)`).FindStringSubmatch(text)
		if number == nil {
			t.Fatalf("%s: %q", name, text)
		}
		v, err := strconv.ParseFloat(number[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	begin := time.Now().Unix()
	f := newFile(t, goodFile)
	i := loaded(t, f.path)
	if at := value(i, "last_reload_success_timestamp_seconds"); at < float64(begin) || at > float64(time.Now().Unix()+1) {
		t.Errorf("loaded at %v, want now", at)
	}
	hash := value(i, "hash")
	if other := value(loaded(t, newFile(t, goodFile).path), "hash"); other != hash {
		t.Errorf("the same file has the hashes %v and %v", hash, other)
	}
	f.write(goodFile + "# changed\n")
	if err := i.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if value(i, "hash") == hash {
		t.Error("another file has the same hash")
	}
}

func TestALoadIsLogged(t *testing.T) {
	var b bytes.Buffer
	f := newFile(t, `checks: [{name: a, exec: {command: ["true"]}}, {name: b, exec: {command: ["true"]}}]`)
	i, err := instance.New(instance.Options{ConfigFile: f.path, Logger: log.NewLogfmtLogger(&b), Scrubber: scrub.New(scrub.Rules{})})
	if err != nil {
		t.Fatal(err)
	}
	if want := `msg="configuration loaded" source=` + f.path + " checks=2"; !strings.Contains(b.String(), want) {
		t.Errorf("log is\n%s\nwant %s", b.String(), want)
	}
	f.write(`checks: [{name: a, exce: {}}]`)
	if err := i.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), `did you mean "exec"?`) {
		t.Errorf("%v, want the fault of the file", err)
	}
	if want := `level=error msg="the configuration was not reloaded, the previous one stays in use" err=`; !strings.Contains(b.String(), want) {
		t.Errorf("log is\n%s\nwant %s", b.String(), want)
	}
}

func TestAnUnknownSectionIsNotFound(t *testing.T) {
	i := loaded(t, newFile(t, goodFile).path)
	if w := get(i.Environment(), "/environment/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", w.Code)
	}
}
