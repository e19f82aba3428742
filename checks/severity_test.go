package checks_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestSeverityAndLabelsAreValidated(t *testing.T) {
	good := checks.Check{Name: "a", Func: passes, Severity: checks.SeverityInfo, Labels: map[string]string{"team": "shop", "_tier2": ""}}
	if err := good.Validate(); err != nil {
		t.Errorf("Validate = %v, want no error", err)
	}
	bad := checks.Check{Name: "a", Func: passes, Severity: "page", Labels: map[string]string{
		"": "", "1a": "", "ä": "", "__meta": "", "exported_job": "", "job": "", "instance": "", "check": "", "reason": "", "name": "", "type": "",
		"le": "", "optional": "", "severity": "", "tags": "", "runbook": "", "team": "",
	}}
	err := bad.Validate()
	if err == nil {
		t.Fatal("Validate has no error")
	}
	if got := strings.Count(err.Error(), "\n") + 1; got != 17 {
		t.Errorf("Validate returns %d faults, want 17:\n%v", got, err)
	}
	for _, want := range []string{
		`check "a": severity "page", want critical, warning or info`,
		`check "a": label "1a": want a letter or underscore, then letters, digits and underscores`,
		`check "a": label "exported_job": names that begin with __ or exported_ belong to Prometheus`,
		`check "a": label "severity": the name is taken`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want %q", err, want)
		}
	}
}
