//go:build linux

package e2e_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// observed returns a configuration with a check for everything that the dashboards
// show: failing, flapping and slow checks, a certificate that ends within hours, and
// values of every unit.
func observed(t *testing.T) string {
	t.Helper()
	ca := testservers.NewCA(t)
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "shop")
	}))
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
    tags: [ready, cache]
  - {name: waits, exec: {command: [/bin/true]}, depends_on: [fails]}
  - {name: flaps, exec: {command: [/bin/sh, -c, "rm up 2>/dev/null || { touch up; exit 1; }"], dir: %s}}
  - {name: slow, exec: {command: [/bin/sleep, "0.4"]}, tags: [ready]}
  - {name: site, http: {url: "%s", tls: {ca_file: %s}}}
  - {name: disk, disk: {path: /}}
views: {ready: {tags: [ready]}}
`, t.TempDir(), site.URL, ca.File)
}

// A dashboard holds the parts of a Grafana dashboard that have queries.
type dashboard struct {
	Panels []struct {
		Title   string
		Targets []struct {
			Expr    string
			Instant bool
		}
	}
	Annotations struct{ List []struct{ Name, Expr string } }
	Templating  struct {
		List []struct {
			Name, Type, Regex string
			Query             json.RawMessage
		}
	}
}

// Every query of every panel, variable, annotation and alert rule of deploy/grafana
// is answered by a real Prometheus over real exporters. Grafana itself is not run.
func TestEveryQueryOfGrafanaReturnsData(t *testing.T) {
	t.Parallel()
	one, two := start(t, observed(t)), start(t, everything)
	socket := filepath.Join(testservers.Dir(t), "s")
	drained := start(t, "checks: []\n", "--state.directory="+t.TempDir(), "--admin.socket="+socket)
	admin(t, socket, "drain", "--reason=deploy", "--for=1h")
	gone := start(t, "checks: []\n")
	p := scrape(t, one, two, drained, gone)
	p.waitFor(t, `count(up == 1)`, "4")
	gone.Stop()
	p.waitFor(t, `count(healthcheck_failures_total{check="fails", reason="refused"} > 2)`, "1")
	p.waitFor(t, `changes(healthcheck_last_change_timestamp_seconds{check="flaps"}[1m]) > bool 1`, "1")
	known := p.names(t)

	files, err := filepath.Glob(filepath.Join(root, "deploy/grafana/dashboards/*.json"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	for _, file := range files {
		var d dashboard
		name := filepath.Base(file)
		if err := json.Unmarshal([]byte(read(t, "deploy/grafana/dashboards/"+name)), &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		values := d.variables(t, p)
		for variable, want := range map[string]string{
			"job": "healthcheck", "instance": one.Addr, "team": "shop", "tag": "ready", "check": "fails", "objective": "99.9",
		} {
			if !slices.Contains(values[variable], want) {
				t.Errorf("%s: the variable %s has the values %q, want %s among them", name, variable, values[variable], want)
			}
		}
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				p.wantData(t, known, name+": "+panel.Title, all.Replace(target.Expr), target.Instant)
			}
		}
		for _, a := range d.Annotations.List {
			p.wantData(t, known, name+": "+a.Name, all.Replace(a.Expr), false)
		}
	}

	// The variables tag, team and check select checks.
	for chosen, want := range map[*strings.Replacer]string{
		with("$tag", "ready"): "fails slow", with("$tag", "rea"): "", with("$tag", "ready|cache"): "fails slow",
		with("$team", "shop"): "fails", with("$check", "disk|slow"): "disk disk slow",
	} {
		var names []string
		for _, s := range p.query(t, chosen.Replace(stateOf(t))) {
			names = append(names, s.labels["check"])
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s chooses %q, want %q", chosen.Replace("$tag $team $check"), got, want)
		}
	}
	p.wantSameAlerts(t, known)
}

// all sets each variable to All.
var all = with()

// with sets some variables, and the others to All.
func with(oldnew ...string) *strings.Replacer {
	return strings.NewReplacer(append(oldnew, "$__rate_interval", "10s", "$job", ".*", "$instance", ".*", "$team", ".*", "$tag", ".*",
		"$check", ".*", "$objective", "99.9")...)
}

// stateOf returns the query of the panel that shows the state of all checks of a host.
func stateOf(t testing.TB) string {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, "deploy/grafana/dashboards/host.json")), &d); err != nil {
		t.Fatal(err)
	}
	for _, panel := range d.Panels {
		if panel.Title == "Checks" {
			return panel.Targets[0].Expr
		}
	}
	t.Fatal("no panel of all checks")
	return ""
}

// variables returns the values that Grafana would offer for each variable.
func (d dashboard) variables(t testing.TB, p *prometheus) map[string][]string {
	t.Helper()
	values := map[string][]string{}
	for _, v := range d.Templating.List {
		switch v.Type {
		case "custom":
			var list string
			if err := json.Unmarshal(v.Query, &list); err != nil {
				t.Fatal(err)
			}
			values[v.Name] = strings.Split(list, ",")
		case "query":
			var query struct{ Query string }
			if err := json.Unmarshal(v.Query, &query); err != nil {
				t.Fatal(err)
			}
			parts := regexp.MustCompile(`^label_values\((.+), (\w+)\)$`).FindStringSubmatch(query.Query)
			if parts == nil {
				t.Fatalf("the variable %s asks %q", v.Name, query.Query)
			}
			for _, s := range p.query(t, fmt.Sprintf("count by (%s) (%s)", parts[2], all.Replace(parts[1]))) {
				values[v.Name] = append(values[v.Name], split(t, v.Regex, s.labels[parts[2]])...)
			}
		}
	}
	return values
}

// split applies a variable's /regular expression/g to a value.
func split(t testing.TB, expression, value string) []string {
	t.Helper()
	if expression == "" {
		return []string{value}
	}
	pattern, ok := strings.CutSuffix(strings.TrimPrefix(expression, "/"), "/g")
	if !ok {
		t.Fatalf("%q is not /…/g", expression)
	}
	var parts []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(value, -1) {
		parts = append(parts, match[1])
	}
	return parts
}

// names returns the names of all metrics.
func (p *prometheus) names(t testing.TB) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, s := range p.query(t, `count by (__name__) ({__name__=~".+"})`) {
		names[s.labels["__name__"]] = true
	}
	return names
}

var metricNames = regexp.MustCompile(`\b(healthcheck_[a-z_]+|process_[a-z_]+|go_[a-z_]+|up)\b`)

// wantData waits until a query has a result, now or, if the query is not instant, in
// the last half minute. Every metric in the query must exist.
func (p *prometheus) wantData(t testing.TB, known map[string]bool, what, expression string, instant bool) {
	t.Helper()
	for _, name := range metricNames.FindAllString(expression, -1) {
		if !known[name] {
			t.Errorf("%s: %s does not exist: %s", what, name, expression)
		}
	}
	if strings.Contains(expression, "$") {
		t.Errorf("%s: a variable without a value: %s", what, expression)
		return
	}
	eventually(t, func() string {
		if instant && len(p.query(t, expression)) > 0 || !instant && len(p.queryRange(t, expression)) > 0 {
			return ""
		}
		return what + ": no data: " + expression
	})
}

// wantSameAlerts checks that each alert rule of Grafana finds the same checks and
// instances as the rule of Prometheus with the same name.
func (p *prometheus) wantSameAlerts(t testing.TB, known map[string]bool) {
	t.Helper()
	var ours struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(hurried(t, read(t, "deploy/prometheus/rules.yml"))), &ours); err != nil {
		t.Fatal(err)
	}
	var theirs struct {
		Groups []struct {
			Rules []struct {
				Title string
				Data  []struct{ Model struct{ Expr string } }
			}
		}
	}
	if err := yaml.Unmarshal([]byte(hurried(t, read(t, "deploy/grafana/provisioning/alerting/rules.yml"))), &theirs); err != nil {
		t.Fatal(err)
	}
	p.waitFor(t, `count(ALERTS{alertname="HealthcheckFailed", check="fails", alertstate="firing"})`, "1")
	found := 0
	for i, rule := range ours.Groups[0].Rules {
		other := theirs.Groups[0].Rules[i]
		expression := other.Data[0].Model.Expr
		for _, name := range metricNames.FindAllString(expression, -1) {
			if !known[name] {
				t.Errorf("%s: %s does not exist", other.Title, name)
			}
		}
		if rule.Alert == "HealthcheckExporterDown" { // All targets, and a threshold.
			if got := len(p.query(t, expression)); got != 4 {
				t.Errorf("%s has %d targets, want 4", other.Title, got)
			}
			expression = "(" + expression + ") > 0.5"
		}
		eventually(t, func() string { // Both see the same samples.
			now := time.Now().Add(-500 * time.Millisecond)
			want, got := p.subjects(t, rule.Expr, now), p.subjects(t, expression, now)
			if !slices.Equal(got, want) {
				return fmt.Sprintf("%s: Grafana finds %q, Prometheus %q", rule.Alert, got, want)
			}
			found += len(want)
			return ""
		})
	}
	if found < 4 {
		t.Errorf("the rules find %d series, too few to compare", found)
	}
}

// subjects returns job, instance and check of each series that an expression finds.
func (p *prometheus) subjects(t testing.TB, expression string, at time.Time) []string {
	t.Helper()
	var all []string
	for _, s := range p.queryAt(t, expression, at) {
		all = append(all, s.labels["job"]+"/"+s.labels["instance"]+"/"+s.labels["check"])
	}
	slices.Sort(all)
	return all
}
