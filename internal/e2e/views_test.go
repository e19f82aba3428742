//go:build linux

package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// viewChecks has two passing checks and a failing one.
const viewChecks = `
checks:
  - {name: redis, exec: {command: [echo, PONG]}, tags: [ready, shop]}
  - {name: db, exec: {command: ["false"]}, tags: [shop]}
  - {name: disk, exec: {command: ["true"]}, tags: [host]}
healthcheck: {success_headers: {X-All: "1"}}
`

func TestViewsAreAnsweredInTheirOwnWayOnEveryListener(t *testing.T) {
	t.Parallel()
	health, socket := testservers.FreeAddr(t), filepath.Join(testservers.Dir(t), "admin")
	e := start(t, viewChecks+`
views:
  ready: {tags: [ready], path: /readyz, success_status: 204, success_headers: {X-View: ready}}
  live: {checks: [], ignore_drain: true, path: /livez}
  all: {path: /a/b.c/all, format: text, failed_status: 599, failed_headers: {X-View: all}}
  hidden: {checks: [redis], hide_output: true}
  shop: {tags: [shop], exclude: [db], draining_status: 404}
`, "--health.listen-address="+health, "--admin.socket="+socket)
	for _, base := range []string{e.url, "http://" + health} {
		for _, test := range []struct {
			method, path string
			status       int
			header, body string
		}{
			{"GET", "/healthcheck?view=ready", 204, "ready", ""},
			{"GET", "/readyz", 204, "ready", ""},
			{"OPTIONS", "/readyz", 204, "ready", ""},
			{"GET", "//readyz/", 204, "ready", ""},
			{"HEAD", "/livez", 200, "", ""},
			{"POST", "/livez", 405, "", ""},
			{"GET", "/livez", 200, "", `"results": []`},
			{"GET", "/livez?format=text", 200, "", "healthcheck: passed"},
			{"GET", "/a/b.c/all", 599, "all", "[-] db: exit status 1"},
			{"GET", "/a/b.c/all?format=json&check=redis", 200, "", `"output": "PONG"`},
			{"GET", "/a/b.c", 404, "", "not found"},
			{"GET", "/healthcheck?view=hidden", 200, "", `"checker": "redis", "output": ""`},
			{"GET", "/healthcheck?view=shop", 200, "", "PONG"},
			{"GET", "/healthcheck/disk?view=shop", 404, "", "unknown"},
			{"GET", "/healthcheck?view=shop&check=db", 404, "", "unknown"},
			{"GET", "/healthcheck?view=typo", 404, "", `unknown view`},
			{"GET", "/healthcheck?view=shop&view=live", 400, "", "want one"},
			{"GET", "/healthcheck", 500, "", `"checker": "disk"`},
		} {
			request, err := http.NewRequestWithContext(t.Context(), test.method, base+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || response.StatusCode != test.status || response.Header.Get("X-View") != test.header || !strings.Contains(string(body), test.body) {
				t.Errorf("%s %s: %d, %q, %s, %v; want %d, %q, %s", test.method, test.path, response.StatusCode, response.Header.Get("X-View"), body, err, test.status, test.header, test.body)
			}
			if test.status == 204 && (len(body) > 0 || response.Header.Get("Content-Length") != "") {
				t.Errorf("%s %s: 204 with %q and a Content-Length of %q", test.method, test.path, body, response.Header.Get("Content-Length"))
			}
		}
	}
	healthy := func(want string) {
		t.Helper()
		var got []string
		for _, m := range exposed(t, e)["healthcheck_view_healthy"].GetMetric() {
			got = append(got, fmt.Sprintf("%s %v", m.GetLabel()[0].GetValue(), m.GetGauge().GetValue()))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("healthcheck_view_healthy: %q, want %s", got, want)
		}
	}
	healthy("all 0, hidden 1, live 1, ready 1, shop 1")
	if _, errs, status := command(t, nil, "--admin.socket="+socket, "drain", "--reason=deploy"); status != 0 {
		t.Fatal(errs)
	}
	for path, want := range map[string]int{"/readyz": 503, "/livez": 200, "/healthcheck?view=shop": 404, "/healthcheck?view=hidden": 503, "/healthcheck": 503} {
		fetch(t, want, e.url+path)
		fetch(t, want, "http://"+health+path)
	}
	healthy("all 0, hidden 0, live 1, ready 0, shop 0")
}

func TestAnAgentTellsTheStateOfItsView(t *testing.T) {
	t.Parallel()
	dir := testservers.Dir(t)
	file, socket := filepath.Join(dir, "healthcheck.yml"), filepath.Join(dir, "admin")
	const views = "views: {shop: {tags: [shop]}, host: {tags: [host]}, live: {checks: [], ignore_drain: true}, quiet: {checks: [db], hide_output: true}}\n"
	write(t, file, viewChecks+views)
	addr := map[string]string{}
	args := []string{"--config.file=" + file, "--admin.socket=" + socket}
	for _, view := range []string{"", "shop", "host", "live", "quiet"} {
		addr[view] = testservers.FreeAddr(t)
		flag := "--agent.listen-address=" + addr[view]
		if view != "" {
			flag += "?view=" + view
		}
		args = append(args, flag)
	}
	startWith(t, args...)
	lines := func(want map[string]string) {
		t.Helper()
		for view, line := range want {
			if got := strings.TrimSuffix(lineOf(t, addr[view]), "\n"); got != line {
				t.Errorf("view %q: %q, want %q", view, got, line)
			}
		}
	}
	lines(map[string]string{"": "down #db: exit status 1", "shop": "down #db: exit status 1", "host": "up 100%", "live": "up 100%", "quiet": "down #db"})

	reload := func() (string, int) {
		_, errs, status := command(t, nil, "--admin.socket="+socket, "reload")
		return errs, status
	}
	write(t, file, viewChecks+strings.Replace(views, "host: {tags: [host]}, ", "", 1))
	if errs, status := reload(); status != 1 || !strings.Contains(errs, `agent checks: there is no view "host", want one of live, quiet, shop`) {
		t.Errorf("a reload without a view that is in use: %d %s", status, errs)
	}
	lines(map[string]string{"host": "up 100%"})
	write(t, file, viewChecks+strings.Replace(views, "host: {tags: [host]}", "host: {checks: [db]}", 1))
	if errs, status := reload(); status != 0 {
		t.Fatalf("a changed view: %d %s", status, errs)
	}
	lines(map[string]string{"host": "down #db: exit status 1"})

	if _, errs, status := command(t, nil, "--admin.socket="+socket, "drain", "--reason=deploy"); status != 0 {
		t.Fatal(errs)
	}
	lines(map[string]string{"": "up 0% #draining: deploy", "host": "up 0% #draining: deploy", "live": "up 100%"})
}

func TestAWrongViewIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, viewChecks+"views: {shop: {tags: [shop], path: /shop}}\n")
	for flag, want := range map[string]struct {
		status int
		text   string
	}{
		"--agent.listen-address=127.0.0.1:0?view=shpo": {1, `there is no view \"shpo\", want one of shop`},
		"--agent.listen-address=127.0.0.1:0?veiw=shop": {2, `want 127.0.0.1:0 or 127.0.0.1:0?view=NAME`},
		"--web.telemetry-path=/shop":                   {1, `/shop is the path of the metrics`},
	} {
		_, errs, status := command(t, nil, "--config.file="+file, "--web.listen-address=127.0.0.1:0", flag)
		if status != want.status || !strings.Contains(errs, want.text) {
			t.Errorf("serve %s: %d %s, want %d %s", flag, status, errs, want.status, want.text)
		}
	}
	for flag, want := range map[string]string{
		"--agent.listen-address=:10928?view=shpo": `there is no view "shpo", want one of shop`,
		"--web.telemetry-path=/shop":              `/shop is the path of the metrics`,
	} {
		if _, errs, status := command(t, nil, "--config.file="+file, flag, "config", "check"); status != 1 || !strings.Contains(errs, want) {
			t.Errorf("config check %s: %d %s, want %s", flag, status, errs, want)
		}
	}
}

