//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

const (
	smallMemory = 64 << 20
	smallCPU    = 5 // percent of one processor
	smallPeriod = 100 * time.Millisecond
)

// smallGroups makes control groups with 64 MB and 5 % of a processor, of
// either version, and returns the files that a process joins them by. There are
// none where that is not allowed.
func smallGroups(t testing.TB) (join []string) {
	t.Helper()
	name := fmt.Sprintf("hce-e2e-%08x", rand.Uint32())
	quota := (smallPeriod * smallCPU / 100).Microseconds()
	settings := map[string][][2]string{
		"/sys/fs/cgroup/cpu":    {{"cpu.cfs_period_us", fmt.Sprint(smallPeriod.Microseconds())}, {"cpu.cfs_quota_us", fmt.Sprint(quota)}},
		"/sys/fs/cgroup/memory": {{"memory.limit_in_bytes", fmt.Sprint(smallMemory)}},
	}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil { // Version 2.
		_ = os.WriteFile("/sys/fs/cgroup/cgroup.subtree_control", []byte("+cpu +memory"), 0)
		settings = map[string][][2]string{"/sys/fs/cgroup": {
			{"cpu.max", fmt.Sprintf("%d %d", quota, smallPeriod.Microseconds())}, {"memory.max", fmt.Sprint(smallMemory)},
		}}
	}
	for parent, files := range settings {
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Logf("no control group: %v", err)
			return nil
		}
		t.Cleanup(func() { _ = os.Remove(dir) }) // After the program's end.
		for _, file := range files {
			if err := os.WriteFile(filepath.Join(dir, file[0]), []byte(file[1]), 0); err != nil {
				t.Logf("no control group: %v", err)
				return nil
			}
		}
		join = append(join, filepath.Join(dir, "cgroup.procs"))
	}
	return join
}

// throttled returns how often the group of a process had used up its time.
func throttled(t testing.TB, join []string) string {
	t.Helper()
	for _, procs := range join {
		data, _ := os.ReadFile(filepath.Join(filepath.Dir(procs), "cpu.stat"))
		if m := regexp.MustCompile(`nr_throttled (\d+)`).FindSubmatch(data); m != nil {
			return string(m[1])
		}
	}
	return "all the"
}

// stutter lets a process run for 5 ms and stops it for 95, again and again.
func stutter(ctx context.Context, pid int) {
	run := smallPeriod * smallCPU / 100
	for pause(ctx, run) {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
		pause(ctx, smallPeriod-run)
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
}

// startSmall starts the program with little memory and little time.
func startSmall(t *testing.T, yaml string) (e *exporter, join []string) {
	t.Helper()
	join = smallGroups(t)
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, yaml)
	var script strings.Builder
	for _, procs := range join {
		fmt.Fprintf(&script, "echo $$ >%s && ", procs)
	}
	script.WriteString(`exec "$0" "$@"`)
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: "/bin/sh", Args: []string{"-c", script.String(), path, "--config.file=" + file, "--web.listen-address=" + addr},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	e = &exporter{Server: server, url: "http://" + server.Addr}
	if join != nil {
		return e, join
	}
	ctx, stop := context.WithCancel(context.Background())
	var stuttering sync.WaitGroup
	stuttering.Go(func() { stutter(ctx, e.PID()) })
	t.Cleanup(func() { stop(); stuttering.Wait() })
	return e, nil
}

// With 64 MB and a twentieth of a processor, answers keep coming, and no check
// with a timeout of 2 s fails for want of time.
func TestASmallBoxFailsNoCheckAndNoPoller(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	e, join := startSmall(t, fmt.Sprintf(`
global: {timeout: 2s, success_ttl: 1s, failed_ttl: 1s}
checks:
  - {name: redis, redis: {address: "%s"}}
  - {name: web, http: {url: "http://%s/"}}
  - {name: port, tcp: {address: "%s"}}
  - {name: program, exec: {command: [/bin/echo, fine]}}
  - {name: memory, memory: {}}
  - {name: load, load: {}}
`, redis.Addr, faulttest.Serve(t, faulttest.HTTP(http.StatusOK, "fine")), redis.Addr))
	ctx, stop := context.WithTimeout(t.Context(), form(20*time.Second, 5*time.Minute))
	defer stop()
	var took []time.Duration
	wrong := map[string]int{}
	for n := 0; pause(ctx, 500*time.Millisecond); n++ {
		begin := time.Now()
		status, body, err := get(t.Context(), e.url+"/healthcheck")
		took = append(took, time.Since(begin))
		if err != nil || status != http.StatusOK {
			wrong[fmt.Sprintf("%d %v %s", status, err, regexp.MustCompile(`"output": "[^"]*", "passed": false`).FindString(body))]++
		}
		if n%20 == 10 {
			fetch(t, http.StatusOK, e.url+"/metrics")
		}
	}
	for answer, n := range wrong {
		t.Errorf("%d times: %s", n, answer)
	}
	g := metricsOf(t, e)
	runs := g.sum("healthcheck_runs_total", "result", "passed")
	if failures := g.sum("healthcheck_runs_total", "result", "failed"); failures > 0 || runs < 6*10 {
		t.Errorf("%v runs failed and %v passed, want none and at least 60", failures, runs)
	}
	if slowest := slices.Max(took); slowest > 5*time.Second {
		t.Errorf("an answer took %v", slowest)
	}
	peak := status(t, e.PID(), "VmHWM")
	if peak > smallMemory {
		t.Errorf("it took %s of memory", mib(peak))
	}
	how := "control groups"
	if join == nil {
		how = "5 ms of running and 95 ms of SIGSTOP"
	}
	record(t, "small box", fmt.Sprintf("- by %s, held up %s times: %d answers, half within %v, the slowest %v; %v runs passed, none failed; %s of memory at most",
		how, throttled(t, join), len(took), quantile(took, 0.5).Round(time.Millisecond), quantile(took, 1).Round(time.Millisecond), runs, mib(peak)))
}
