//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A keeper is an exporter with a state directory and an admin socket. It can be
// stopped or killed, and started again.
type keeper struct {
	*exporter
	t             testing.TB
	dir, socket   string
	agent         string
	file, logFile string
}

// startKeeper starts one. Dir is the state directory; empty: a new one.
func startKeeper(t testing.TB, dir, yaml string, args ...string) *keeper {
	t.Helper()
	if dir == "" {
		dir = filepath.Join(t.TempDir(), "state")
	}
	k := &keeper{t: t, dir: dir, socket: filepath.Join(testservers.Dir(t), "s"), agent: testservers.FreeAddr(t)}
	k.file = filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, k.file, yaml)
	work := t.TempDir()
	k.logFile = filepath.Join(work, "output-healthcheck_exporter.log")
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path, Dir: work,
			Args: append([]string{
				"--config.file=" + k.file, "--web.listen-address=" + addr, "--agent.listen-address=" + k.agent,
				"--state.directory=" + dir, "--admin.socket=" + k.socket,
			}, args...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/healthy") },
		}
	})
	k.exporter = &exporter{Server: server, url: "http://" + server.Addr}
	return k
}

// do runs a command of the program at its admin socket.
func (k *keeper) do(status int, part string, args ...string) {
	k.t.Helper()
	out, errs, got := command(k.t, nil, append(args, "--admin.socket="+k.socket)...)
	if got != status || !strings.Contains(out+errs, part) {
		k.t.Errorf("%v: status %d, %q %q; want %d and %q", args, got, out, errs, status, part)
	}
}

// restarts are the ways in which an exporter is restarted.
func (k *keeper) restarts() map[string]func() {
	return map[string]func(){
		"SIGTERM": func() { k.Stop(); k.Start() },
		"kill -9": func() { k.Kill(); k.Start() },
	}
}

func (k *keeper) log() string { return readFile(k.t, k.logFile) }

func TestAnOperatorsDrainSurvivesEveryRestart(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", "checks: []\n", "--web.enable-lifecycle")
	k.do(0, "drained for 1h\n", "drain", "--reason=moving house", "--for=1h")
	drained := func() {
		t.Helper()
		for path, want := range map[string]string{
			"/healthcheck": `"draining": "moving house"`, "/?": "moving house",
			"/metrics": "\nhealthcheck_draining 1\n",
		} {
			status := http.StatusOK
			if path == "/healthcheck" {
				status = http.StatusServiceUnavailable
			}
			if body := fetch(t, status, k.url+path); !strings.Contains(body, want) {
				t.Errorf("%s has no %q", path, want)
			}
		}
		end := metricsOf(t, k.exporter).sum("healthcheck_drain_end_timestamp_seconds")
		if left := time.Until(time.UnixMilli(int64(end * 1000))); left > time.Hour || left < 50*time.Minute {
			t.Errorf("%v are left of the drain, want nearly 1h", left)
		}
		if line := lineOf(t, k.agent); line != "up 0% #d_raining: moving house\n" && line != "up 0% #draining: moving house\n" {
			t.Errorf("the agent says %q", line)
		}
	}
	drained()
	for name, restart := range k.restarts() {
		restart()
		drained()
		if log := k.log(); !strings.Contains(log, `msg="still drained" reason="moving house" by=`) {
			t.Errorf("after %s the log does not say that it is still drained:\n%s", name, log)
		}
	}
	k.do(0, "undrained\n", "undrain")
	for name, restart := range k.restarts() {
		restart()
		if status, _, _ := get(t.Context(), k.url+"/healthcheck"); status != http.StatusOK {
			t.Errorf("after undrain and %s: status %d", name, status)
		}
	}
	if status, body := post(t, k.url+"/-/drain?reason=by+POST"); status != http.StatusOK || body != "drained\n" {
		t.Errorf("POST: %d %q", status, body)
	}
	k.Kill()
	k.Start()
	if body := fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck"); !strings.Contains(body, `"draining": "by POST"`) {
		t.Errorf("a drain by POST is lost: %s", body)
	}
	if page := fetch(t, http.StatusOK, k.url+"/metrics"); strings.Contains(page, "healthcheck_drain_end_timestamp_seconds ") {
		t.Error("a drain without an end has a metric for its end")
	}
}

