//go:build unix

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// dependentChecks has a check of every outcome: one that passes or fails with
// redis, one that is skipped when redis fails, one that warns.
func dependentChecks(redis string) string {
	return fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}
checks:
  - name: redis
    redis: {address: "%s"}
    tags: [ready, cache]
    runbook: https://wiki.example.org/redis
  - name: sessions
    exec: {command: [/bin/true]}
    depends_on: [redis]
  - name: queue
    exec: {command: [/bin/sh, -c, "echo 'queue is long'; exit 1"], nagios: true}
    optional: true
environment:
  labels: {cluster: eu1}
`, redis)
}

// A prometheus is a real one that scrapes an exporter.
type prometheus struct {
	*testservers.Server
	dir string // of its files
}

// A release is a version of Prometheus: the paths of its two programs.
type release struct{ prometheus, promtool string }

// releases returns the Prometheus of the system, and the one that
// scripts/prometheus3 has built. In CI both must be there.
func releases(t testing.TB) []release {
	t.Helper()
	all := []release{{testservers.Need(t, "prometheus"), testservers.Need(t, "promtool")}}
	tools, err := filepath.Abs(filepath.Join(root, ".build/tools"))
	if err != nil {
		t.Fatal(err)
	}
	newer := release{filepath.Join(tools, "prometheus3"), filepath.Join(tools, "promtool3")}
	switch _, err := os.Stat(newer.prometheus); {
	case err == nil:
		all = append(all, newer)
	case os.Getenv("CI") == "true":
		t.Errorf("%v: run scripts/prometheus3", err)
	default:
		t.Logf("not tested with Prometheus 3: scripts/prometheus3 builds it")
	}
	return all
}

// scrape runs Prometheus with the files of deploy/prometheus as they are, except
// for addresses and pace: see hurried.
func scrape(t testing.TB, exporters ...*exporter) *prometheus {
	t.Helper()
	return scrapeBy(t, testservers.Need(t, "prometheus"), "127.0.0.1:1", exporters...)
}

// scrapeByAll is scrape by each release.
func scrapeByAll(t testing.TB, exporters ...*exporter) []*prometheus {
	t.Helper()
	var all []*prometheus
	for _, r := range releases(t) {
		all = append(all, scrapeBy(t, r.prometheus, "127.0.0.1:1", exporters...))
	}
	return all
}

// scrapeBy is scrape by the program at a path, with an Alertmanager at that address.
func scrapeBy(t testing.TB, path, alertmanager string, exporters ...*exporter) *prometheus {
	t.Helper()
	var targets []string
	for _, e := range exporters {
		targets = append(targets, strconv.Quote(e.Addr))
	}
	config := replace(t, read(t, "deploy/prometheus/prometheus.yml"),
		`"127.0.0.1:10927"`, strings.Join(targets, ", "), "127.0.0.1:9093", alertmanager, "_interval: 15s", "_interval: 1s")
	return launchPrometheus(t, path, map[string]string{
		"prometheus.yml": config,
		"rules.yml":      hurried(t, read(t, "deploy/prometheus/rules.yml")),
	})
}

// launchPrometheus runs the program at a path with files in a folder of its own, one
// of which is prometheus.yml.
func launchPrometheus(t testing.TB, path string, files map[string]string) *prometheus {
	t.Helper()
	dir, args := testservers.Dir(t), []string{"--log.level=warn"}
	if major, minor := versionOf(t, path); major > 3 || major == 3 && minor >= 8 {
		files["prometheus.yml"] = replace(t, files["prometheus.yml"], "global:\n", "global:\n  scrape_native_histograms: true\n")
	} else {
		args = append(args, "--enable-feature=native-histograms")
	}
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return &prometheus{dir: dir, Server: testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path,
			Args: append(slices.Clone(args),
				"--config.file="+filepath.Join(dir, "prometheus.yml"),
				"--storage.tsdb.path="+filepath.Join(dir, "data"),
				"--web.listen-address="+addr),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})}
}

// hurried returns the rules with seconds for their minutes, hours and days, which
// are too long for a test.
func hurried(t testing.TB, rules string) string {
	t.Helper()
	rules = strings.ReplaceAll(rules, "for: 1m\n", "for: 2s\n")
	// On a busy machine Prometheus evaluates rules long before its first scrape.
	const absent = "absent(up{job=\"healthcheck\"})\n        for: "
	rules = strings.ReplaceAll(rules, absent+"5m", absent+"15s") // Grafana's file has its "for" elsewhere.
	// The backstop must be slower than the alert about the check.
	rules = regexp.MustCompile(`for: \d+[mh]\b`).ReplaceAllString(rules, "for: 4s")
	return replace(t, rules, "[15m]", "[3s]", "[1d] offset 1h", "[1m] offset 10s", "timestamp_seconds > 120", "timestamp_seconds > 1")
}

// retarget gives Prometheus other targets.
func (p *prometheus) retarget(t testing.TB, targets string) {
	t.Helper()
	file := filepath.Join(p.dir, "prometheus.yml")
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(job_name: healthcheck\n +static_configs:\n +- targets:).*`)
	write(t, file, all.ReplaceAllString(string(config), "$1 "+targets))
	p.Signal(syscall.SIGHUP)
}

