package server_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestViewsHavePathsOfTheirOwnOnEveryListener(t *testing.T) {
	e := start(t, `
checks: [{name: a, tags: [ready], exec: {command: [echo, hello]}}, {name: b, exec: {command: ["false"]}}]
views: {ready: {tags: [ready], path: /readyz}, live: {checks: [], path: /health/live}}
`, nil)
	for _, socket := range []string{"web", "health"} {
		for path, want := range map[string]string{
			"/readyz": `"checker": "a"`, "//readyz/": `"checker": "a"`, "/health/live": `"results": []`,
			"/healthcheck?view=ready": `"checker": "a"`, "/healthcheck?view=live": `"results": []`,
		} {
			if status, body := e.askOn(socket, "GET", path); status != 200 || !strings.Contains(body, want) || strings.Contains(body, `"b"`) {
				t.Errorf("%s: %s: %d %s, want 200 with %s", socket, path, status, body, want)
			}
		}
		for _, path := range []string{"/readyz/a", "/health", "/healthcheck?view=typo"} {
			if status, body := e.askOn(socket, "GET", path); status != 404 {
				t.Errorf("%s: %s: %d %s, want 404", socket, path, status, body)
			}
		}
	}
	e.want("GET", "/checks/a", 200, "hello")
	e.want("GET", "/checks/typo", 404, "unknown check")
	e.want("GET", "/", 200, `href="checks/a"`)
}

// Clients of the health listener are not authenticated, even if they are on this
// machine.
func TestEvidenceIsForWhomTheEnvironmentAnswers(t *testing.T) {
	const config = `
checks: [{name: a, tags: [ready], tcp: {address: "127.0.0.1:1"}}]
views: {ready: {tags: [ready], path: /readyz}}
`
	paths := []string{"/healthcheck?verbose", "/healthcheck/a?verbose=1", "/readyz?verbose", "/healthcheck?verbose&view=ready"}
	for name, c := range map[string]struct {
		change  func(*server.Options)
		headers []string
		web     bool
	}{
		"local":                 {nil, nil, true},
		"forwarded":             {nil, []string{"X-Forwarded-For: 192.0.2.1"}, false},
		"a name of a page":      {nil, []string{"Host: evil.example.org"}, false},
		"denied":                {func(o *server.Options) { o.EnvironmentDeny = true }, nil, false},
		"allowed for everybody": {func(o *server.Options) { o.EnvironmentAllowRemote = true }, []string{"X-Forwarded-For: 192.0.2.1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, config, c.change)
			for _, path := range paths {
				for socket, shown := range map[string]bool{"web": c.web, "health": false} {
					_, body := e.askOn(socket, "GET", path, c.headers...)
					if !strings.Contains(body, `"reason": "refused"`) || strings.Contains(body, `"evidence": {"last"`) != shown {
						t.Errorf("%s on %s: evidence is shown: %v, want %v: %s", path, socket, !shown, shown, body)
					}
				}
			}
			if _, body := e.askOn("admin", "GET", "/healthcheck?verbose"); !strings.Contains(body, `"reason": "refused"`) {
				t.Errorf("on the admin socket: %s", body)
			}
			for _, path := range []string{"/healthcheck", "/metrics", "/healthcheck?format=text&verbose", "/healthcheck?format=health%2Bjson&verbose"} {
				if _, body := e.ask("GET", path, c.headers...); strings.Contains(body, "evidence") {
					t.Errorf("%s shows evidence: %s", path, body)
				}
			}
		})
	}
}