func TestTheDrainOfSIGTERMIsNotKeptAndReplacesNoOther(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", "checks: []\n", "--shutdown.delay=1h")
	stopSlowly := func(want string) {
		t.Helper()
		k.Signal(syscall.SIGTERM)
		eventually(t, func() string {
			if _, body, err := get(t.Context(), k.url+"/-/ready"); body != "shutting down\n" {
				return fmt.Sprint(body, err)
			}
			return ""
		})
		if body := fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck"); !strings.Contains(body, want) {
			t.Errorf("while it stops: %s, want %s", body, want)
		}
		k.Stop() // A second SIGTERM.
		k.Start()
	}
	stopSlowly(`"draining": "shutting down"`)
	fetch(t, http.StatusOK, k.url+"/healthcheck")
	k.do(0, "drained\n", "drain", "--reason=deploy")
	stopSlowly(`"draining": "deploy"`)
	if body := fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck"); !strings.Contains(body, `"draining": "deploy"`) {
		t.Errorf("the operator's drain is lost: %s", body)
	}
	k.Kill() // Stopping it takes an hour.
}

func TestALimitedDrainEndsByItselfOverARestart(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", "checks: []\n")
	begin := time.Now()
	k.do(0, "drained for 4s\n", "drain", "--reason=deploy", "--for=4s")
	k.Kill()
	k.Start()
	if time.Since(begin) < 3*time.Second {
		fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck")
	}
	eventually(t, func() string {
		if status, body, _ := get(t.Context(), k.url+"/healthcheck"); status != http.StatusOK {
			return body
		}
		return ""
	})
	if took := time.Since(begin); took < 3900*time.Millisecond { // The clock since boot counts hundredths.
		t.Errorf("the drain has ended after %v, want 4s", took)
	}
	eventually(t, func() string {
		if log := k.log(); !strings.Contains(log, `msg="drain ended" reason=deploy by=`) {
			return log
		}
		return ""
	})
	k.do(0, "drained for 1s\n", "drain", "--reason=short", "--for=1s")
	k.Kill()
	time.Sleep(1100 * time.Millisecond)
	k.Start()
	fetch(t, http.StatusOK, k.url+"/healthcheck")
	if log := k.log(); !strings.Contains(log, `msg="drain ended before the start" reason=short by=`) {
		t.Errorf("not logged:\n%s", log)
	}
}

