package server_test

import (
	"strings"
	"testing"
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
