package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// slowCheck begins, says so in a file, and would take a minute.
const slowCheck = `
global: {max_wait: 30s}
checks: [{name: slow, timeout: 1m, exec: {command: [sh, -c, "echo x > begun; exec sleep 60"], dir: DIR}}]
`

func startSlow(t *testing.T) *exporter {
	t.Helper()
	dir := t.TempDir()
	e := start(t, strings.ReplaceAll(slowCheck, "DIR", dir), nil)
	for range 1000 {
		if _, err := os.Stat(dir + "/begun"); err == nil {
			return e
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the check has not begun")
	return nil
}

func TestNoClientSeesTheChecksThatTheEndHasKilled(t *testing.T) {
	e := startSlow(t)
	agent, err := net.Dial("unix", e.path("agent"))
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	answered := make(chan string, 1)
	go func() {
		request, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://localhost/healthcheck", nil)
		response, err := e.client("health").Do(request)
		if err != nil {
			answered <- ""
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	time.Sleep(200 * time.Millisecond) // Both wait for the check.
	e.wantStop(nil)
	line, _ := io.ReadAll(agent)
	if strings.Contains(string(line), "down") {
		t.Errorf("haproxy was told %q", line)
	}
	if body := <-answered; strings.Contains(body, "killed") {
		t.Errorf("a poller was told %q", body)
	}
	if log := e.log.String(); strings.Contains(log, "check failed") {
		t.Errorf("logged as a failure:\n%s", log)
	}
}

func TestRunWaitsForTheAgentsAnswersUnderWay(t *testing.T) {
	e := start(t, "checks: []", nil)
	agent, err := net.Dial("unix", e.path("agent"))
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	line := make([]byte, 8)
	if _, err := io.ReadFull(agent, line); err != nil || string(line) != "up 100%\n" {
		t.Fatalf("%q, %v", line, err)
	}
	e.wantStop(nil) // The connection still lingers: Run closes it rather than leave it to the end of the process.
	if err := agent.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Read(line); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the agent's connection is still open after Run: %v", err)
	}
}

func TestAFaultAtTheStartIsTheErrorOfRun(t *testing.T) {
	for want, test := range map[string]struct{ config, address string }{
		`unknown key "nothing"`:  {"checks: [{name: a, nothing: {}}]", "127.0.0.1:0"},
		"--web.listen-address: ": {"checks: []", "127.0.0.1:http:1"},
	} {
		e := newExporter(t, test.config)
		o := e.options()
		o.Listen.Web = []string{test.address}
		if err := server.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run returned %v, want %s", err, want)
		}
	}
}

func TestTheProbesAreAboutTheExporter(t *testing.T) {
	e := startSlow(t)
	for _, socket := range []string{"web", "health"} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			if status, body := e.askOn(socket, method, "/-/healthy"); status != http.StatusOK || body != "healthy\n" {
				t.Errorf("%s: %s /-/healthy: %d %q", socket, method, status, body)
			}
		}
		if status, body := e.askOn(socket, http.MethodGet, "/-/ready"); status != http.StatusServiceUnavailable || body != "not every check has a result yet\n" {
			t.Errorf("%s: /-/ready before the first result: %d %q", socket, status, body)
		}
		if status, _ := e.askOn(socket, http.MethodPost, "/-/healthy"); status != http.StatusMethodNotAllowed {
			t.Errorf("%s: POST /-/healthy: %d, want %d", socket, status, http.StatusMethodNotAllowed)
		}
		if status, _ := e.askOn(socket, http.MethodGet, "/metrics"); (status == http.StatusOK) != (socket == "web") {
			t.Errorf("%s: /metrics: %d", socket, status)
		}
	}
}
