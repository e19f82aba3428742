//go:build linux

package e2e_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// markedProcesses returns the command lines of the processes that have a word
// with the mark.
func markedProcesses(t testing.TB, mark string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		line, _ := os.ReadFile(file) // It may have ended.
		if bytes.Contains(line, []byte(mark)) {
			found = append(found, filepath.Base(filepath.Dir(file))+": "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// Programs that don't end, with three grandchildren each: one that the shell has
// forgotten, one in a session of its own, and one that hears no signal but
// SIGKILL.
func TestProgramsThatTimeOutLeaveNothingRunning(t *testing.T) {
	t.Parallel()
	mark := fmt.Sprintf("1%09d.25", rand.IntN(1e9)) // An endless time for sleep, and no other's.
	script := fmt.Sprintf("(sleep %[1]s &); setsid sleep %[1]s & (trap '' TERM HUP INT; sleep %[1]s) & wait; sleep %[1]s", mark)
	const timeout = 300 * time.Millisecond
	var yaml strings.Builder
	fmt.Fprintf(&yaml, "global: {timeout: %v, failed_ttl: 100ms}\nchecks:\n", timeout)
	for i := range 4 {
		fmt.Fprintf(&yaml, "  - {name: hangs-%d, exec: {command: [/bin/sh, -c, %q]}}\n", i, script)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "checks.yml")
	write(t, file, yaml.String())
	e := startWith(t, "--config.file="+file, "--metrics.run-duration-histogram=classic")
	want := form(100, 1000)
	var slowest float64
	for deadline := time.Now().Add(form(patience, 20*time.Minute)); ; time.Sleep(50 * time.Millisecond) {
		g := metricsOf(t, e)
		for _, m := range g["healthcheck_duration_seconds"].GetMetric() {
			slowest = max(slowest, m.GetGauge().GetValue())
		}
		if ran := g.sum("healthcheck_failures_total", "reason", "timeout"); ran >= float64(want) {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("%v timeouts, want %d", ran, want)
		}
	}
	if most := (timeout + time.Second).Seconds(); slowest > most {
		t.Errorf("a run took %.2fs, want at most %.2fs", slowest, most)
	}
	g := metricsOf(t, e)
	if failures, timeouts := g.sum("healthcheck_runs_total", "result", "failed"), g.sum("healthcheck_failures_total", "reason", "timeout"); failures != timeouts {
		t.Errorf("%v failures and %v timeouts, want the same", failures, timeouts)
	}
	write(t, file, "checks: []\n")
	e.Signal(syscall.SIGHUP)
	eventually(t, func() string {
		if left := markedProcesses(t, mark); len(left) > 0 {
			return "still running: " + strings.Join(left, "; ")
		}
		return ""
	})
	eventually(t, func() string { // The last ones have just been killed, and are reaped in a moment.
		if left := children(t, e.PID()); len(left) > 0 {
			return fmt.Sprintf("children left: %q", left)
		}
		return ""
	})
	record(t, "programs", fmt.Sprintf("- %d timeouts of %v, four processes each: the slowest returned after %.3f s, nothing left running",
		want, timeout, slowest))
}

// children returns the children of a process. A state of Z is a zombie.
func children(t testing.TB, pid int) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		data, _ := os.ReadFile(file)
		_, rest, _ := strings.Cut(string(data), ") ")
		if fields := strings.Fields(rest); len(fields) > 3 && fields[1] == strconv.Itoa(pid) {
			name, _, _ := strings.Cut(string(data), ")")
			found = append(found, name+") "+strings.Join(fields[:4], " ")) // state, parent, group, session
		}
	}
	return found
}

// A program that says more than anybody can read costs no memory.
func TestASecondOfYesCostsNoMemory(t *testing.T) {
	t.Parallel()
	flag := filepath.Join(t.TempDir(), "flag")
	e := start(t, fmt.Sprintf(`
global: {success_ttl: 200ms, failed_ttl: 1m}
checks:
  - {name: talks, timeout: 1s, exec: {command: [/bin/sh, -c, "test -e %s && exec yes; echo nothing"]}}
`, flag))
	for range form(300, 1000) { // Until the collector of garbage has found its pace.
		fetch(t, 200, e.url+"/metrics")
	}
	before := status(t, e.PID(), "VmRSS")
	// Forget the peak that was reached before.
	write(t, fmt.Sprintf("/proc/%d/clear_refs", e.PID()), "5")
	write(t, flag, "")
	time.Sleep(2500 * time.Millisecond)
	peak := status(t, e.PID(), "VmHWM")
	if body := fetch(t, 500, e.url+"/healthcheck?verbose"); !strings.Contains(body, `"reason": "timeout"`) {
		t.Fatalf("yes has not run for a second: %s", body)
	}
	if added := peak - before; added > 2<<20 {
		t.Errorf("a second of yes added %s of resident memory, want at most 2 MiB", mib(added))
	}
	record(t, "yes", fmt.Sprintf("- resident memory before: %s; at most, while a program said `yes` for a second: %s", mib(before), mib(peak)))
}

// status reads a size in bytes from the process's status.
func status(t testing.TB, pid int, name string) float64 {
	t.Helper()
	for line := range strings.Lines(readFile(t, fmt.Sprintf("/proc/%d/status", pid))) {
		if rest, found := strings.CutPrefix(line, name+":"); found {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib * 1024
		}
	}
	t.Fatalf("no %s in the status of process %d", name, pid)
	return 0
}
