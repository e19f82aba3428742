package collector_test

import (
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestTheDefinitionHasItsDefaults(t *testing.T) {
	ok := func() checks.Func { return checks.Bool(func() (bool, string) { return true, "ok" }) }
	c, err := collector.New(collector.Options{Timeout: 3 * time.Second}, checks.Check{Name: "a", Func: ok()}, checks.Check{Name: "b", Func: ok(), DependsOn: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if b, known := c.Definition("b"); !known || b.Timeout != 3*time.Second || len(b.DependsOn) != 1 || b.Severity != checks.SeverityCritical {
		t.Errorf("Definition(b) = %+v, %t", b, known)
	}
	if _, known := c.Definition("typo"); known {
		t.Error("a check that does not exist has a definition")
	}
}
