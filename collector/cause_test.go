package collector_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestASkipNamesItsRootCauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := map[string]bool{"db": true, "mq": true, "a": true, "b": true}
		check := func(name string, dependsOn ...string) checks.Check {
			return checks.Check{Name: name, DependsOn: dependsOn, Func: func(context.Context) (string, error) {
				if down[name] {
					return "", errors.New("down")
				}
				return "up", nil
			}}
		}
		c := newCollector(t, collector.Options{},
			check("app", "right", "left"), check("left", "db"), check("right", "db"), // a diamond
			check("chain", "app"), check("both", "mq", "chain"), check("many", "mq", "b", "a", "db"), check("fine", "ok"),
			check("a"), check("b"), check("db"), check("mq"), check("ok"))
		want := func(name, output string, causes ...string) {
			t.Helper()
			r := one(t, c, name)
			if r.Output != output || !slices.Equal(r.Cause, causes) {
				t.Errorf("%s: %q, cause %q, want %q, %q", name, r.Output, r.Cause, output, causes)
			}
		}
		want("left", "skipped: db fails", "db")
		want("app", "skipped: db fails", "db")
		want("chain", "skipped: db fails", "db")
		want("both", "skipped: db and mq fail", "db", "mq")
		want("many", "skipped: a, b, db and 1 more fail", "a", "b", "db")
		want("fine", "up")
		want("db", "down")
		down["db"] = false
		time.Sleep(10 * time.Second)
		want("app", "up")
		want("both", "skipped: mq fails", "mq")
		want("many", "skipped: a, b and mq fail", "a", "b", "mq")
	})
}
