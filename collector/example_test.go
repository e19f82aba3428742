package collector_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func exampleCollector(o collector.Options) *collector.Collector {
	c, err := collector.New(o,
		checks.Check{Name: "postgres", Func: checks.Ping(func(context.Context) error { return nil })},
		checks.Check{Name: "search", Optional: true, Func: checks.Ping(func(context.Context) error { return errors.New("connection refused") })},
	)
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleNew() {
	c, err := collector.New(collector.Options{Timeout: 2 * time.Second},
		checks.Check{Name: "postgres", Func: checks.Ping(func(context.Context) error { return nil })},
		checks.Check{Name: "search", Optional: true, Func: checks.Ping(func(context.Context) error { return errors.New("connection refused") })},
	)
	if err != nil {
		panic(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)

	report, err := c.Report(context.Background(), collector.Filter{})
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Status)
	for _, r := range report.Results {
		fmt.Println(r.Check, r.State, r.Output)
	}
	// Output:
	// degraded
	// postgres passed ok
	// search failed connection refused
}

// Run refreshes the results in the background, so that readers never wait.
func ExampleCollector_Run() {
	c := exampleCollector(collector.Options{})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	stop()
	fmt.Println(<-done)
	// Output: <nil>
}

// Checks come and go while the collector is in use.
func ExampleCollector_Add() {
	c := exampleCollector(collector.Options{})
	check := checks.Check{Name: "queue", DependsOn: []string{"postgres"}, Func: checks.Ping(func(context.Context) error { return nil })}
	fmt.Println(c.Add(check))
	fmt.Println(errors.Is(c.Add(check), collector.ErrNameTaken))
	fmt.Println(c.Remove("postgres"))
	// Output:
	// <nil>
	// true
	// check is in use: check "queue" depends on "postgres"
}

// Drain takes the service out, before a deployment for instance.
func ExampleCollector_Drain() {
	c := exampleCollector(collector.Options{})
	print := func() {
		report, err := c.Report(context.Background(), collector.Filter{Names: []string{"postgres"}})
		fmt.Printf("%s %q %v\n", report.Status, report.Draining, err)
	}
	c.Drain(errors.New("deploy"))
	print()
	c.Drain(nil)
	print()
	// Output:
	// failed "deploy" <nil>
	// passed "" <nil>
}

// OnChange hears of changes of a check's state, but not of a first pass.
func ExampleOptions_onChange() {
	changed := make(chan string, 1)
	c := exampleCollector(collector.Options{OnChange: func(_, now collector.Result) {
		changed <- fmt.Sprint(now.Check, " is ", now.State, ": ", now.Output)
	}})
	if _, err := c.Report(context.Background(), collector.Filter{}); err != nil {
		panic(err)
	}
	fmt.Println(<-changed)
	// Output: search is failed: connection refused
}

// A service that logs with slog hands its logger to the collector.
func ExampleSlogLogger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{}
		}
		return a
	}})
	logger := collector.SlogLogger(slog.New(handler))
	if err := level.Warn(logger).Log("msg", "check failed", "check", "search"); err != nil {
		panic(err)
	}
	// Output: level=WARN msg="check failed" check=search
}
