package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// fixedDump has its sections from the start.
type fixedDump []struct{ name, json string }

func (d fixedDump) Sections() []string {
	var names []string
	for _, s := range d {
		names = append(names, s.name)
	}
	return names
}

func (d fixedDump) Section(_ context.Context, name string) (json.RawMessage, bool) {
	for _, s := range d {
		if s.name == name {
			if s.json == "panic" {
				panic("a secret")
			}
			return json.RawMessage(s.json), s.json != "gone"
		}
	}
	return nil, false
}

func TestTheEnvironmentIsOneObjectInThePythonLibrarysSpacing(t *testing.T) {
	// The golden dump, written compactly, comes back to the byte.
	for _, name := range []string{"env_default.json", "env_custom.json"} {
		want := golden(t, name)
		var d fixedDump
		decoder := json.NewDecoder(strings.NewReader(want))
		decoder.Token()
		for decoder.More() {
			key, _ := decoder.Token()
			var raw json.RawMessage
			if err := decoder.Decode(&raw); err != nil {
				t.Fatal(err)
			}
			compact := strings.NewReplacer(`": `, `":`, `", "`, `","`).Replace(string(raw))
			d = append(d, struct{ name, json string }{key.(string), compact})
		}
		res := get(t, httpapi.Environment(d, httpapi.EnvironmentOptions{}), "/environment")
		if res.Code != 200 || res.body != want || res.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s\n%s\nwant\n%s", name, res.Code, res.Header().Get("Content-Type"), res.body, want)
		}
	}
}

func TestAPathSelectsOneSection(t *testing.T) {
	d := fixedDump{{"os", `{"platform":"linux"}`}, {"version", `"1.2"`}, {"a b", `1`}, {"bad", `{"x":`}, {"panics", "panic"}, {"lost", "gone"}}
	h := httpapi.Environment(d, httpapi.EnvironmentOptions{Prefix: "/environment", Header: http.Header{"X-Env": {"1"}}})
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/environment/os", 200, `{"os": {"platform": "linux"}}`},
		{"/environment/os/", 200, `{"os": {"platform": "linux"}}`},
		{"//environment//version", 200, `{"version": "1.2"}`},
		{"/prefix/environment/version", 404, `{"error": "not found"}`},
		{"/environment/a%20b", 200, `{"a b": 1}`},
		{"/environment/bad", 200, `{"bad": {"error": "the section is not JSON"}}`},
		{"/environment/panics", 200, `{"panics": {"error": "panic"}}`},
		{"/environment/lost", 200, `{"lost": {"error": "the section is gone"}}`},
		{"/environment/OS", 404, `{"error": "unknown section \"OS\""}`},
		{"/environment/os/platform", 404, `{"error": "not found"}`},
		{"/environment/../environment", 404, `{"error": "not found"}`},
	} {
		res := get(t, h, c.path)
		if res.Code != c.status || res.body != c.want || res.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, want %d %s", c.path, res.Code, res.body, c.status, c.want)
		}
		head := do(t, h, http.MethodHead, c.path)
		if head.body != "" || head.Header().Get("Content-Length") != res.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %q, Content-Length %s", c.path, head.body, head.Header().Get("Content-Length"))
		}
	}
	for _, method := range []string{"OPTIONS", "POST"} {
		if res := do(t, h, method, "/environment"); res.Code != 405 || res.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, res.Code, res.Header().Get("Allow"))
		}
	}
	if got := get(t, h, "/environment/os").Header().Get("X-Env"); got != "1" {
		t.Errorf("X-Env: %q", got)
	}
	if got := get(t, httpapi.Environment(fixedDump{}, httpapi.EnvironmentOptions{}), "/environment").body; got != "{}" {
		t.Errorf("without sections: %s", got)
	}
}

func TestARealDumpIsShown(t *testing.T) {
	t.Setenv("DB_PASSWORD", "hunter2")
	d, err := envinfo.New(envinfo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := get(t, httpapi.Environment(d, httpapi.EnvironmentOptions{}), "/environment")
	if res.Code != 200 || !strings.HasPrefix(res.body, `{"os": {`) || !strings.Contains(res.body, `"DB_PASSWORD": "********"`) {
		t.Errorf("%d %s", res.Code, res.body)
	}
	if strings.Contains(res.body, "hunter2") || !json.Valid([]byte(res.body)) {
		t.Errorf("leaks, or is not JSON: %s", res.body)
	}
}
