package server_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

const pageConfig = `
checks:
  - {name: cache, redis: {address: "127.0.0.1:1", password: correct-horse-battery}}
  - {name: app, exec: {command: [echo, hello]}, depends_on: [cache]}
`

func TestThePageShowsWhatChangedAndWhoAsks(t *testing.T) {
	e := start(t, pageConfig, func(o *server.Options) { o.Lifecycle, o.PrometheusURL = true, "https://prometheus.example.org" })
	e.want("GET", "/healthcheck", 500, "cache", "User-Agent: HAProxy")
	e.want("GET", "/", 200, "What changed before it")
	e.want("GET", "/", 200, "the exporter was started")
	e.want("GET", "/", 200, "<td>HAProxy</td><td>unix</td>")
	e.want("GET", "/", 200, "500 Internal Server Error")
	e.want("GET", "/", 200, `href="https://prometheus.example.org/graph?`)
	e.want("GET", "/checks/app", 200, "<dt>depends on</dt>")
	e.want("GET", "/checks/cache", 200, "password: ")

	e.write("healthcheck.yml", strings.Replace(pageConfig, "127.0.0.1:1", "127.0.0.1:2", 1))
	e.want("POST", "/-/reload", 200, "reloaded")
	e.want("GET", "/", 200, "the configuration was reloaded <span class=\"dim\">(~ cache: redis.address)</span>")
	e.want("POST", "/-/reload", 200, "reloaded")
	e.want("GET", "/", 200, "the configuration was reloaded; nothing changed")
	e.want("POST", "/-/drain?reason=deploy", 200, "drained")
	e.want("GET", "/", 200, "drained by a local client: deploy")
	for _, path := range []string{"/", "/checks/cache", "/checks/app"} {
		if _, body := e.ask("GET", path); strings.Contains(body, "horse") {
			t.Errorf("%s shows a secret:\n%s", path, body)
		}
	}
}

func TestOnlyClientsThatMaySeeTheEnvironmentSeeSettingsAndPollers(t *testing.T) {
	e := start(t, pageConfig, nil)
	proxied := "X-Forwarded-For: 192.0.2.1"
	for path, word := range map[string]string{"/": "Who asks", "/checks/cache": "<h2>Settings</h2>"} {
		e.want("GET", "/healthcheck", 500, "cache")
		e.want("GET", path, 200, word)
		if _, body := e.ask("GET", path, proxied); strings.Contains(body, word) {
			t.Errorf("%s shows %q to a client behind a proxy", path, word)
		}
	}
	conn, err := net.Dial("unix", e.path("agent"))
	if err != nil {
		t.Fatal(err)
	}
	line, _ := io.ReadAll(conn)
	conn.Close()
	const row = "<td>without a name</td><td>unix</td><td data-of=\"asks\">agent-check</td>"
	if _, body := e.ask("GET", "/"); !strings.Contains(body, row) || !strings.HasPrefix(string(line), "down #cache: ") || !strings.Contains(body, "<td data-of=\"answer\">down #cache: ") {
		t.Errorf("agent-check got %q, and is not on the page:\n%s", line, body)
	}
	open := start(t, pageConfig, func(o *server.Options) { o.EnvironmentAllowRemote = true })
	open.want("GET", "/checks/cache", 200, "<h2>Settings</h2>", proxied)
	denied := start(t, pageConfig, func(o *server.Options) { o.EnvironmentDeny = true })
	if _, body := denied.ask("GET", "/checks/cache"); strings.Contains(body, "<h2>Settings</h2>") {
		t.Error("settings are shown despite EnvironmentDeny")
	}
}
