package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A promRule is an alert of deploy/prometheus/rules.yml.
type promRule struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

// A ruleFile is a provisioning file of Grafana.
type ruleFile struct {
	APIVersion int         `yaml:"apiVersion"`
	Groups     []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	OrgID    int    `yaml:"orgId"`
	Name     string `yaml:"name"`
	Folder   string `yaml:"folder"`
	Interval string `yaml:"interval"`
	Rules    []rule `yaml:"rules"`
}

type rule struct {
	UID          string            `yaml:"uid"`
	Title        string            `yaml:"title"`
	Condition    string            `yaml:"condition"`
	Data         []data            `yaml:"data"`
	NoDataState  string            `yaml:"noDataState"`
	ExecErrState string            `yaml:"execErrState"`
	For          string            `yaml:"for"`
	Annotations  map[string]string `yaml:"annotations"`
	Labels       map[string]string `yaml:"labels"`
}

type data struct {
	RefID             string         `yaml:"refId"`
	RelativeTimeRange map[string]int `yaml:"relativeTimeRange,omitempty"`
	DatasourceUID     string         `yaml:"datasourceUid"`
	Model             map[string]any `yaml:"model"`
}

const rulesHead = `# Alert rules of Grafana, generated from deploy/prometheus/rules.yml with the same
# meaning: see docs/grafana.md for what differs. Use these or those, not both.
#
# noDataState: a rule without a result is OK; only rules about the exporters
# themselves alert. execErrState: while Prometheus does not answer, rules about
# checks keep their state, and those about exporters raise an error.
#
# The data source has the uid "prometheus", as in ../datasources/prometheus.yml.
`

// alerts returns the provisioning file for the rules at path.
func alerts(path string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct{ Groups []struct{ Rules []promRule } }
	if err := yaml.Unmarshal(source, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	group := ruleGroup{OrgID: 1, Name: "healthcheck", Folder: "Health checks", Interval: "30s"}
	for _, r := range file.Groups[0].Rules {
		group.Rules = append(group.Rules, translated(r))
	}
	text := bytes.NewBufferString(rulesHead)
	encoder := yaml.NewEncoder(text)
	encoder.SetIndent(2)
	if err := encoder.Encode(ruleFile{APIVersion: 1, Groups: []ruleGroup{group}}); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// An exception holds the parts of a rule that differ in Grafana. An empty part does
// not differ.
type exception struct {
	expr, description, runbook string
	// truth is a math expression on the result $A: not 0 where the rule alerts.
	truth           string
	noData, execErr string
}

// exceptions are the rules with features that only Prometheus has (the series ALERTS,
// queries within annotations), and the rules about exporters instead of checks.
var exceptions = map[string]exception{
	"HealthcheckFailed": {
		expr: `( healthcheck_state == 0
    unless ignoring (reason) healthcheck_failure_info{reason="skipped"}
    unless healthcheck_muted == 1
    unless on (job, instance) healthcheck_draining == 1 )
+ on (job, instance, check) group_left (severity, team, runbook)
( topk by (job, instance, check) (1, healthcheck_check_info{severity="critical"} * 2 or healthcheck_check_info)
    or on (job, instance, check) max by (job, instance, check) (healthcheck_state) * 0 + 1 )`,
		description: `{{ $labels.check }} fails on {{ $labels.instance }}. The dashboard of the check shows the reason: /d/healthcheck-check?var-check={{ $labels.check }}`,
		runbook:     `{{ if $labels.runbook }}{{ $labels.runbook }}{{ else }}%s{{ end }}`,
	},
	"HealthcheckUnhealthy": {
		expr: `healthcheck_healthy == 0
  unless on (job, instance) healthcheck_draining == 1
  unless on (job, instance)
  ( healthcheck_state == 0
      unless ignoring (reason) healthcheck_failure_info{reason="skipped"}
      unless healthcheck_muted == 1
      unless on (job, instance, check) healthcheck_check_info{severity!="critical"} )`,
	},
	// The result has all targets, so no data means no target.
	"HealthcheckExporterDown": {expr: `1 - up{job="healthcheck"}`, truth: "$A", noData: "Alerting", execErr: "Error"},
	"HealthcheckTargetAbsent": {execErr: "Error"},
}

// translated returns the rule of Grafana with the same meaning.
func translated(r promRule) rule {
	e := exceptions[r.Alert]
	runbook := r.Annotations["runbook_url"]
	if e.runbook != "" {
		runbook = fmt.Sprintf(e.runbook, defaultRunbook(runbook))
	}
	labels := map[string]string{}
	for name, value := range r.Labels {
		labels[name] = strings.ReplaceAll(value, "{{ with $labels.severity }}{{ . }}{{ else }}critical{{ end }}",
			"{{ if $labels.severity }}{{ $labels.severity }}{{ else }}critical{{ end }}")
	}
	return rule{
		UID:          "healthcheck-" + strings.ToLower(strings.TrimPrefix(r.Alert, "Healthcheck")),
		Title:        r.Alert,
		Condition:    "C",
		NoDataState:  or(e.noData, "OK"),
		ExecErrState: or(e.execErr, "KeepLast"),
		For:          r.For,
		Labels:       labels,
		Annotations: map[string]string{
			"summary":     r.Annotations["summary"],
			"description": or(e.description, strings.ReplaceAll(r.Annotations["description"], "$value", "$values.A.Value")),
			"runbook_url": runbook,
		},
		Data: steps(or(e.expr, r.Expr), or(e.truth, "$A * 0 + 1")),
	}
}

// steps returns the query (A), a truth value for each of its series (B), and the
// condition (C): B is not 0. In Prometheus every series that a rule finds alerts,
// whatever its value, so the usual truth is "$A * 0 + 1".
func steps(expr, truth string) []data {
	return []data{
		{
			RefID: "A", DatasourceUID: "prometheus",
			RelativeTimeRange: map[string]int{"from": 600, "to": 0},
			Model:             map[string]any{"refId": "A", "datasource": datasource("prometheus"), "expr": strings.TrimSpace(expr) + "\n", "instant": true, "range": false},
		},
		{
			RefID: "B", DatasourceUID: "__expr__",
			Model: map[string]any{"refId": "B", "datasource": datasource("__expr__"), "type": "math", "expression": truth},
		},
		{
			RefID: "C", DatasourceUID: "__expr__",
			Model: map[string]any{"refId": "C", "datasource": datasource("__expr__"), "type": "threshold", "expression": "B", "conditions": []map[string]any{
				{"evaluator": map[string]any{"type": "gt", "params": []float64{0.5}}},
			}},
		},
	}
}

// datasource names a data source whose type is also its uid.
func datasource(name string) map[string]any { return map[string]any{"type": name, "uid": name} }

// defaultRunbook returns the runbook of this project from an annotation that prefers
// the check's own runbook.
func defaultRunbook(annotation string) string {
	_, rest, _ := strings.Cut(annotation, "{{ else }}")
	page, _, _ := strings.Cut(rest, "{{ end }}")
	return page
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
