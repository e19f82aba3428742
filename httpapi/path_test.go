package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestAHandlerWithoutPrefixShowsAllChecksAtAnyPath(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{})
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/internal/status", "/health/live", "/healthcheck", "/status/"} {
		mux.Handle(path, h)
		for name, handler := range map[string]http.Handler{"mux": mux, "whole server": h} {
			if got := checkers(t, get(t, handler, path)); got != "redis db" {
				t.Errorf("%s, %s: checks %q, want all", name, path, got)
			}
		}
	}
	stripped := http.StripPrefix("/healthcheck", h)
	if got := checkers(t, get(t, stripped, "/healthcheck")); got != "redis db" {
		t.Errorf("stripped: checks %q, want all", got)
	}
}

func TestAPrefixSaysWhereTheNameOfACheckBegins(t *testing.T) {
	mounted := func(prefix string) http.Handler {
		return httpapi.Healthcheck(plain(), httpapi.Options{Prefix: prefix})
	}
	mux := http.NewServeMux()
	mux.Handle("/internal/status", mounted("/internal/status"))
	mux.Handle("/internal/status/", mounted("/internal/status/"))
	mux.Handle("GET /h/{check}", mounted(""))
	for _, c := range []struct {
		name    string
		handler http.Handler
		path    string
		want    string // the checks; empty: 404
	}{
		{"healthcheck", mounted("/healthcheck"), "/healthcheck", "redis db"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/", "redis db"},
		{"healthcheck", mounted("/healthcheck"), "//healthcheck", "redis db"},
		{"healthcheck", mounted("/healthcheck"), "/./healthcheck//", "redis db"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/redis", "redis"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/redis/", "redis"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck//db", "db"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/r%65dis", "redis"},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/reddis", ""},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/Redis", ""},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/redis/db", ""},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/redis%2Fdb", ""},
		{"healthcheck", mounted("/healthcheck"), "/healthcheck/../healthcheck", ""},
		{"healthcheck", mounted("/healthcheck"), "/healthchekc", ""},
		{"healthcheck", mounted("/healthcheck"), "/x/healthcheck/redis", ""},
		{"healthcheck", mounted("/healthcheck"), "/metrics", ""},
		{"root", mounted("/"), "/", "redis db"},
		{"root", mounted("/"), "/redis", "redis"},
		{"root", mounted("/"), "/reddis", ""},
		{"missing slash", mounted("healthcheck/"), "/healthcheck/redis", "redis"},
		{"mux", mux, "/internal/status", "redis db"},
		{"mux", mux, "/internal/status/", "redis db"},
		{"mux", mux, "/internal/status/db", "db"},
		{"mux", mux, "/internal/status/typo", ""},
		{"wildcard", mux, "/h/redis", "redis"},
		{"wildcard", mux, "/h/reddis", ""},
		{"stripped", http.StripPrefix("/x", mounted("/")), "/x/", "redis db"},
		{"stripped", http.StripPrefix("/x", mounted("/")), "/x/redis", "redis"},
		{"stripped", http.StripPrefix("/x", mounted("/")), "/x/reddis", ""},
	} {
		res := get(t, c.handler, c.path)
		if got := checkers(t, res); got != c.want {
			t.Errorf("%s, %s: checks %q, want %q", c.name, c.path, got, c.want)
		}
		if c.want == "" && (res.Code != 404 || res.Header().Get("Content-Type") != "application/json") {
			t.Errorf("%s, %s: status %d, %s", c.name, c.path, res.Code, res.Header().Get("Content-Type"))
		}
	}
}

func TestUnknownNamesAreQuotedUpTo100Characters(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{Prefix: "/healthcheck"})
	for _, length := range []int{100, 101, 5000} {
		name := strings.Repeat("x", length)
		for _, path := range []string{"/healthcheck/" + name, "/healthcheck?check=" + name, "/healthcheck?exclude=" + name} {
			res := get(t, h, path)
			if want := `{"error": "unknown check \"` + name[:100] + `\""}`; res.Code != 404 || res.body != want {
				t.Errorf("%d characters, %.20s: %d %s, want 404 %s", length, path, res.Code, res.body, want)
			}
		}
		if res := get(t, h, "/healthcheck?tag="+name); res.Code != 404 || len(res.body) > 200 {
			t.Errorf("tag of %d characters: %d %s", length, res.Code, res.body)
		}
		if res := get(t, h, "/healthcheck?format="+name); res.Code != 400 || len(res.body) > 200 {
			t.Errorf("format of %d characters: %d %s", length, res.Code, res.body)
		}
	}
}

func TestTheStatusForUnknownChecksCanBeSet(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{Prefix: "/healthcheck", UnknownStatus: 500})
	for path, want := range map[string]int{
		"/healthcheck/typo": 500, "/healthcheck?check=typo": 500, "/healthcheck?tag=typo": 500, "/elsewhere": 500,
		"/healthcheck?format=typo": 400, "/healthcheck/redis": 500,
	} {
		if res := get(t, h, path); res.Code != want || path != "/healthcheck/redis" && !strings.HasPrefix(res.body, `{"error": `) {
			t.Errorf("%s: %d %s, want %d", path, res.Code, res.body, want)
		}
	}
}
