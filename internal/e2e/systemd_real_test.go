//go:build linux

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A machine has a real systemd as its process 1, in namespaces of its own: its
// network has no other address than loopback, and what it writes is lost.
type machine struct {
	t    *testing.T
	init string // the process id of systemd, outside
}

// bootSystemd starts a machine whose file system is this one's with further files,
// by their paths, and further units. It returns nil where no systemd can run, such
// as in a container without cgroups of its own.
func bootSystemd(t *testing.T, program string, files, units map[string]string) *machine {
	t.Helper()
	testservers.Need(t, "systemctl")
	nsenter := testservers.Need(t, "nsenter")
	if os.Geteuid() != 0 {
		t.Skip("a systemd of our own needs root")
	}
	dir := testservers.Dir(t)
	put := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, "seed", path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("etc/passwd", readFile(t, "/etc/passwd")+"healthcheck-exporter:x:987:987::/nonexistent:/usr/sbin/nologin\n")
	put("etc/group", readFile(t, "/etc/group")+"healthcheck-exporter:x:987:\n")
	put("usr/local/bin/healthcheck_exporter", readFile(t, program))
	if err := os.Chmod(filepath.Join(dir, "seed/usr/local/bin/healthcheck_exporter"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		put(path, text)
	}
	for _, target := range []string{"default", "multi-user", "sockets", "basic", "sysinit", "network-online", "shutdown", "local-fs", "umount"} {
		put("etc/test-units/"+target+".target", "[Unit]\nDescription="+target+"\nDefaultDependencies=no\n")
	}
	for _, path := range unitFiles(t) {
		put("etc/test-units/"+filepath.Base(path), readFile(t, path))
	}
	for name, text := range units {
		put("etc/test-units/"+name, text)
	}

	cgroup := filepath.Join(cgroups(), "healthcheck-test-"+filepath.Base(dir))
	script, err := filepath.Abs("testdata/boot-systemd.sh")
	if err != nil {
		t.Fatal(err)
	}
	booted := testservers.Launch(t, testservers.Program{Path: script, Args: []string{dir, cgroup}, Dir: dir})
	t.Cleanup(func() {
		booted.Kill()
		eventually(t, func() string { return removeTree(cgroup) })
	})
	m := &machine{t: t}
	deadline := time.Now().Add(patience)
	for {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", booted.PID()))
		if m.init = strings.TrimSpace(string(children)); m.init != "" {
			if out, _ := exec.CommandContext(t.Context(), nsenter, m.inside("systemctl", "is-system-running")...).Output(); strings.TrimSpace(string(out)) == "running" {
				return m
			}
		}
		select {
		case <-booted.Exited():
			t.Logf("no systemd can run here, so the stand-ins of systemd_test.go must do: %s", booted.Output())
			return nil
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("systemd does not start: %s", booted.Output())
		}
	}
}

// cgroups is where the cgroup2 file system is mounted.
func cgroups() string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[2] == "cgroup2" {
			return fields[1]
		}
	}
	return "/sys/fs/cgroup"
}

// removeTree removes a folder of cgroups from the leaves up. It says what is wrong.
func removeTree(dir string) string {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return ""
	}
	for _, e := range entries {
		if e.IsDir() {
			if wrong := removeTree(filepath.Join(dir, e.Name())); wrong != "" {
				return wrong
			}
		}
	}
	if err := os.Remove(dir); err != nil {
		return err.Error()
	}
	return ""
}

func (m *machine) inside(command ...string) []string {
	root := "/proc/" + m.init + "/root"
	return append([]string{"-t", m.init, "-a", "--root=" + root, "--wd=" + root, "env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin"}, command...)
}

// run runs a command on the machine, as root.
func (m *machine) run(command ...string) (output string, status int) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, testservers.Need(m.t, "nsenter"), m.inside(append([]string{"timeout", "30"}, command...)...)...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		m.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// do runs a command that must succeed.
func (m *machine) do(command ...string) string {
	m.t.Helper()
	out, status := m.run(command...)
	if status != 0 {
		m.t.Fatalf("%q: status %d: %s", command, status, out)
	}
	return out
}

// property returns a property of the service.
func (m *machine) property(name string) string {
	m.t.Helper()
	return strings.TrimSpace(m.do("systemctl", "show", "--value", "-p", name, "healthcheck_exporter.service"))
}

