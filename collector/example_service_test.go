package collector_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// Wrap puts code around every check: here each failure gets a second try.
func ExampleOptions_wrap() {
	retry := func(def checks.Check) checks.Func {
		return func(ctx context.Context) (string, error) {
			if output, err := def.Func(ctx); err == nil {
				return output, nil
			}
			return def.Func(ctx)
		}
	}
	tries := 0
	c, err := collector.New(collector.Options{Wrap: retry}, checks.Check{Name: "flaky", Func: func(context.Context) (string, error) {
		if tries++; tries == 1 {
			return "", errors.New("connection reset")
		}
		return "ok", nil
	}})
	if err != nil {
		panic(err)
	}
	report, err := c.Report(context.Background(), collector.Filter{})
	fmt.Println(report.Status, report.Results[0].Output, err)
	// Output: passed ok <nil>
}

// OnStatus feeds another way of telling the health, such as the health service of
// a gRPC server: SERVING unless the status is failed.
func ExampleOptions_onStatus() {
	serving := make(chan bool)
	c, err := collector.New(collector.Options{
		OnStatus: func(_, now collector.Status) { serving <- now != collector.StatusFailed },
	}, checks.Check{Name: "db", Func: func(context.Context) (string, error) { return "ok", nil }})
	if err != nil {
		panic(err)
	}
	if _, err := c.Report(context.Background(), collector.Filter{}); err != nil {
		panic(err)
	}
	fmt.Println(<-serving)
	c.Drain(errors.New("deploy"))
	fmt.Println(<-serving)
	// Output:
	// true
	// false
}

// A mute lets an operator work on a dependency without taking the service out.
func ExampleCollector_Mute() {
	c, err := collector.New(collector.Options{}, checks.Check{Name: "db", Func: func(context.Context) (string, error) {
		return "", errors.New("connection refused")
	}})
	if err != nil {
		panic(err)
	}
	print := func() {
		report, err := c.Report(context.Background(), collector.Filter{})
		fmt.Println(report.Status, report.Results[0].Output, err)
	}
	print()
	if err := c.Mute("db", collector.Mute{Reason: "upgrade to 17", Until: time.Now().Add(time.Hour), By: "alice"}); err != nil {
		panic(err)
	}
	print()
	// Output:
	// failed connection refused <nil>
	// degraded connection refused <nil>
}

// State and Restore carry what is known over a restart. A program keeps the value
// somewhere whenever Changed has a value.
func ExampleCollector_State() {
	check := checks.Check{Name: "db", Fingerprint: "1", Func: func(context.Context) (string, error) { return "ok", nil }}
	before, err := collector.New(collector.Options{}, check)
	if err != nil {
		panic(err)
	}
	if _, err = before.Report(context.Background(), collector.Filter{}); err != nil {
		panic(err)
	}
	<-before.Changed()
	saved := before.State()

	check.Func = func(context.Context) (string, error) { return "", errors.New("not called: the result is fresh") }
	after, err := collector.New(collector.Options{Restore: &saved}, check)
	if err != nil {
		panic(err)
	}
	report, err := after.Report(context.Background(), collector.Filter{})
	fmt.Println(report.Status, report.Results[0].Output, err)
	// Output: passed ok <nil>
}

// Prepare and Commit let a program change its checks and what depends on them at
// the same moment.
func ExampleCollector_Prepare() {
	pass := func(context.Context) (string, error) { return "ok", nil }
	c, err := collector.New(collector.Options{}, checks.Check{Name: "old", Func: pass})
	if err != nil {
		panic(err)
	}
	change, err := c.Prepare(context.Background(), []checks.Check{{Name: "new", Func: pass}}, collector.Limits{MaxWait: time.Second})
	if err != nil {
		panic(err) // Nothing has changed.
	}
	// Here the program prepares its own part; if that fails, it calls change.Abort.
	change.Commit()
	report, err := c.Report(context.Background(), collector.Filter{})
	fmt.Println(report.Results[0].Check, report.Epoch == change.Epoch(), err)
	// Output: new true <nil>
}
