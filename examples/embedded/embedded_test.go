package main

import (
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/modules.golden anew")

// TestWhatAnEmbedderInherits makes growth seen: every module here takes part in
// the version selection of a service that embeds the packages.
func TestWhatAnEmbedderInherits(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/modules.golden"
	if *update {
		if err := os.WriteFile(golden, out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != string(want) {
		t.Errorf("go list -m all:\n%s\n%s has:\n%s", out, golden, want)
	}
}

func TestTheServiceTellsWhenItsRedisIsGone(t *testing.T) {
	redis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := redis.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("+PONG\r\n"))
			conn.Close()
		}
	}()
	own, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := own.Addr().String()
	own.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, address, redis.Addr().String()) }()

	want := func(status int, metric string) {
		t.Helper()
		got, page := 0, ""
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			got, _ = fetch(t, "http://"+address+"/healthcheck")
			_, page = fetch(t, "http://"+address+"/metrics")
			if got == status && strings.Contains(page, metric) {
				return
			}
		}
		t.Fatalf("status %d, want %d; metrics, want %s:\n%s", got, status, metric, page)
	}
	want(http.StatusOK, `healthcheck_passed{check="redis"} 1`)
	redis.Close()
	want(http.StatusInternalServerError, `healthcheck_failure_info{check="redis",reason="refused"} 1`)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	var b strings.Builder
	_, _ = io.Copy(&b, response.Body)
	return response.StatusCode, b.String()
}
