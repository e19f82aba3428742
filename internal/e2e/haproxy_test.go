//go:build unix

package e2e_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A balancer is a real haproxy.
type balancer struct {
	*testservers.Server
	socket string
}

// balance runs haproxy with backends, in which APP is the address of a service
// that answers; it is asked about by its stats socket.
func balance(t testing.TB, backends string) *balancer {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "app") }))
	t.Cleanup(app.Close)
	dir := testservers.Dir(t) // Short: a socket's path may have 107 characters.
	socket := filepath.Join(dir, "s")
	file := filepath.Join(dir, "haproxy.cfg")
	write(t, file, fmt.Sprintf(`
global
    stats socket %s mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout check 5s
%s`, socket, strings.ReplaceAll(backends, "APP", app.Listener.Addr().String())))
	b := &balancer{socket: socket}
	b.Server = testservers.Launch(t, testservers.Program{
		Path: testservers.Need(t, "haproxy"),
		Args: []string{"-db", "-f", file},
		Ready: func(ctx context.Context) error {
			_, err := b.ask(ctx, "show info")
			return err
		},
	})
	return b
}

// ask sends one command to the stats socket.
func (b *balancer) ask(ctx context.Context, command string) (string, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", b.socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

func (b *balancer) tell(t testing.TB, command string) {
	t.Helper()
	answer, err := b.ask(t.Context(), command)
	if err != nil || strings.TrimSpace(answer) != "" {
		t.Fatalf("haproxy: %s: %q, %v", command, answer, err)
	}
}

// A server is one line of haproxy's statistics.
type server struct {
	status, weight, why string
	downs               string // how often it has gone from UP to DOWN
}

// servers returns the state of each backend/server.
func (b *balancer) servers(t testing.TB) map[string]server {
	t.Helper()
	all := map[string]server{}
	for _, row := range b.rows(t) {
		all[row["pxname"]+"/"+row["svname"]] = server{row["status"], row["weight"], row["last_chk"] + " " + row["last_agt"], row["chkdown"]}
	}
	return all
}

// rows returns the statistics of the servers by the names of the columns.
func (b *balancer) rows(t testing.TB) []map[string]string {
	t.Helper()
	answer, err := b.ask(t.Context(), "show stat -1 4 -1")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer, "# "))).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatal(errors.Join(err, errors.New(answer)))
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// waitFor waits until every server has a status that begins with want.
func (b *balancer) waitFor(t testing.TB, want string) {
	t.Helper()
	eventually(t, func() string {
		var wrong []string
		for name, s := range b.servers(t) {
			if !strings.HasPrefix(s.status, want) {
				wrong = append(wrong, fmt.Sprintf("%s is %s (%s), want %s", name, s.status, s.why, want))
			}
		}
		return strings.Join(wrong, "; ")
	})
}

// redisChecks reacts within a second.
func redisChecks(addr string) string {
	return fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}
checks:
  - name: redis
    redis: {address: "%s"}
`, addr)
}

func TestHAProxyTakesTheServerOutAndBackWhenRedisStopsAndStarts(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	health, agent := testservers.FreeAddr(t), testservers.FreeAddr(t)
	e := start(t, redisChecks(redis.Addr), "--health.listen-address="+health, "--agent.listen-address="+agent)
	embedded := startEmbedded(t, redis.Addr)

	b := balance(t, strings.NewReplacer(
		"WEB", e.Port(), "HEALTH", portOf(health), "AGENT", portOf(agent), "EMBEDDED", embedded.Port(),
	).Replace(`
backend default_options
    option httpchk OPTIONS /healthcheck
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend default_form
    option httpchk /healthcheck
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend expect_status
    option httpchk
    http-check send meth OPTIONS uri /healthcheck
    http-check expect status 200
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend get
    option httpchk GET /healthcheck HTTP/1.1
    http-check send hdr Host localhost
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend head
    option httpchk HEAD /healthcheck
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend expect_string
    option httpchk GET /healthcheck
    http-check expect string '"status": "success"'
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend one_check
    option httpchk GET /healthcheck/redis
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
backend health_listener
    option httpchk /healthcheck
    http-check expect status 200
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port HEALTH
backend agent
    default-server inter 200ms fall 2 rise 1
    server s APP check agent-check agent-inter 200ms agent-addr 127.0.0.1 agent-port AGENT
backend embedded
    option httpchk /healthcheck
    http-check expect status 200
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port EMBEDDED
`))
	b.waitFor(t, "UP")
	for range 2 {
		redis.Stop()
		b.waitFor(t, "DOWN")
		eventually(t, func() string { // It shows nothing while it asks the agent again.
			if why := b.servers(t)["agent/s"].why; !strings.Contains(why, "connection refused") {
				return fmt.Sprintf("haproxy shows %q for the agent, want the reason", why)
			}
			return ""
		})
		redis.Start()
		b.waitFor(t, "UP")
	}
}

func TestHAProxyDrainsOn404(t *testing.T) {
	t.Parallel()
	e := start(t, "checks: []\nhealthcheck: {draining_status: 404}\n", "--web.enable-lifecycle")
	b := balance(t, strings.ReplaceAll(`
