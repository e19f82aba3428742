package httpapi_test

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// jobs is a collector with a heartbeat that has a token, one that has none, and
// a check of another type.
func jobs(t *testing.T) *collector.Collector {
	t.Helper()
	open, err := checks.New("report", heartbeat.Check{MaxAge: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	guarded, err := checks.New("backup", heartbeat.Check{MaxAge: time.Hour, Token: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	asks := checks.Check{Name: "asks", Func: func(context.Context) (string, error) { return "ok", nil }}
	c, err := collector.New(collector.Options{}, open, guarded, asks)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func output(t *testing.T, c *collector.Collector, name string) (state collector.State, output string) {
	t.Helper()
	r, err := c.Report(t.Context(), collector.Filter{Names: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Results[0].State, r.Results[0].Output
}

func TestHeartbeatOverTheNetworkNeedsTheToken(t *testing.T) {
	h := httpapi.Heartbeat(jobs(t), "/heartbeat")
	const bearer = "Bearer correct horse"
	for _, c := range []struct {
		method, target, authorization string
		status                        int
		body                          string
	}{
		{"POST", "/heartbeat/backup", bearer, 200, `{"status": "taken"}`},
		{"POST", "//heartbeat/./backup/start", bearer, 200, `{"status": "taken"}`},
		{"POST", "/heartbeat/backup?exit_code=1&duration=1.5", bearer, 200, `{"status": "taken"}`},
		{"POST", "/heartbeat/backup/fail?duration=2m", bearer, 200, `{"status": "taken"}`},
		{"POST", "/heartbeat/backup", "", 403, `{"error": "wrong or missing token"}`},
		{"POST", "/heartbeat/backup", "Bearer wrong", 403, `{"error": "wrong or missing token"}`},
		{"POST", "/heartbeat/backup", "Basic correct horse", 403, `{"error": "wrong or missing token"}`},
		{"POST", "/heartbeat/report", bearer, 403, `{"error": "this check has no token, so it takes heartbeats over a Unix socket only"}`},
		{"POST", "/heartbeat/gone", bearer, 404, `{"error": "unknown check \"gone\""}`},
		{"POST", "/heartbeat/asks", bearer, 404, `{"error": "check \"asks\": the check takes no heartbeats"}`},
		{"POST", "/heartbeat/backup/end", bearer, 404, `{"error": "not found"}`},
		{"POST", "/heartbeat", bearer, 404, `{"error": "not found"}`},
		{"POST", "/heartbeat/backup?exit_code=x", bearer, 400, `{"error": "exit_code \"x\", want a number"}`},
		{"POST", "/heartbeat/backup?duration=-1s", bearer, 400, `{"error": "duration \"-1s\", want 90s or a number of seconds"}`},
		{"POST", "/heartbeat/backup?duration=NaN", bearer, 400, `{"error": "duration \"NaN\", want 90s or a number of seconds"}`},
		{"POST", "/heartbeat/backup?duration=Inf", bearer, 400, `{"error": "duration \"Inf\", want 90s or a number of seconds"}`},
		{"POST", "/heartbeat/backup?duration=1e300", bearer, 400, `{"error": "duration \"1e300\", want 90s or a number of seconds"}`},
		{"POST", "/heartbeat/backup?duration=-0.5", bearer, 400, `{"error": "duration \"-0.5\", want 90s or a number of seconds"}`},
		{"GET", "/heartbeat/backup", bearer, 405, `{"error": "method GET, want POST"}`},
	} {
		a := do(t, h, c.method, c.target, "Authorization", c.authorization)
		if a.Code != c.status || a.body != c.body {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.target, a.Code, a.body, c.status, c.body)
		}
	}
}

func TestHeartbeatsReachTheCheck(t *testing.T) {
	c := jobs(t)
	h := httpapi.Heartbeat(c, "/heartbeat")
	for target, want := range map[string]collector.State{
		"/heartbeat/backup":             collector.StatePassed,
		"/heartbeat/backup?exit_code=2": collector.StateFailed,
		"/heartbeat/backup/fail":        collector.StateFailed,
	} {
		do(t, h, http.MethodPost, target, "X-Heartbeat-Token", "correct horse")
		if state, text := output(t, c, "backup"); state != want {
			t.Errorf("after POST %s: %s %q, want %s", target, state, text, want)
		}
	}
}

func TestHeartbeatOverAUnixSocketNeedsNoToken(t *testing.T) {
	c := jobs(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: httpapi.Heartbeat(c, "/heartbeat"), ReadHeaderTimeout: time.Second}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", l.Addr().String())
	}}
	t.Cleanup(transport.CloseIdleConnections)
	for forwarded, want := range map[string]int{"": 200, "192.0.2.1": 403} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://exporter/heartbeat/report", nil)
		if err != nil {
			t.Fatal(err)
		}
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("forwarded for %q: status %d, want %d", forwarded, response.StatusCode, want)
		}
	}
}

func TestAHandlerWithoutABeaterRefuses(t *testing.T) {
	if res := do(t, httpapi.Heartbeat(nil, "/heartbeat"), http.MethodPost, "/heartbeat/backup"); res.Code != 500 || res.body != `{"error": "the handler has no Beater"}` {
		t.Errorf("%d %s", res.Code, res.body)
	}
}
