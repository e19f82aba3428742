//go:build linux

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// faultyTargets starts the fault servers.
func faultyTargets(t testing.TB) map[string]string {
	t.Helper()
	const ok = "HTTP/1.1 200 OK\r\n\r\n"
	certificates := faulttest.Certificates(t)
	return map[string]string{
		"refused": "127.0.0.1:1", "silent": faulttest.Silent(t), "closed": faulttest.Closed(t), "reset": faulttest.Reset(t),
		"broken-off": faulttest.ResetInTheMiddle(t, ok), "dripping": faulttest.Drip(t, ok), "endless": faulttest.Endless(t, ok),
		"long-line": faulttest.LongLine(t), "headers": faulttest.Headers(t), "garbage": faulttest.Garbage(t), "echo": faulttest.Echo(t),
		"redirects": faulttest.RedirectLoop(t), "expired": faulttest.TLS(t, certificates.Expired, nil),
		"other-host": faulttest.TLS(t, certificates.OfOtherHost, nil), "unknown-ca": faulttest.TLS(t, certificates.OfUnknownCA, nil),
		"nowhere": "no.such.host.invalid:80",
	}
}

// faultyChecks has checks of all types against each target, and programs that
// fail in their ways. The last ones come and go with reloads.
func faultyChecks(targets map[string]string, mark string, reloads int) string {
	var b strings.Builder
	b.WriteString("global: {timeout: 200ms, failed_ttl: 100ms, success_ttl: 100ms, concurrency: 64}\nchecks:\n")
	add := func(name, check string) { fmt.Fprintf(&b, "  - {name: %s, %s}\n", name, check) }
	for target, address := range targets {
		add("http-"+target, fmt.Sprintf(`http: {url: "http://%s/", follow_redirects: true}`, address))
		add("https-"+target, fmt.Sprintf(`http: {url: "https://%s/"}`, address))
		add("tcp-"+target, fmt.Sprintf(`tcp: {address: "%s", expect: "never said"}`, address))
		add("dns-"+target, fmt.Sprintf(`dns: {name: example.org, server: "%s", transport: tcp}`, address))
		add("redis-"+target, fmt.Sprintf(`redis: {address: "%s", password: sesame-open}`, address))
		add("postgres-"+target, fmt.Sprintf(`postgres: {address: "%s", user: app, password: sesame-open}`, address))
		add("mysql-"+target, fmt.Sprintf(`mysql: {address: "%s", user: app, password: sesame-open}`, address))
	}
	add("udp", `dns: {name: example.org, server: "127.0.0.1:1"}`)
	add("no-such-disk", `disk: {path: /nonexistent}`)
	add("no-such-program", `exec: {command: [/nonexistent]}`)
	add("exits", `exec: {command: [/bin/sh, -c, "exit 3"]}`)
	add("kills-itself", `exec: {command: [/bin/sh, -c, "kill -SEGV $$$$"]}`)
	add("hangs", fmt.Sprintf(`exec: {command: [/bin/sh, -c, "(sleep %[1]s &); setsid sleep %[1]s & sleep %[1]s"]}`, mark))
	add("leaves-a-job", fmt.Sprintf(`exec: {command: [/bin/sh, -c, "setsid sleep %s & exit 1"]}`, mark))
	for i := range reloads % 3 {
		add(fmt.Sprintf("passing-by-%d", i), `tcp: {address: "127.0.0.1:1"}`)
	}
	return b.String()
}

// Thousands of failed runs of all kinds, clients that hang up, and reloads: in
// the end there are as many goroutines, descriptors and processes as at first.
func TestThousandsOfFaultsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	targets := faultyTargets(t)
	for name, wrapper := range map[string][]string{
		"an ordinary process": nil,
		"process 1":           {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"},
	} {
		t.Run(name, func(t *testing.T) {
			if wrapper != nil && os.Geteuid() != 0 {
				t.Skip("a namespace of processes needs root")
			}
			faults(t, name, targets, wrapper)
		})
	}
}

func TestProcess1WarnsOfExecChecks(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("a namespace of processes needs root")
	}
	file := filepath.Join(t.TempDir(), "checks.yml")
	write(t, file, "checks: [{name: shell, exec: {command: [/bin/true]}}]\n")
	const warning = "exec checks of process 1"
	first, _ := startWrapped(t, []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"}, "--config.file="+file)
	eventually(t, func() string {
		if !strings.Contains(first.Output(), warning) {
			return "the log has no warning: " + first.Output()
		}
		return ""
	})
	ordinary := startWith(t, "--config.file="+file)
	eventually(t, func() string {
		if !strings.Contains(ordinary.Output(), "configuration loaded") {
			return "the log does not say that the configuration is loaded"
		}
		return ""
	})
	if strings.Contains(ordinary.Output(), warning) {
		t.Errorf("the log warns without a reason: %s", ordinary.Output())
	}
}

// missingReason returns a reason with which no run has failed; empty: there is
// none. Without a network the resolver may be silent, so dns is not asked for.
func missingReason(g gauges) string {
	for _, reason := range []string{"timeout", "refused", "tls", "protocol", "exit_code", "internal"} {
		if g.sum("healthcheck_failures_total", "reason", reason) == 0 {
			return reason
		}
	}
	return ""
}

