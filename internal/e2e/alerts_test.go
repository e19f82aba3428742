//go:build linux

package e2e_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// troubled returns a configuration with a check for each alert about checks that a
// test can raise in seconds. The checks waits, known and fine must not alert. The file
// delay holds the seconds that the check slow takes. While they are not 0, a run of
// the check overdue takes far longer than its TTL.
func troubled(t *testing.T, delay string) string {
	t.Helper()
	ca := testservers.NewCA(t)
	site := httptest.NewUnstartedServer(http.NotFoundHandler())
	pair, err := tls.LoadX509KeyPair(ca.Issue(t, t.TempDir(), "127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	site.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	site.StartTLS()
	t.Cleanup(site.Close)
	return fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}
checks:
  - name: fails
    tcp: {address: "127.0.0.1:1"}
    runbook: https://wiki.example.org/fails
    labels: {team: shop}
  - name: waits
    exec: {command: [/bin/true]}
    depends_on: [fails]
  - name: known
    tcp: {address: "127.0.0.1:1"}
  - name: shared
    tcp: {address: "127.0.0.1:1"}
    optional: true
    severity: critical
  - name: warns
    exec: {command: [/bin/sh, -c, "exit 1"], nagios: true}
  - name: flaps
    exec: {command: [/bin/sh, -c, "rm up 2>/dev/null || { touch up; exit 1; }"], dir: %s}
    optional: true
  - name: slow
    exec: {command: [/bin/sh, -c, 'sleep "$(cat %s)"']}
    timeout: 10s
  - name: overdue
    exec: {command: [/bin/sh, -c, 'test "$(cat %s)" = 0 || sleep 100']}
    timeout: 2m
  - name: certificate
    http: {url: "%s", status: [404], tls: {ca_file: %s}}
  - name: fine
    exec: {command: [/bin/true]}
`, t.TempDir(), delay, delay, site.URL, ca.File)
}

// A real situation raises each alert, and nothing else alerts.
func TestAlertsFireForWhatTheySay(t *testing.T) {
	t.Parallel()
	delay := filepath.Join(t.TempDir(), "delay")
	write(t, delay, "0")
	socket := filepath.Join(testservers.Dir(t), "s")
	web := start(t, troubled(t, delay), "--admin.socket="+socket)
	admin(t, socket, "mute", "known", "--reason=maintenance", "--for=1h")

	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, "checks: [{name: nowhere, tcp: {address: \"127.0.0.1:1\"}}]\n")
	staff := startWith(t, "--config.file="+file, "--web.enable-lifecycle")
	post(t, staff.url+"/-/drain")
	write(t, file, "checks: [nonsense]\n")
	staff.Signal(syscall.SIGHUP)

	state := "--state.directory=" + t.TempDir()
	minor := start(t, "checks: [{name: minor, tcp: {address: \"127.0.0.1:1\"}, severity: warning}]\n", state)
	deaf := startBy(t, `exec "$0" "$@" >/dev/full 2>&1`, "global: {success_ttl: 200ms}\nchecks: [{name: fine, exec: {command: [/bin/true]}}]\n", "--log.level=debug", state)
	gone, restless := start(t, "checks: []\n"), start(t, "checks: []\n")
	p := scrape(t, web, staff, minor, deaf, gone, restless)
	names := strings.NewReplacer(web.Addr, "web", staff.Addr, "staff", minor.Addr, "minor", deaf.Addr, "deaf", gone.Addr, "gone", restless.Addr, "restless")

	p.waitFor(t, `count(up == 1)`, "6")
	gone.Stop()
	for starts := range 5 {
		p.waitFor(t, fmt.Sprintf(`changes(process_start_time_seconds{instance="%s"}[1h]) >= bool %d`, restless.Addr, starts), "1")
		restless.Stop()
		restless.Start()
	}
	p.wantFiring(t, names, `
HealthcheckCertificateEndsSoon web certificate warning
HealthcheckConfigDrift   info
HealthcheckConfigNotReloaded staff  warning
HealthcheckDrained staff  warning
HealthcheckExporterDown gone  critical
HealthcheckExporterRestarts restless  warning
HealthcheckFailed minor minor warning
HealthcheckFailed web fails critical shop
HealthcheckFailed web shared critical
HealthcheckFlapping web flaps warning
HealthcheckLogLinesDropped deaf  warning
HealthcheckStateNotKept deaf  warning
HealthcheckUnhealthy minor  critical
HealthcheckWarns web warns warning
`)

	// Both need a past in which they were fast.
	p.waitFor(t, `count(healthcheck_duration_seconds{check="slow"} offset 15s)`, "1")
	write(t, delay, "1.5")
	p.waitFor(t, `count(ALERTS{alertname="HealthcheckSlow", check="slow", alertstate="firing", severity="warning"})`, "1")
	p.waitFor(t, `count(ALERTS{alertname="HealthcheckStale", check="overdue", alertstate="firing", severity="warning"})`, "1")

	p.retarget(t, "[]")
	p.waitFor(t, `count(ALERTS{alertname="HealthcheckTargetAbsent", alertstate="firing", severity="critical"})`, "1")
}

// wantFiring waits until exactly these alerts fire. Each line of want has the alert's
// name, instance, check, severity and team. A failure of the check flaps is ignored:
// it is too short to alert, except on a busy machine.
func (p *prometheus) wantFiring(t testing.TB, names *strings.Replacer, want string) {
	t.Helper()
	want = strings.TrimSpace(want)
	eventually(t, func() string {
		var firing []string
		for _, s := range p.query(t, `ALERTS{alertstate="firing"}`) {
			l := s.labels
			line := strings.Join([]string{l["alertname"], names.Replace(l["instance"]), l["check"], l["severity"], l["team"]}, " ")
			if l["alertname"] != "HealthcheckFailed" || l["check"] != "flaps" {
				firing = append(firing, strings.TrimSpace(line))
			}
		}
		slices.Sort(firing)
		if got := strings.Join(firing, "\n"); got != want {
			return "firing:\n" + got + "\nwant:\n" + want
		}
		return ""
	})
}

// startBy starts the program as start does, but through a shell command in which "$0"
// is the program and "$@" its arguments.
func startBy(t testing.TB, shell, yaml string, args ...string) *exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, yaml)
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  "/bin/sh",
			Args:  append([]string{"-c", shell, path, "--config.file=" + file, "--web.listen-address=" + addr}, args...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	return &exporter{Server: server, url: "http://" + server.Addr}
}

// inNamespace is testservers.InNamespace, where the test need not build the program
// again.
func inNamespace(t *testing.T, flags ...string) bool {
	t.Helper()
	binary(t)
	return testservers.InNamespace(t, flags...)
}

func TestHungMountRaisesTheStuckAlert(t *testing.T) {
	t.Parallel()
	if !inNamespace(t, "--mount") {
		return
	}
	dir, _ := testservers.HungMount(t)
	nfs := start(t, fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 500ms}
checks:
  - name: nfs
    disk: {path: %s}
  - name: fine
    exec: {command: [/bin/true]}
`, dir))
	scrape(t, nfs).wantFiring(t, strings.NewReplacer(nfs.Addr, "nfs"), `
HealthcheckFailed nfs nfs critical
HealthcheckStuck nfs nfs warning
`)
}

