//go:build linux

package e2e_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

const runOnce = "docs/run-once.md"

// A site is a machine on which the commands of docs/run-once.md run: the program
// lies in its bin, and the configuration beside it has one check that passes if
// the file "up" exists, and one that warns if the file "warn" exists.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t, t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary(t), filepath.Join(s.dir, "bin", "healthcheck_exporter")); err != nil {
		t.Fatal(err)
	}
	write(t, s.config(), fmt.Sprintf(`
global: {success_ttl: 100ms, failed_ttl: 100ms}
checks:
  - {name: fine, exec: {command: [sh, -c, "test ! -e %[1]s/warn && echo fine && exit 0; echo careful; exit 1"], nagios: true}}
  - {name: shop, exec: {command: [sh, -c, "test -e %[1]s/up && echo open && exit 0; echo closed; exit 2"]}}
`, s.dir))
	return s
}

func (s *site) config() string { return filepath.Join(s.dir, "healthcheck.yml") }

func (s *site) open()   { write(s.t, filepath.Join(s.dir, "up"), "") }
func (s *site) strain() { write(s.t, filepath.Join(s.dir, "warn"), "") }

// here makes a command of the document one of this site.
func (s *site) here(command string) string {
	return strings.NewReplacer(
		"/etc/healthcheck_exporter/healthcheck.yml", s.config(),
		"/usr/bin/healthcheck_exporter", filepath.Join(s.dir, "bin", "healthcheck_exporter"),
	).Replace(command)
}

// shell runs a command as cron does: by /bin/sh, with few variables.
func (s *site) shell(command string) (out string, status int) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "/bin/sh", "-c", command)
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=" + filepath.Join(s.dir, "bin") + ":/usr/bin:/bin", "HOME=" + s.dir, "SHELL=/bin/sh"}
	text, _ := cmd.CombinedOutput()
	return string(text), cmd.ProcessState.ExitCode()
}

func TestACronJobPrintsOnlyFailures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	line := strings.TrimSpace(oneBlock(t, runOnce, "cron", "check").text)
	fields := regexp.MustCompile(`^(\S+\s+){5}`)
	if !fields.MatchString(line) || strings.Contains(line, "%") {
		t.Fatalf("not a line of a crontab: %s", line)
	}
	job := s.here(fields.ReplaceAllString(line, ""))
	if out, status := s.shell(job); status != 0 || !strings.Contains(out, "[-] shop: ") || !strings.Contains(out, "1 of 2 failed") {
		t.Errorf("of a failure it prints, with exit status %d,\n%s", status, out)
	}
	s.open()
	if out, status := s.shell(job); status != 0 || out != "" {
		t.Errorf("of a pass it prints, with exit status %d,\n%s", status, out)
	}
}

func TestADeploymentWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := testservers.FreeAddr(t)
	here, there := blocks(t, runOnce, "sh")[0].text, strings.ReplaceAll(oneBlock(t, runOnce, "sh", "the new version").text, "127.0.0.1:10927", address)
	type end struct {
		out    string
		status int
	}
	ends := []chan end{make(chan end, 1), make(chan end, 1)}
	for i, script := range []string{here, there} {
		go func() {
			out, status := s.shell(script)
			ends[i] <- end{out, status}
		}()
	}
	testservers.LaunchOnPort(t, func(string) testservers.Program {
		return testservers.Program{Path: binary(t), Args: []string{"--config.file=" + s.config(), "--web.listen-address=" + address}}
	})
	time.Sleep(time.Second)
	s.open()
	for i := range ends {
		if got := <-ends[i]; got.status != 0 || !strings.Contains(got.out, "2 checks passed\npassed after ") {
			t.Errorf("script %d ends with %d:\n%s", i, got.status, got.out)
		}
	}
	short := strings.ReplaceAll(strings.ReplaceAll(there, address, "127.0.0.1:1"), "60s", "300ms")
	if out, status := s.shell(short); status != 4 || !strings.Contains(out, "the new version is not healthy (exit status 4)\n") {
		t.Errorf("without an exporter the script ends with %d:\n%s", status, out)
	}
}

