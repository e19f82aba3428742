//go:build linux

package e2e_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
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

// troubled has a check for every alert about checks that takes seconds: it
// fails, warns, flaps, or sees a certificate that ends within hours.
func troubled(t *testing.T) string {
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
  - name: warns
    exec: {command: [/bin/sh, -c, "exit 1"], nagios: true}
  - name: flaps
    exec: {command: [/bin/sh, -c, "rm up 2>/dev/null || { touch up; exit 1; }"], dir: %s}
    optional: true
  - name: certificate
    http: {url: "%s", status: [404], tls: {ca_file: %s}}
`, t.TempDir(), site.URL, ca.File)
}

func TestAlertsFireForWhatTheySay(t *testing.T) {
	t.Parallel()
	a := start(t, troubled(t))
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, "checks: []\n")
	b := startWith(t, "--config.file="+file, "--web.enable-lifecycle")
	gone := start(t, "checks: []\n")
	p := scrape(t, a, b, gone)
	p.waitFor(t, `count(up == 1)`, "3")

	gone.Stop()
	post(t, b.url+"/-/drain")
	write(t, file, "checks: [nonsense]\n")
	b.Signal(syscall.SIGHUP)
	for _, want := range []string{
		"HealthcheckFailed/fails", "HealthcheckWarns/warns", "HealthcheckFlapping/flaps", "HealthcheckCertificateEndsSoon/certificate",
		"HealthcheckDrained/", "HealthcheckConfigNotReloaded/", "HealthcheckConfigDrift/", "HealthcheckExporterDown/",
	} {
		eventually(t, func() string {
			if firing := p.firing(t); !slices.Contains(firing, want) {
				return fmt.Sprintf("firing: %v, want %s", firing, want)
			}
			return ""
		})
	}
	for _, other := range []string{"HealthcheckTargetAbsent/", "HealthcheckStuck/fails", "HealthcheckExporterRestarts/"} {
		if slices.Contains(p.firing(t), other) {
			t.Errorf("%s fires", other)
		}
	}
}

func TestExporterThatKeepsRestartingRaisesAnAlert(t *testing.T) {
	t.Parallel()
	e := start(t, "checks: []\n")
	p := scrape(t, e)
	for starts := range 5 {
		p.waitFor(t, fmt.Sprintf(`changes(process_start_time_seconds[1h]) >= bool %d`, starts), "1")
		e.Stop()
		e.Start()
	}
	eventually(t, func() string {
		if firing := p.firing(t); !slices.Contains(firing, "HealthcheckExporterRestarts/") {
			return fmt.Sprintf("firing: %v, want HealthcheckExporterRestarts", firing)
		}
		return ""
	})
}

func TestHungMountRaisesTheStuckAlert(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	dir, _ := testservers.HungMount(t)
	p := scrape(t, start(t, fmt.Sprintf(`
global: {failed_ttl: 500ms, timeout: 500ms}
checks:
  - name: nfs
    disk: {path: %s}
`, dir)))
	eventually(t, func() string {
		firing := p.firing(t)
		if !slices.Contains(firing, "HealthcheckStuck/nfs") || !slices.Contains(firing, "HealthcheckFailed/nfs") {
			return fmt.Sprintf("firing: %v, want HealthcheckStuck/nfs and HealthcheckFailed/nfs", firing)
		}
		return ""
	})
}

// A message is what Alertmanager posts to a receiver.
type message struct {
	GroupLabels map[string]string
	Alerts      []struct{ Labels, Annotations map[string]string }
}

func TestAlertTravelsToAReceiverAsOneMessage(t *testing.T) {
	t.Parallel()
	messages := make(chan message, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/pager" {
			messages <- m
		}
	}))
	t.Cleanup(receiver.Close)
	alertmanager := alertmanager(t, receiver.Listener.Addr().String())

	// redis is dead on two hosts, and a check that depends on it is skipped.
	redis := testservers.Redis(t)
	redis.Stop()
	one, two := start(t, dependentChecks(redis.Addr)), start(t, dependentChecks(redis.Addr))
	scrapeAndAlert(t, alertmanager.Addr, one, two)

	var got message
	for len(got.Alerts) < 2 { // The first message may name one host.
		select {
		case got = <-messages:
		case <-t.Context().Done():
			t.Fatal("no message")
		}
		if name, check := got.GroupLabels["alertname"], got.GroupLabels["check"]; name != "HealthcheckFailed" || check != "redis" {
			t.Fatalf("message about %s of %q, want HealthcheckFailed of redis", name, check)
		}
	}
	var instances []string
	for _, alert := range got.Alerts {
		instances = append(instances, alert.Labels["instance"])
		if alert.Labels["severity"] != "critical" || alert.Annotations["runbook_url"] != "https://wiki.example.org/redis" ||
			!strings.HasSuffix(alert.Annotations["description"], "reason refused.") {
			t.Errorf("alert %v %v, want critical, with the reason and the check's runbook", alert.Labels, alert.Annotations)
		}
	}
	slices.Sort(instances)
	if want := slices.Sorted(slices.Values([]string{one.Addr, two.Addr})); !slices.Equal(instances, want) {
		t.Errorf("alerts of %v, want %v", instances, want)
	}
}

// alertmanager runs Alertmanager with the file of deploy/prometheus, except for
// the receiver's address and the pace.
func alertmanager(t *testing.T, receiver string) *testservers.Server {
	t.Helper()
	path := testservers.Need(t, "prometheus-alertmanager")
	dir := testservers.Dir(t)
	file := filepath.Join(dir, "alertmanager.yml")
	write(t, file, replace(t, read(t, "deploy/prometheus/alertmanager.yml"),
		"127.0.0.1:9099", receiver, "group_wait: 30s", "group_wait: 1s", "group_interval: 5m", "group_interval: 1s"))
	return testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path,
			Args: []string{
				"--config.file=" + file, "--storage.path=" + filepath.Join(dir, "data"), "--cluster.listen-address=",
				"--web.listen-address=" + addr, "--log.level=warn",
			},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
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
	for _, rule := range file.Groups[0].Rules {
		for _, name := range []string{"summary", "description", "runbook_url"} {
			if rule.Annotations[name] == "" {
				t.Errorf("%s has no %s", rule.Alert, name)
			}
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