// versionOf returns the version of a Prometheus.
func versionOf(t testing.TB, path string) (major, minor int) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), path, "--version").CombinedOutput()
	found := regexp.MustCompile(`version (\d+)\.(\d+)`).FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("prometheus --version: %v\n%s", err, out)
	}
	major, _ = strconv.Atoi(string(found[1]))
	minor, _ = strconv.Atoi(string(found[2]))
	return major, minor
}

// replace replaces every old text, each of which must be there.
func replace(t testing.TB, text string, oldnew ...string) string {
	t.Helper()
	for i := 0; i+1 < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			t.Fatalf("no %q in\n%s", oldnew[i], text)
		}
	}
	return strings.NewReplacer(oldnew...).Replace(text)
}

// A series is one result of a query.
type series struct {
	labels map[string]string
	value  string
}

// query asks for an instant vector.
func (p *prometheus) query(t testing.TB, expression string) []series {
	t.Helper()
	return p.ask(t, "query", "query", expression)
}

// queryAt is query for a moment.
func (p *prometheus) queryAt(t testing.TB, expression string, at time.Time) []series {
	t.Helper()
	return p.ask(t, "query", "query", expression, "time", fmt.Sprintf("%.3f", float64(at.UnixMilli())/1e3))
}

// queryRange asks for the last half minute. The series have no value.
func (p *prometheus) queryRange(t testing.TB, expression string) []series {
	t.Helper()
	now := time.Now().Unix()
	return p.ask(t, "query_range", "query", expression, "start", strconv.FormatInt(now-30, 10), "end", strconv.FormatInt(now, 10), "step", "1")
}

// ask asks Prometheus' API.
func (p *prometheus) ask(t testing.TB, what string, parameters ...string) []series {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	body := fetch(t, 200, "http://"+p.Addr+"/api/v1/"+what+"?"+values.Encode())
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	var all []series
	for _, r := range answer.Data.Result {
		value, _ := r.Value[1].(string)
		all = append(all, series{r.Metric, value})
	}
	return all
}

// waitFor waits until a query has just one result, of that value.
func (p *prometheus) waitFor(t testing.TB, expression, value string) series {
	t.Helper()
	var found []series
	eventually(t, func() string {
		found = p.query(t, expression)
		if len(found) == 1 && found[0].value == value {
			return ""
		}
		return fmt.Sprintf("%s: %v, want one series of %s", expression, found, value)
	})
	return found[0]
}

// firing returns the alerts that fire, as name/check.
func (p *prometheus) firing(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, s := range p.query(t, `ALERTS{alertstate="firing"}`) {
		names = append(names, s.labels["alertname"]+"/"+s.labels["check"])
	}
	slices.Sort(names)
	return names
}

func TestPrometheusSeesEveryCheckAndTheBuild(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	e := start(t, dependentChecks(redis.Addr))
	both := scrapeByAll(t, e)
	for _, p := range both {
		p.waitFor(t, `up{job="healthcheck"}`, "1")
		p.waitFor(t, `healthcheck_passed{check="redis"}`, "1")
		p.waitFor(t, `healthcheck_passed{check="sessions"}`, "1")
		p.waitFor(t, `healthcheck_warning{check="queue"}`, "1")
		p.waitFor(t, `healthcheck_healthy`, "1")
		p.waitFor(t, `healthcheck_degraded`, "1")
		p.waitFor(t, `healthcheck_failure_info or on() vector(-1)`, "-1")

		build := p.waitFor(t, `healthcheck_build_info`, "1").labels
		for name, value := range map[string]string{"cluster": "eu1", "goos": "linux", "instance": e.Addr, "job": "healthcheck"} {
			if build[name] != value {
				t.Errorf("healthcheck_build_info has %s=%q, want %q", name, build[name], value)
			}
		}
		for _, name := range []string{"version", "revision", "goversion", "goarch", "platform", "platform_version", "kernel_version"} {
			if build[name] == "" {
				t.Errorf("healthcheck_build_info has no %s: %v", name, build)
			}
		}
		joined := p.waitFor(t, `healthcheck_passed * on (instance, check) group_left (type, tags, runbook) healthcheck_check_info{tags=~".*,ready,.*"}`, "1")
		if joined.labels["type"] != "redis" || joined.labels["runbook"] != "https://wiki.example.org/redis" {
			t.Errorf("joined with healthcheck_check_info: %v", joined.labels)
		}
	}
	redis.Stop()
	for _, p := range both {
		p.waitFor(t, `healthcheck_passed{check="redis"}`, "0")
		p.waitFor(t, `healthcheck_failure_info{check="redis", reason="refused"}`, "1")
		p.waitFor(t, `healthcheck_failure_info{check="sessions", reason="skipped"}`, "1")
		p.waitFor(t, `healthcheck_healthy`, "0")
	}
}