func TestMonitSeesTheExitStatus(t *testing.T) {
	t.Parallel()
	monit := testservers.Need(t, "monit")
	s := newSite(t)
	rule := s.here(oneBlock(t, runOnce, "monit", "check program").text)
	control := filepath.Join(s.dir, "monitrc")
	mailed := filepath.Join(s.dir, "alerts")
	if !strings.Contains(rule, "then alert") {
		t.Fatalf("the rule does not alert:\n%s", rule)
	}
	// An alert is a mail; this test lets monit run a program instead.
	rule = strings.Replace(rule, "then alert", `then exec "/bin/touch `+mailed+`" else if succeeded then exec "/bin/rm `+mailed+`"`, 1)
	write(t, control, fmt.Sprintf("set daemon 1\nset log %[1]s/monit.log\nset pidfile %[1]s/pid\nset idfile %[1]s/id\nset statefile %[1]s/state\n%[2]s", s.dir, rule))
	if out, err := exec.CommandContext(t.Context(), monit, "-t", "-c", control).CombinedOutput(); err != nil {
		t.Fatalf("monit refuses the rule: %v\n%s", err, out)
	}
	testservers.Launch(t, testservers.Program{Path: monit, Args: []string{"-I", "-c", control}})
	alerted := func() bool { _, err := os.Stat(mailed); return err == nil }
	eventually(t, func() string { return unless(alerted(), "no alert while a check fails") })
	log, err := os.ReadFile(filepath.Join(s.dir, "monit.log"))
	if err != nil || !strings.Contains(string(log), "status failed (1)") || !strings.Contains(string(log), "[-] shop: ") {
		t.Errorf("monit's log does not tell the failure (%v):\n%s", err, log)
	}
	s.open()
	eventually(t, func() string { return unless(!alerted(), "the alert does not end") })
}

func unless(fine bool, text string) string {
	if fine {
		return ""
	}
	return text
}

// The real wrapper of Nagios plugins reads the exit status and the first word: it
// turns OK into CRITICAL and back, also in the text, and keeps the others.
func TestNagiosUnderstandsThePlugin(t *testing.T) {
	t.Parallel()
	negate := "/usr/lib/nagios/plugins/negate"
	if _, err := os.Stat(negate); err != nil {
		negate = testservers.Need(t, "negate")
	}
	s := newSite(t)
	e := startWith(t, "--config.file="+s.config())
	host, port, err := net.SplitHostPort(e.Addr)
	if err != nil {
		t.Fatal(err)
	}
	_, nagios, _ := strings.Cut(oneBlock(t, runOnce, "nagios", "define command").text, "command_line")
	nagios, _, _ = strings.Cut(strings.TrimSpace(nagios), "\n")
	_, nrpe, _ := strings.Cut(strings.TrimSpace(oneBlock(t, runOnce, "nrpe", "command[").text), "=")
	commands := []string{s.here(strings.NewReplacer("$HOSTADDRESS$", host, ":10927", ":"+port).Replace(nagios)), s.here(nrpe)}
	data := regexp.MustCompile(`^(OK|WARNING|CRITICAL) - [^|\n]+ \|( '[^'=|]+'=-?[0-9.]+(s|B|%|c)?(;[-0-9.:]*){0,2})+\n$`)
	want := func(status int, begin string, negated int, turned string) {
		t.Helper()
		for _, command := range commands {
			eventually(t, func() string {
				out, got := s.shell(command)
				wrapped, turnedStatus := s.shell(negate + " -s " + command)
				if got != status || !strings.HasPrefix(out, begin) || !data.MatchString(out) || turnedStatus != negated || !strings.HasPrefix(wrapped, turned) {
					return fmt.Sprintf("%s: exit status %d, negated %d\n%s%s", command, got, turnedStatus, out, wrapped)
				}
				return ""
			})
		}
	}
	want(2, "CRITICAL - shop: exit status 2: closed |", 0, "OK - shop")
	s.strain()
	want(2, "CRITICAL - shop: exit status 2: closed; fine: exit status 1: careful |", 0, "OK - shop")
	s.open()
	want(1, "WARNING - fine: exit status 1: careful |", 1, "WARNING - fine")
	if err := os.Remove(filepath.Join(s.dir, "warn")); err != nil {
		t.Fatal(err)
	}
	want(0, "OK - 2 checks passed |", 2, "CRITICAL - 2 checks passed |")
	if out, status := s.shell(strings.Replace(commands[1], s.config(), "/nowhere.yml", 1)); status != 3 || !strings.HasPrefix(out, "UNKNOWN - ") || strings.Count(out, "\n") != 1 {
		t.Errorf("without a file: exit status %d, %q", status, out)
	}
	e.Stop()
	if out, status := s.shell(commands[0]); status != 3 || !strings.HasPrefix(out, "UNKNOWN - connecting to ") || strings.Count(out, "\n") != 1 {
		t.Errorf("without an exporter: exit status %d, %q", status, out)
	}
}
