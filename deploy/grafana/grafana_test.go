package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/expr"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"go.yaml.in/yaml/v3"
)

func TestWrittenFilesAreThoseOfTheCode(t *testing.T) {
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range all {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if string(got) != string(want) {
			t.Errorf("%s is not what the code writes: run go -C deploy/grafana generate", path)
		}
	}
	found, err := filepath.Glob("dashboards/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if all[path] == nil {
			t.Errorf("%s is not written by the code", path)
		}
	}
}

// The decoding is strict: it refuses an unknown key, a missing key and a wrong type.
func TestDashboardsAreWhatGrafanaReads(t *testing.T) {
	registerPlugins()
	all, err := filepath.Glob("dashboards/*.json")
	if err != nil || len(all) != 3 {
		t.Fatalf("%d dashboards, %v", len(all), err)
	}
	uids := map[string]bool{}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var board dashboard.Dashboard
		if err := faults(board.UnmarshalJSONStrict(text)); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if err := faults(board.Validate()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if board.Uid == nil || uids[*board.Uid] {
			t.Errorf("%s has no uid of its own", path)
			continue
		}
		uids[*board.Uid] = true
		checkPanels(t, path, panelsOf(t, text))
		var names []string
		for _, v := range board.Templating.List {
			names = append(names, v.Name)
		}
		if want := []string{"datasource", "job", "instance", "team", "tag", "check", "objective"}; !slices.Equal(names, want) {
			t.Errorf("%s has the variables %v, want %v", path, names, want)
		}
	}
}

// registerPlugins makes the SDK decode the panels and queries that the dashboards use.
// cog/plugins has all of Grafana's, which take a minute to compile.
func registerPlugins() {
	runtime := cog.NewRuntime()
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(statetimeline.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	runtime.RegisterDataqueryVariant(expr.VariantConfig())
}

// A panel holds the parts of a panel that the tests check.
type panel struct {
	ID                 int
	Title, Description string
	Targets            []struct{ Expr string }
}

// panelsOf returns the panels of a dashboard, rows included.
func panelsOf(t *testing.T, text []byte) []panel {
	t.Helper()
	var board struct{ Panels []panel }
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	return board.Panels
}

func checkPanels(t *testing.T, path string, panels []panel) {
	t.Helper()
	ids, titles := map[int]bool{}, map[string]bool{}
	for _, p := range panels {
		if p.ID == 0 || ids[p.ID] || p.Title == "" || titles[p.Title] {
			t.Errorf("%s: panel %d %q has no id and title of its own", path, p.ID, p.Title)
		}
		ids[p.ID], titles[p.Title] = true, true
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("%s: panel %q has no description, or asks nothing", path, p.Title)
		}
	}
	if len(panels) < 15 {
		t.Errorf("%s has %d panels", path, len(panels))
	}
}

// The panels whose queries use increase() say that they miss the first failure.
func TestPanelsOfIncreasesSayWhatTheyMiss(t *testing.T) {
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range all {
		if filepath.Ext(path) != ".json" {
			continue
		}
		for _, p := range panelsOf(t, text) {
			for _, q := range p.Targets {
				if strings.Contains(q.Expr, "increase(healthcheck_failures_total") && !strings.Contains(p.Description, "misses the first failure") {
					t.Errorf("%s: %s does not say that increase misses the first failure", path, p.Title)
				}
			}
		}
	}
}

// A rule in a provisioning file has the keys of the API, without those that its group
// has.
func TestAlertRulesAreWhatGrafanaReads(t *testing.T) {
	registerPlugins()
	var file struct {
		Groups []struct{ Rules []map[string]any }
	}
	decode(t, "provisioning/alerting/rules.yml", &file)
	for _, r := range file.Groups[0].Rules {
		r["orgID"], r["folderUID"], r["ruleGroup"] = 1, "healthcheck", "healthcheck"
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var rule alerting.Rule
		if err := faults(rule.UnmarshalJSONStrict(text)); err != nil {
			t.Errorf("%s: %v", r["title"], err)
		} else if err := faults(rule.Validate()); err != nil {
			t.Errorf("%s: %v", r["title"], err)
		}
		if uid, _ := r["uid"].(string); uid == "" || len(uid) > 40 { // Grafana's limit.
			t.Errorf("%s: uid %q", r["title"], uid)
		}
	}
}

// Each alert of Prometheus is one of Grafana, with the same labels and time.
func TestEveryAlertOfPrometheusIsOneOfGrafana(t *testing.T) {
	var source struct{ Groups []struct{ Rules []promRule } }
	decode(t, "../prometheus/rules.yml", &source)
	var file ruleFile
	decode(t, "provisioning/alerting/rules.yml", &file)
	for i, want := range source.Groups[0].Rules {
		got := file.Groups[0].Rules[i]
		if got.Title != want.Alert || got.For != want.For {
			t.Errorf("rule %d is %s for %s, want %s for %s", i, got.Title, got.For, want.Alert, want.For)
		}
		for _, name := range []string{"summary", "description", "runbook_url"} {
			text := got.Annotations[name]
			if text == "" || strings.Contains(text, "query") || strings.Contains(text, "$value ") {
				t.Errorf("%s: %s is %q", got.Title, name, text)
			}
		}
		if strings.Contains(got.Data[0].Model["expr"].(string), "ALERTS") {
			t.Errorf("%s asks for ALERTS, which Grafana does not write", got.Title)
		}
		aboutExporter := got.Title == "HealthcheckExporterDown"
		if alerts := got.NoDataState == "Alerting"; alerts != aboutExporter {
			t.Errorf("%s: noDataState is %s", got.Title, got.NoDataState)
		}
	}
}

func TestContactPointsAreWhatGrafanaReads(t *testing.T) {
	var file struct {
		ContactPoints []struct {
			OrgID     int              `yaml:"orgId"`
			Name      string           `yaml:"name"`
			Receivers []map[string]any `yaml:"receivers"`
		} `yaml:"contactPoints"`
		Policies []struct {
			OrgID    int    `yaml:"orgId"`
			Receiver string `yaml:"receiver"`
		} `yaml:"policies"`
	}
	decode(t, "provisioning/alerting/contact-points.yml", &file)
	names := map[string]bool{}
	for _, point := range file.ContactPoints {
		names[point.Name] = true
		for _, r := range point.Receivers {
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var contact alerting.ContactPoint
			if err := faults(contact.UnmarshalJSONStrict(text)); err != nil {
				t.Errorf("%s: %v", point.Name, err)
			}
		}
	}
	if len(file.Policies) != 1 || !names[file.Policies[0].Receiver] {
		t.Errorf("the policies %v name no receiver of %v", file.Policies, names)
	}
}

// faults returns nil for an empty list of errors, which the SDK returns for no error.
func faults(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