func TestAMuteSurvivesEveryRestart(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", "checks: [{name: a, exec: {command: [\"false\"]}}, {name: b, exec: {command: [\"false\"]}, depends_on: [a]}]\n")
	k.do(0, "muted a for 1h\n", "mute", "a", "--reason=being moved", "--for=1h", "--dependents")
	for _, restart := range k.restarts() {
		restart()
		body := fetch(t, http.StatusOK, k.url+"/healthcheck")
		if strings.Count(body, `"muted": {"reason": "being moved", "until": `) != 2 {
			t.Errorf("the mute is lost: %s", body)
		}
		wantMetric(t, k.exporter, `healthcheck_muted{check="a"} 1`)
	}
	k.do(0, "unmuted a\n", "unmute", "a")
	k.Kill()
	k.Start()
	fetch(t, http.StatusInternalServerError, k.url+"/healthcheck")
	k.do(0, "muted a for 1s\n", "mute", "a", "--reason=short", "--for=1s")
	k.Kill()
	time.Sleep(1100 * time.Millisecond)
	k.Start()
	fetch(t, http.StatusInternalServerError, k.url+"/healthcheck")
	if log := k.log(); !strings.Contains(log, `msg="mute ended before the start" check=a reason=short by=`) {
		t.Errorf("not logged:\n%s", log)
	}
}

// slowly is a check that takes as long as that, and passes.
func slowly(seconds string) string {
	return fmt.Sprintf("checks: [{name: slow, exec: {command: [/bin/sh, -c, \"sleep %s; echo fine\"]}}]\n", seconds)
}

func TestTheAnswerIsThereWhileTheFirstRunIsUnderWay(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", slowly("4"))
	before := timestampOf(fetch(t, http.StatusOK, k.url+"/healthcheck"))
	time.Sleep(1100 * time.Millisecond) // It is saved within a second.
	for name, restart := range k.restarts() {
		restart()
		begin := time.Now()
		body := fetch(t, http.StatusOK, k.url+"/healthcheck")
		if timestampOf(body) != before || time.Since(begin) > 3*time.Second {
			t.Errorf("after %s the answer took %v: %s", name, time.Since(begin), body)
		}
		if line := lineOf(t, k.agent); line != "up 100%\n" {
			t.Errorf("after %s the agent says %q", name, line)
		}
		fetch(t, http.StatusOK, k.url+"/-/ready")
	}
	eventually(t, func() string { // The first run takes its place.
		if body := fetch(t, http.StatusOK, k.url+"/healthcheck"); timestampOf(body) == before {
			return body
		}
		return ""
	})
}

// Whatever is wrong with the directory, the exporter serves, warns once, and says
// to an operator what a restart would do.
func TestAStateDirectoryThatCannotBeUsedCostsAWarning(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Fatal("this test mounts file systems: run it as root")
	}
	mount := func(dir string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), "mount", append(args, dir)...).CombinedOutput(); err != nil {
			t.Fatalf("mount %v: %v: %s", args, err, out)
		}
	}
	tmpfs := func(size string) (dir string) {
		t.Helper()
		dir = t.TempDir()
		mount(dir, "-t", "tmpfs", "-o", "mode=700,size="+size, "tmpfs")
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		return dir
	}
	full := tmpfs("64k")
	if err := os.WriteFile(filepath.Join(full, "filler"), make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("the file system is not full")
	}
	readOnly := tmpfs("1m")
	mount(readOnly, "-o", "remount,ro")
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for name, test := range map[string]struct{ dir, why string }{
		"full":      {full, "no space left on device"},
		"read-only": {readOnly, "read-only file system"},
		"a file":    {file, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := startKeeper(t, test.dir, "checks: [{name: a, exec: {command: [echo, fine]}}]\n")
			wantMetric(t, k.exporter, "healthcheck_state_directory_usable 0")
			fetch(t, http.StatusOK, k.url+"/healthcheck")
			k.do(0, "drained\nThis ends when the exporter restarts: state directory "+test.dir+": ", "drain", "--reason=deploy")
			fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck")
			k.do(0, "muted a for 1h\nThis ends when the exporter restarts: state directory ", "mute", "a", "--reason=x", "--for=1h")
			k.do(0, "undrained\nA restart of the exporter may bring it back: state directory ", "undrain")
			fetch(t, http.StatusOK, k.url+"/healthcheck")
			k.Stop()
			log := k.log()
			if n := strings.Count(log, "level=warn"); n != 1 || !strings.Contains(log, test.why) {
				t.Errorf("%d warnings, want one that says %q:\n%s", n, test.why, log)
			}
		})
	}
	t.Run("full, then not", func(t *testing.T) {
		dir := tmpfs("64k")
		filler := filepath.Join(dir, "filler")
		_ = os.WriteFile(filler, make([]byte, 1<<20), 0o600)
		k := startKeeper(t, dir, "checks: [{name: a, exec: {command: [echo, fine]}}]\n")
		wantMetric(t, k.exporter, "healthcheck_state_directory_usable 0")
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		wantMetric(t, k.exporter, "healthcheck_state_directory_usable 1")
		k.do(0, "drained\n", "drain", "--reason=deploy")
		k.Kill()
		k.Start()
		fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck")
	})
	t.Run("a drain from before it was read-only", func(t *testing.T) {
		dir := tmpfs("1m")
		k := startKeeper(t, dir, "checks: []\n")
		k.do(0, "drained\n", "drain", "--reason=deploy")
		k.Kill()
		mount(dir, "-o", "remount,ro")
		k.Start()
		if body := fetch(t, http.StatusServiceUnavailable, k.url+"/healthcheck"); !strings.Contains(body, `"draining": "deploy"`) {
			t.Errorf("the drain is lost: %s", body)
		}
		wantMetric(t, k.exporter, "healthcheck_state_directory_usable 0")
	})
}

