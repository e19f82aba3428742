//go:build linux

package e2e_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// Two Prometheus servers share twenty exporters: ten from a file, ten over HTTP. A
// third server adds up their recorded series.
func TestTwoShardsShareAFleet(t *testing.T) {
	t.Parallel()
	var addrs []string
	for i := range 20 {
		command := "/bin/true"
		if i < 3 {
			command = "/bin/false"
		}
		e := start(t, fmt.Sprintf("checks: [{name: app, exec: {command: [%s]}}, {name: fine, exec: {command: [/bin/true]}}]\n", command))
		addrs = append(addrs, e.Addr)
	}
	directory := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `[{"targets": ["%s"]}]`, strings.Join(addrs[10:], `", "`))
	}))
	t.Cleanup(directory.Close)

	both := releases(t)
	one, two := shard(t, both[0], "0", addrs[:10], directory.URL), shard(t, both[len(both)-1], "1", addrs[:10], directory.URL)
	var found []string
	eventually(t, func() string {
		first, second := one.scraped(t), two.scraped(t)
		found = append(first, second...)
		if len(found) < len(addrs) || len(first) == 0 || len(second) == 0 {
			return fmt.Sprintf("the shards scrape %d and %d targets", len(first), len(second))
		}
		return ""
	})
	slices.Sort(found)
	slices.Sort(addrs)
	if !slices.Equal(found, addrs) {
		t.Errorf("the shards scrape\n%v\nwant each target once\n%v", found, addrs)
	}

	top := launchPrometheus(t, both[0].prometheus, map[string]string{"prometheus.yml": replace(t, read(t, "deploy/prometheus/federation.yml"),
		`"127.0.0.1:9091", "127.0.0.1:9092"`, strconv.Quote(one.Addr)+", "+strconv.Quote(two.Addr), "_interval: 30s", "_interval: 1s")})
	top.waitFor(t, `sum by (job) (job:healthcheck_healthy:sum)`, "17")
	top.waitFor(t, `sum by (job) (job:healthcheck_healthy:count)`, "20")
	top.waitFor(t, `sum by (job, check) (job_check:healthcheck_failing:count{check="app"})`, "3")
	top.waitFor(t, `sum by (job, check) (job_check:healthcheck_failing:count{check="fine"})`, "0")
	top.waitFor(t, `count(job_instance_check:healthcheck_state:avg_over_time1h)`, "40")
	top.waitFor(t, `count(ALERTS{alertname="HealthcheckFailed", check="app", alertstate="firing"})`, "3")
	top.waitFor(t, `count({__name__=~"healthcheck_.+"}) or on () vector(0)`, "0")
}

// shard runs Prometheus with deploy/prometheus/fleet.yml as that shard of two.
func shard(t testing.TB, r release, number string, targets []string, directory string) *prometheus {
	t.Helper()
	config := replace(t, read(t, "deploy/prometheus/fleet.yml"),
		`shard: "0"`, `shard: "`+number+`"`, `regex: "0"`, `regex: "`+number+`"`,
		"[targets/*.yml]", `["*_targets.yml"]`, "http://127.0.0.1:8500/healthcheck-targets", directory,
		"    dns_sd_configs:\n      - names: [_healthcheck._tcp.example.org] # SRV records\n", "",
		"127.0.0.1:9093", "127.0.0.1:1", "_interval: 15s", "_interval: 1s")
	return launchPrometheus(t, r.prometheus, map[string]string{
		"prometheus.yml":   config,
		"rules.yml":        hurried(t, read(t, "deploy/prometheus/rules.yml")),
		"recording.yml":    read(t, "deploy/prometheus/recording.yml"),
		"web_targets.yml":  fmt.Sprintf("- targets: ['%s']\n", strings.Join(targets, "', '")),
		"none_targets.yml": "[]\n",
	})
}

// scraped returns the exporters that answer a Prometheus.
func (p *prometheus) scraped(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, s := range p.query(t, `up{job="healthcheck"} == 1`) {
		all = append(all, s.labels["instance"])
	}
	return all
}

// Three hosts share a redis, and each has its own disk. When redis dies, no host goes
// out and one message is sent. When a disk is full, only its host goes out.
func TestSharedDependencyTakesNoHostOutAndAFullDiskOnlyItsOwn(t *testing.T) {
	t.Parallel()
	if !inNamespace(t, "--mount") {
		return
	}
	shared := ""
	for _, b := range blocks(t, "docs/scaling.md", "yaml") {
		if strings.Contains(b.text, "severity: critical") {
			shared = b.text
		}
	}
	redis := testservers.Redis(t)
	// All hosts have the same file, so that no configuration differs.
	shared = "global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}\n" +
		replace(t, shared, "redis.example.org:6379", redis.Addr, "{path: /}", "{path: '${DISK}'}")
	ports, exporters, disks := map[string]string{}, []*exporter{}, []string{}
	for i := range 3 {
		disks = append(disks, smallDisk(t))
		e := startBy(t, `DISK="`+disks[i]+`" exec "$0" "$@"`, shared)
		exporters = append(exporters, e)
		ports[fmt.Sprintf("web%d", i+1)] = e.Port()
	}
	var backend strings.Builder
	backend.WriteString("backend app\noption httpchk /healthcheck\nhttp-check expect status 200\ndefault-server inter 200ms fall 2 rise 1\n")
	for _, name := range slices.Sorted(maps.Keys(ports)) {
		fmt.Fprintf(&backend, "server %s APP check port %s\n", name, ports[name])
	}
	b := balance(t, backend.String())
	alertmanager, messages := alertmanager(t)
	p := scrapeBy(t, testservers.Need(t, "prometheus"), alertmanager.Addr, exporters...)
	p.waitFor(t, `sum(healthcheck_healthy)`, "3")
	b.waitFor(t, "UP")

	redis.Stop()
	got := wantMessage(t, messages, "pager", "redis", 3)
	for _, alert := range got.Alerts {
		if alert.Labels["severity"] != "critical" {
			t.Errorf("the alert has the severity %s", alert.Labels["severity"])
		}
	}
	wantNoMessage(t, messages)
	b.waitFor(t, "UP")
	p.waitFor(t, `sum(healthcheck_degraded)`, "3")

	if err := os.WriteFile(filepath.Join(disks[1], "core"), make([]byte, 1<<20), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	wantMessage(t, messages, "pager", "disk", 1)
	eventually(t, func() string {
		states := b.servers(t)
		for name, want := range map[string]string{"app/web1": "UP", "app/web2": "DOWN", "app/web3": "UP"} {
			if got := states[name]; !strings.HasPrefix(got.status, want) {
				return fmt.Sprintf("%s is %s (%s), want %s", name, got.status, got.why, want)
			}
		}
		return ""
	})
}

// smallDisk mounts a file system of 1 MiB until the end of the test.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("small", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