// wantProperty waits until a property of the service has a value.
func (m *machine) wantProperty(name, want string) {
	m.t.Helper()
	eventually(m.t, func() string {
		if got := m.property(name); got != want {
			return fmt.Sprintf("%s is %q, want %q", name, got, want)
		}
		return ""
	})
}

// ask returns the report of the exporter on the machine.
func (m *machine) ask(port string) string {
	m.t.Helper()
	out, _ := m.run("healthcheck_exporter", "check", "--output=json", "--url=http://127.0.0.1:"+port+"/healthcheck")
	return out
}

// The units as they stand, with a systemd that is real.
func TestTheUnitsUnderARealSystemd(t *testing.T) {
	t.Parallel()
	const checks = `
global: {failed_ttl: 300ms}
checks:
  - {name: slow, exec: {command: [sleep, "1.5"]}, success_ttl: 1h}
  - {name: user, exec: {command: [sh, -c, 'id -un; test "$(id -un)" = healthcheck-exporter']}}
  - {name: disk, disk: {path: /}, optional: true}
  - {name: sealed, exec: {command: [sh, -c, "! touch /usr/here /etc/here /var/here 2>/dev/null"]}}
  - {name: port, tcp: {address: "127.0.0.1:10927"}, timeout: 1s}
`
	m := bootSystemd(t, binary(t), map[string]string{"etc/healthcheck_exporter/healthcheck.yml": checks, "etc/faulty.yml": "checks: [{name: a, disc: {}}]\n"}, map[string]string{
		"shop.service": "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 1000\n",
		"healthcheck_exporter.service.d/with-service.conf": strings.NewReplacer("delay=10s", "delay=1s").
			Replace(read(t, "deploy/systemd/drop-ins/with-service.conf")),
	})
	if m == nil {
		return
	}
	begin := time.Now()
	m.do("systemctl", "start", "shop.service", "healthcheck_exporter.service")
	if after := time.Since(begin); after < 1500*time.Millisecond {
		t.Errorf("started after %v, before the first result of a check that takes 1.5s", after)
	}
	m.wantProperty("StatusText", "5 of 5 passed")
	m.wantProperty("ActiveState", "active")
	if pid := m.property("MainPID"); strings.TrimSpace(m.do("stat", "-c", "%U", "/proc/"+pid)) != "healthcheck-exporter" {
		t.Errorf("process %s runs as another user", pid)
	}
	if out := m.do("healthcheck_exporter", "status"); !strings.Contains(out, "5 of 5 checks passed") {
		t.Errorf("status: %s", out)
	}

	m.do("systemctl", "reload", "healthcheck_exporter.service")
	m.do("cp", "/etc/faulty.yml", "/etc/healthcheck_exporter/faulty.yml")
	if out, status := m.run("systemctl", "reload", "healthcheck_exporter.service"); status == 0 {
		t.Errorf("a reload of a faulty file succeeds: %s", out)
	}
	m.wantProperty("ActiveState", "active")
	m.do("rm", "/etc/healthcheck_exporter/faulty.yml")

	// An operator's drain survives a restart of both services.
	m.do("healthcheck_exporter", "drain", "--reason=moving")
	before := m.property("MainPID")
	m.do("systemctl", "restart", "shop.service")
	eventually(t, func() string {
		if pid := m.property("MainPID"); pid == before || pid == "0" {
			return "the exporter was not restarted with the service"
		}
		return ""
	})
	m.wantProperty("StatusText", "draining: moving; 5 of 5 passed")
	m.do("healthcheck_exporter", "undrain")

	m.do("kill", "-KILL", m.property("MainPID"))
	m.wantProperty("NRestarts", "1")
	m.wantProperty("StatusText", "5 of 5 passed")
	if got := m.property("StartLimitIntervalUSec"); got != "0" {
		t.Errorf("starts are limited within %s", got)
	}
}