func faults(t *testing.T, name string, targets map[string]string, wrapper []string) {
	mark := fmt.Sprintf("1%09d.5", rand.IntN(1e9))
	file := filepath.Join(t.TempDir(), "checks.yml")
	write(t, file, "checks: []\n")
	e, pid := startWrapped(t, wrapper, "--config.file="+file, "--web.enable-lifecycle", "--web.max-connections=200")
	fetch(t, 200, e.url+"/healthcheck")
	start := metricsOf(t, e)
	want := float64(form(500, 10_000))

	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() { hangUp(ctx, e.Addr) })
	}
	reloads := 0
	var failed float64
	missing := "all"
	for deadline := time.Now().Add(form(patience, 20*time.Minute)); (failed < want || missing != "") && !t.Failed(); reloads++ {
		write(t, file, faultyChecks(targets, mark, reloads))
		if status, body := post(t, e.url+"/-/reload"); status != http.StatusOK {
			t.Errorf("reload: %d %s", status, body)
		}
		time.Sleep(200 * time.Millisecond)
		g := metricsOf(t, e)
		failed, missing = g.sum("healthcheck_runs_total", "result", "failed"), missingReason(g)
		if time.Now().After(deadline) {
			t.Fatalf("%v failed runs, want %v; no run with the reason %q", failed, want, missing)
		}
	}
	stop()
	load.Wait()
	write(t, file, "checks: []\n")
	if status, body := post(t, e.url+"/-/reload"); status != http.StatusOK {
		t.Fatalf("reload: %d %s", status, body)
	}
	var end gauges
	eventually(t, func() string {
		end = metricsOf(t, e)
		before, after := start.sum("go_goroutines"), end.sum("go_goroutines")
		if after > before {
			return fmt.Sprintf("%v goroutines at first and %v in the end", before, after)
		}
		if before, after := start.sum("process_open_fds"), end.sum("process_open_fds"); after > before+5 {
			return fmt.Sprintf("%v descriptors at first and %v in the end", before, after)
		}
		if left := append(children(t, pid), markedProcesses(t, mark)...); len(left) > 0 {
			return fmt.Sprintf("processes left: %q", left)
		}
		return ""
	})
	record(t, "faults as "+name,
		fmt.Sprintf("- as %s: %v failed runs of %d checks, %d reloads: goroutines %v → %v, descriptors %v → %v, no process left",
			name, failed, 7*len(targets)+7, reloads, start.sum("go_goroutines"), end.sum("go_goroutines"),
			start.sum("process_open_fds"), end.sum("process_open_fds")))
}

// startWrapped starts the program by way of another one, and returns its own
// process.
func startWrapped(t testing.TB, wrapper []string, args ...string) (e *exporter, pid int) {
	t.Helper()
	if wrapper == nil {
		e = startWith(t, args...)
		return e, e.PID()
	}
	path, wrap := binary(t), testservers.Need(t, wrapper[0])
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  wrap,
			Args:  append(append(wrapper[1:len(wrapper):len(wrapper)], path, "--web.listen-address="+addr), args...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	child := children(t, server.PID())
	if len(child) != 1 {
		t.Fatalf("children of %s: %q, want one", wrapper[0], child)
	}
	number, _, _ := strings.Cut(child[0], " ")
	pid, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // The wrapper passes no signal on.
		_ = syscall.Kill(pid, syscall.SIGTERM)
		select {
		case <-server.Exited():
		case <-time.After(patience):
		}
	})
	return &exporter{Server: server, url: "http://" + server.Addr}, pid
}

// hangUp is a client that ends its connections before, in and after requests.
func hangUp(ctx context.Context, addr string) {
	requests := []string{"", "GET /heal", "GET /healthcheck HTTP/1.1\r\nHost: l\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: l\r\n\r\n", "POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 9\r\n\r\nx"}
	for pause(ctx, 10*time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			continue
		}
		_, _ = io.WriteString(conn, requests[rand.IntN(len(requests))])
		if rand.IntN(2) == 0 {
			conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
	}
}

// Functions of an embedding service that panic, or never return, between
// clients that hang up: each deaf one costs its goroutine and nobody else's.
func TestPanicsAndDeafFunctionsCostOneGoroutineEach(t *testing.T) {
	const deaf = 3
	release := make(chan struct{})
	defer close(release)
	var nothing map[string]int
	all := []checks.Check{
		{Name: "panics", Func: func(context.Context) (string, error) { panic("broken") }},
		{Name: "nil-map", Func: func(context.Context) (string, error) { nothing["x"] = 1; return "", nil }},
		{Name: "goexit", Func: func(context.Context) (string, error) { runtime.Goexit(); return "", nil }},
		{Name: "fails", Func: func(context.Context) (string, error) { return "", errors.New("broken") }},
		{Name: "hangs", Func: func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }, Timeout: 10 * time.Millisecond},
	}
	for i := range deaf {
		all = append(all, checks.Check{Name: fmt.Sprint("deaf-", i), Func: func(context.Context) (string, error) { <-release; return "", nil }, Timeout: 10 * time.Millisecond})
	}
	for i := range all {
		all[i].FailedTTL = time.Millisecond
	}
	c, err := collector.New(collector.Options{}, all...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(httpapi.Healthcheck(c, httpapi.Options{}))
	defer server.Close()
	impatient := &http.Client{Timeout: 20 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	before := runtime.NumGoroutine()
	runs := func() (n int) {
		report, err := c.Report(t.Context(), collector.Filter{Names: []string{"panics", "nil-map", "goexit", "fails", "hangs"}})
		if err != nil {
			t.Fatal(err)
		}
		return len(report.Results)
	}
	n := 0
	for n < form(1000, 10_000) {
		if response, err := impatient.Get(server.URL); err == nil {
			response.Body.Close()
		}
		n += runs()
		time.Sleep(2 * time.Millisecond)
	}
	eventually(t, func() string {
		if after := runtime.NumGoroutine(); after > before+deaf {
			return fmt.Sprintf("%d goroutines before and %d after, want at most one for each of %d deaf functions", before, after, deaf)
		}
		return ""
	})
	record(t, "panics", fmt.Sprintf("- %d results of functions that panic, exit, hang or fail, beside %d that never return: one goroutine for each of these", n, deaf))
}