backend app
    option httpchk /healthcheck
    http-check disable-on-404
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
`, "WEB", e.Port()))
	b.waitFor(t, "UP")
	if status, body := post(t, e.url+"/-/drain?reason=deploy"); status != http.StatusOK {
		t.Fatalf("drain: status %d: %s", status, body)
	}
	b.waitFor(t, "NOLB")
	post(t, e.url+"/-/undrain")
	b.waitFor(t, "UP")
}

func TestHAProxyKeepsAnOperatorsMaintenance(t *testing.T) {
	t.Parallel()
	agent := testservers.FreeAddr(t)
	start(t, "checks: []\n", "--agent.listen-address="+agent)
	b := balance(t, strings.ReplaceAll(`
backend app
    server s APP check agent-check inter 200ms agent-inter 200ms agent-addr 127.0.0.1 agent-port AGENT
`, "AGENT", portOf(agent)))
	b.waitFor(t, "UP")
	b.tell(t, "set server app/s state maint")
	b.waitFor(t, "MAINT")
	for end := time.Now().Add(form(10*time.Second, time.Minute)); time.Now().Before(end); time.Sleep(time.Second) {
		if s := b.servers(t)["app/s"]; !strings.HasPrefix(s.status, "MAINT") {
			t.Fatalf("the agent's answers have ended the maintenance: %s", s.status)
		}
	}
	b.tell(t, "set server app/s state ready")
	b.waitFor(t, "UP")
}

func TestHAProxyWeighsADegradedServerAsToldAndADrainedOneAtZero(t *testing.T) {
	t.Parallel()
	agent := testservers.FreeAddr(t)
	e := start(t, `
checks:
  - name: nowhere
    tcp: {address: "127.0.0.1:1"}
    optional: true
`, "--agent.listen-address="+agent, "--agent.degraded-weight=40", "--web.enable-lifecycle")
	b := balance(t, strings.ReplaceAll(`
backend app
    server s APP check weight 100 agent-check inter 200ms agent-inter 200ms agent-addr 127.0.0.1 agent-port AGENT
`, "AGENT", portOf(agent)))
	wantWeight := func(want string) {
		t.Helper()
		eventually(t, func() string {
			if s := b.servers(t)["app/s"]; s.weight != want {
				return fmt.Sprintf("weight %s (%s), want %s", s.weight, s.why, want)
			}
			return ""
		})
	}
	wantWeight("40")
	post(t, e.url+"/-/drain")
	wantWeight("0")
	post(t, e.url+"/-/undrain")
	wantWeight("40")
}

// What deploy/haproxy/agent-check.cfg says of an agent that is gone.
func TestHAProxyKeepsTheStateThatADeadAgentLeaves(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ state, checks string }{
		{"UP", "checks: []\n"},
		{"DOWN", "checks:\n  - name: dead\n    tcp: {address: \"127.0.0.1:1\"}\n"},
	} {
		t.Run(test.state, func(t *testing.T) {
			t.Parallel()
			agent := testservers.FreeAddr(t)
			e := start(t, test.checks, "--agent.listen-address="+agent)
			b := balance(t, strings.ReplaceAll(`
backend app
    server s APP check agent-check inter 100ms agent-inter 100ms agent-addr 127.0.0.1 agent-port AGENT
`, "AGENT", portOf(agent)))
			b.waitFor(t, test.state)
			e.Stop()
			for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				if s := b.servers(t)["app/s"]; !strings.HasPrefix(s.status, test.state) {
					t.Fatalf("without its agent the server is %s (%s), want %s as before", s.status, s.why, test.state)
				}
			}
		})
	}
}

func TestHAProxysWeightSetByHandIsOverwrittenByTheAgent(t *testing.T) {
	t.Parallel()
	agent := testservers.FreeAddr(t)
	start(t, "checks: []\n", "--agent.listen-address="+agent)
	b := balance(t, strings.ReplaceAll(`
backend app
    server s APP check weight 100 agent-check inter 200ms agent-inter 1s agent-addr 127.0.0.1 agent-port AGENT
`, "AGENT", portOf(agent)))
	weight := func(want string) {
		t.Helper()
		eventually(t, func() string {
			if s := b.servers(t)["app/s"]; s.weight != want {
				return fmt.Sprintf("weight %s, want %s", s.weight, want)
			}
			return ""
		})
	}
	weight("100")
	b.tell(t, "set server app/s weight 50%")
	weight("50")
	weight("100")
}

// A check that does not exist must not look like a drained server.
func TestHAProxyTakesAMisspeltCheckForAFailure(t *testing.T) {
	t.Parallel()
	e := start(t, "checks: []\nhealthcheck: {draining_status: 404, unknown_status: 500}\n")
	b := balance(t, strings.ReplaceAll(`
backend app
    option httpchk GET /healthcheck/misspelt
    http-check expect status 200
    http-check disable-on-404
    default-server inter 200ms fall 2 rise 1
    server s APP check addr 127.0.0.1 port WEB
`, "WEB", e.Port()))
	b.waitFor(t, "DOWN")
}

// timeout check stands above startup_wait, whose default is at most 5s.
func TestHAProxyWaitsLongerThanTheExporter(t *testing.T) {
	for _, path := range []string{"deploy/haproxy/httpchk.cfg", "deploy/haproxy/disable-on-404.cfg"} {
		if !strings.Contains(read(t, path), "\n    timeout check 6s\n") {
			t.Errorf("%s has no timeout check of 6s", path)
		}
	}
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