func TestDamagedForeignAndNewerFilesCostAWarning(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, "", "checks: [{name: a, exec: {command: [echo, fine]}}]\n")
	fetch(t, http.StatusOK, k.url+"/healthcheck")
	for _, damage := range []func(content string) string{
		func(string) string { return "something else\n" },
		func(content string) string { return strings.Replace(content, " 1 ", " 9 ", 1) },
		func(content string) string { return content[:70] + "\xff" + content[71:] },
	} {
		for _, name := range []string{"decisions.json", "results.slots", "history.slots"} {
			k.do(0, "drained\n", "drain", "--reason=deploy")
			k.Stop()
			path := filepath.Join(k.dir, name)
			write(t, path, damage(readFile(t, path)))
			const warning = `msg="cannot keep all state over a restart"`
			before := strings.Count(k.log(), warning)
			k.Start()
			want := http.StatusServiceUnavailable
			if name == "decisions.json" {
				want = http.StatusOK
			}
			fetch(t, want, k.url+"/healthcheck")
			wantMetric(t, k.exporter, "healthcheck_state_directory_usable 1")
			if n := strings.Count(k.log(), warning) - before; n != 1 {
				t.Errorf("%s: %d warnings, want 1", name, n)
			}
			k.do(0, "undrained\n", "undrain")
		}
	}
}

func TestASecondExporterOnTheDirectoryRunsWithoutIt(t *testing.T) {
	t.Parallel()
	first := startKeeper(t, "", "checks: []\n")
	second := startKeeper(t, first.dir, "checks: []\n")
	wantMetric(t, first.exporter, "healthcheck_state_directory_usable 1")
	wantMetric(t, second.exporter, "healthcheck_state_directory_usable 0")
	second.do(0, "drained\nThis ends when the exporter restarts: state directory "+first.dir+": in use by another process\n", "drain", "--reason=x")
	fetch(t, http.StatusOK, first.url+"/healthcheck")
	fetch(t, http.StatusServiceUnavailable, second.url+"/healthcheck")
	first.Kill()
	second.Stop()
	second.Start()
	fetch(t, http.StatusOK, second.url+"/healthcheck")
	wantMetric(t, second.exporter, "healthcheck_state_directory_usable 1")
}

// A drain that was answered is never lost, whenever the process is killed.
func TestADrainThatWasAnsweredSurvivesAKillAtAnyMoment(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	many.WriteString("global: {success_ttl: 200ms, failed_ttl: 200ms}\nchecks:\n")
	for i := range 30 {
		fmt.Fprintf(&many, "  - {name: c%d, exec: {command: [/bin/sh, -c, 'exit $(($$(date +%%s) %% 2))']}}\n", i)
	}
	k := startKeeper(t, "", many.String(), "--web.enable-lifecycle")
	drained := false
	for range form(15, 200) {
		drained = !drained
		action := "/-/undrain"
		if drained {
			action = "/-/drain?reason=deploy"
		}
		if status, body := post(t, k.url+action); status != http.StatusOK || strings.Contains(body, "restart") {
			t.Fatalf("%s: %d %s", action, status, body)
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
		k.Kill()
		k.Start()
		_, body, err := get(t.Context(), k.url+"/healthcheck/c0")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(body, `"draining"`) != drained {
			t.Fatalf("drained is not %v: %s", drained, body)
		}
	}
	if log := k.log(); strings.Contains(log, "cannot keep") {
		t.Errorf("something was damaged:\n%s", log)
	}
}