// Every alert says what it means, and its runbook exists.
func TestEveryAlertHasARunbook(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert       string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/prometheus/rules.yml")), &file); err != nil {
		t.Fatal(err)
	}
	tests := read(t, "deploy/prometheus/rules_test.yml")
	raised := read(t, "internal/e2e/alerts_test.go")
	for _, rule := range file.Groups[0].Rules {
		for _, name := range []string{"summary", "description", "runbook_url"} {
			if rule.Annotations[name] == "" {
				t.Errorf("%s has no %s", rule.Alert, name)
			}
		}
		if !strings.Contains(raised, rule.Alert) {
			t.Errorf("no real situation raises %s in this file", rule.Alert)
		}
		if rule.Labels["severity"] == "" {
			t.Errorf("%s has no severity", rule.Alert)
		}
		if !strings.Contains(rule.Annotations["runbook_url"], "/docs/runbooks/"+rule.Alert+".md") {
			t.Errorf("%s: runbook_url is %q", rule.Alert, rule.Annotations["runbook_url"])
		}
		page := read(t, "docs/runbooks/"+rule.Alert+".md")
		for _, part := range []string{"# " + rule.Alert + "\n", "## What it means\n", "## What to look at\n", "## What to do\n"} {
			if !strings.Contains(page, part) {
				t.Errorf("docs/runbooks/%s.md has no %q", rule.Alert, part)
			}
		}
		if n := strings.Count(tests, "alertname: "+rule.Alert+"\n"); n < 2 {
			t.Errorf("%s has %d promtool cases, want one in which it fires and one in which it does not", rule.Alert, n)
		}
	}
}