func TestPrometheusRaisesOneAlertForOneCause(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	both := scrapeByAll(t, start(t, dependentChecks(redis.Addr)))
	for _, p := range both {
		p.waitFor(t, `healthcheck_passed{check="redis"}`, "1")
	}

	redis.Stop()
	for _, p := range both {
		p.waitFor(t, `healthcheck_passed{check="sessions"}`, "0")
		eventually(t, func() string {
			firing := p.firing(t)
			if slices.Contains(firing, "HealthcheckFailed/sessions") {
				t.Fatalf("what was skipped has an alert of its own: %v", firing)
			}
			if !slices.Contains(firing, "HealthcheckFailed/redis") {
				return fmt.Sprintf("firing: %v, want HealthcheckFailed/redis", firing)
			}
			return ""
		})
	}

	redis.Start()
	for _, p := range both {
		eventually(t, func() string {
			if firing := p.firing(t); !slices.Equal(firing, []string{"HealthcheckWarns/queue"}) {
				return fmt.Sprintf("firing: %v, want HealthcheckWarns/queue alone", firing)
			}
			return ""
		})
	}
}

// Prometheus 2 and 3: see releases.
func TestPrometheusStoresTheNativeHistogram(t *testing.T) {
	t.Parallel()
	for _, p := range scrapeByAll(t, start(t, `
global: {success_ttl: 200ms, failed_ttl: 200ms}
checks:
  - name: shell
    exec: {command: [/bin/true]}
`, "--metrics.run-duration-histogram=native")) {
		// histogram_count has a result for native histograms only.
		p.waitFor(t, `histogram_count(healthcheck_run_duration_seconds{check="shell"}) > bool 3`, "1")
		p.waitFor(t, `histogram_quantile(0.9, healthcheck_run_duration_seconds{check="shell"}) > bool 0`, "1")
		p.waitFor(t, `count(healthcheck_run_duration_seconds_bucket) or on() vector(0)`, "0")
	}
}

func TestPromtoolFindsNothingInTheMetrics(t *testing.T) {
	t.Parallel()
	both := releases(t)
	redis := testservers.Redis(t)
	redis.Stop()
	for _, histogram := range []string{"off", "classic", "native"} {
		e := start(t, dependentChecks(redis.Addr), "--metrics.run-duration-histogram="+histogram, "--web.enable-lifecycle", "--web.enable-pprof")
		page := fetch(t, 200, e.url+"/metrics")
		for _, r := range both {
			cmd := exec.CommandContext(t.Context(), r.promtool, "check", "metrics")
			cmd.Stdin = strings.NewReader(page)
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("histogram %s: %s check metrics: %v\n%s", histogram, r.promtool, err, out)
			}
		}
	}
}

func TestOpenMetricsHasNoCreatedLines(t *testing.T) {
	e := start(t, dependentChecks("127.0.0.1:1"), "--metrics.run-duration-histogram=classic")
	page, header := fetchAs(t, e.url+"/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, "application/openmetrics-text") {
		t.Errorf("Content-Type %q, want OpenMetrics", got)
	}
	if !strings.HasSuffix(page, "# EOF\n") {
		t.Error("the page does not end in # EOF")
	}
	for line := range strings.Lines(page) {
		if strings.Contains(line, "_created") {
			t.Errorf("a _created line: %s", line)
		}
	}
}

func TestPromtoolAcceptsTheRules(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(root, "deploy/prometheus/*.yml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		write(t, filepath.Join(dir, filepath.Base(file)), read(t, "deploy/prometheus/"+filepath.Base(file)))
	}
	configs := []string{"check", "config", "prometheus.yml", "fleet.yml", "federation.yml"}
	for i, r := range releases(t) {
		if i == 1 { // Debian's Prometheus has no client of Kubernetes.
			configs = append(configs, "kubernetes.yml")
		}
		for _, args := range [][]string{
			configs,
			{"check", "rules", "rules.yml", "recording.yml"},
			{"test", "rules", "rules_test.yml", "recording_test.yml"},
		} {
			cmd := exec.CommandContext(t.Context(), r.promtool, args...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "TZ=UTC")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s %s: %v\n%s", r.promtool, strings.Join(args, " "), err, out)
			}
		}
	}
}