// The example of deploy/haproxy unchanged, except for addresses and intervals.
func TestHAProxyFollowsAnAgentForEachTeam(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	shop, search := testservers.FreeAddr(t), testservers.FreeAddr(t)
	start(t, fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}
checks:
  - {name: redis, redis: {address: "%s"}, tags: [shop]}
  - {name: index, exec: {command: ["true"]}, tags: [search]}
views:
  shop: {tags: [shop]}
  search: {tags: [search]}
`, redis.Addr), "--agent.listen-address="+shop+"?view=shop", "--agent.listen-address="+search+"?view=search")
	text := replace(t, read(t, "deploy/haproxy/agent-views.cfg"), "127.0.0.1:8081", "APP", "127.0.0.1:8082", "APP", "127.0.0.1:8080", testservers.FreeAddr(t),
		"agent-port 10928", "agent-port "+portOf(shop), "agent-port 10930", "agent-port "+portOf(search))
	b := balance(t, strings.ReplaceAll(text, "inter 2s", "inter 200ms"))
	states := func(wantShop, wantSearch string) {
		t.Helper()
		eventually(t, func() string {
			all := b.servers(t)
			if s, o := all["shop/web1"], all["search/web1"]; !strings.HasPrefix(s.status, wantShop) || !strings.HasPrefix(o.status, wantSearch) {
				return fmt.Sprintf("shop is %s (%s), search %s (%s), want %s and %s", s.status, s.why, o.status, o.why, wantShop, wantSearch)
			}
			return ""
		})
	}
	states("UP", "UP")
	redis.Stop()
	states("DOWN", "UP")
	redis.Start()
	states("UP", "UP")
}