func TestTheSocketUnitsUnderARealSystemd(t *testing.T) {
	t.Parallel()
	m := bootSystemd(t, binary(t), map[string]string{"etc/healthcheck_exporter/healthcheck.yml": "checks:\n  - {name: a, exec: {command: [\"true\"]}}\n"}, nil)
	if m == nil {
		return
	}
	sockets := []string{"healthcheck_exporter.socket", "healthcheck_exporter-health.socket", "healthcheck_exporter-agent.socket"}
	m.do(append([]string{"systemctl", "start"}, sockets...)...)
	if got := m.property("ActiveState"); got != "inactive" {
		t.Errorf("the service is %s before the first connection", got)
	}
	for _, port := range []string{"10929", "10927"} { // The first connection starts the service.
		if body := m.ask(port); !json.Valid([]byte(body)) || !strings.Contains(body, `"checker": "a"`) {
			t.Errorf("port %s: %s", port, body)
		}
	}
	agent := func() string { return m.do("bash", "-c", "cat </dev/tcp/127.0.0.1/10928") }
	if line := agent(); line != "up 100%\n" {
		t.Errorf("the agent: %q", line)
	}
	// While the service restarts, connections wait.
	const restart = `
(for i in 1 2 3; do systemctl restart healthcheck_exporter.service; done) & restarts=$!
while kill -0 $restarts 2>/dev/null; do
	exec 3<>/dev/tcp/127.0.0.1/10929 && printf 'GET /-/healthy HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3 || echo none
done
wait $restarts`
	before, answers := m.property("MainPID"), m.do("bash", "-c", restart)
	if n := strings.Count(answers, " 200 "); n < 3 || n != strings.Count(answers, "\n") {
		t.Errorf("answers during three restarts:\n%s", answers)
	}
	if m.property("MainPID") == before {
		t.Error("the service has not restarted")
	}
}

// The commands of the page with systemctl, in their order.
func TestTheCommandsOfSystemdOfTheProductionPageWork(t *testing.T) {
	t.Parallel()
	m := bootSystemd(t, binary(t), map[string]string{"etc/healthcheck_exporter/healthcheck.yml": read(t, "internal/e2e/testdata/production.yml")}, nil)
	if m == nil {
		return
	}
	commands := 0
	for _, s := range steps(t, "docs/production.md") {
		if !strings.HasPrefix(s.command, "systemctl ") {
			continue
		}
		commands++
		if out := m.do("sh", "-c", s.command); flat(out) != flat(s.output) {
			t.Errorf("%s: %s prints\n%s\nwant\n%s", s.where, s.command, out, s.output)
		}
	}
	if commands < 6 {
		t.Errorf("%d commands", commands)
	}
	if line := m.do("bash", "-c", "cat </dev/tcp/127.0.0.1/10928"); !strings.HasPrefix(line, "down #redis: ") {
		t.Errorf("the agent's socket: %q", line)
	}
}

// The program, but for one line: while a file exists, the scheduler of the checks
// stands still, as a deadlock would make it.
func TestAServiceWhoseSchedulerStandsStillIsRestarted(t *testing.T) {
	t.Parallel()
	const step = "case <-s.timer.C:\n"
	dir := t.TempDir()
	path, err := filepath.Abs(filepath.Join(root, "collector/schedule.go"))
	if err != nil {
		t.Fatal(err)
	}
	stalling := replace(t, readFile(t, path), step, step+`			for { if _, err := os.Stat("/run/stall"); err != nil { break }; time.Sleep(time.Second) }
`, "\"math/rand/v2\"\n", "\"math/rand/v2\"\n\t\"os\"\n")
	write(t, filepath.Join(dir, "schedule.go"), stalling)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: filepath.Join(dir, "schedule.go")}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	program := filepath.Join(dir, "healthcheck_exporter")
	if err := build(root, ".", program, "-overlay="+filepath.Join(dir, "overlay.json")); err != nil {
		t.Fatal(err)
	}

	m := bootSystemd(t, program, map[string]string{"etc/healthcheck_exporter/healthcheck.yml": "checks: []\n"}, map[string]string{
		"healthcheck_exporter.service.d/fast.conf": "[Service]\nWatchdogSec=2s\nStandardError=append:/var/log/exporter.log\n",
	})
	if m == nil {
		return
	}
	m.do("systemctl", "start", "healthcheck_exporter.service")
	time.Sleep(3 * time.Second) // Longer than the watchdog.
	if n := m.property("NRestarts"); n != "0" {
		t.Fatalf("restarted %s times although the scheduler moves", n)
	}
	m.do("touch", "/run/stall")
	m.wantProperty("NRestarts", "1")
	m.do("rm", "/run/stall")
	if log := m.do("cat", "/var/log/exporter.log"); !strings.Contains(log, "SIGABRT") || !strings.Contains(log, "collector.(*Collector).Run") {
		t.Errorf("the log does not show where the scheduler stands:\n%s", log[max(0, len(log)-4000):])
	}
	m.wantProperty("ActiveState", "active")
	m.wantProperty("StatusText", "no checks")
}
