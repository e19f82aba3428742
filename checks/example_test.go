package checks_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func ExamplePing() {
	ping := func(context.Context) error { return nil } // Such as (*sql.DB).PingContext.
	fmt.Println(checks.Ping(ping)(context.Background()))
	// Output: ok <nil>
}

func ExampleBool() {
	f := checks.Bool(func() (bool, string) { return false, "queue is full" })
	_, err := f(context.Background())
	fmt.Println(err)
	// Output: queue is full
}

// A check that warns passes, and degrades the whole.
func ExampleWarnf() {
	f := func(context.Context) (string, error) {
		return "1200 documents", checks.Warnf("%d documents, want 5000", 1200)
	}
	output, err := f(context.Background())
	text, isWarning := checks.Warning(err)
	fmt.Println(output, "|", text, isWarning)
	// Output: 1200 documents | 1200 documents, want 5000 true
}

// A failure with a reason is counted under that reason.
func ExampleFail() {
	err := checks.Fail(checks.ReasonAssertion, errors.New("answer 42, want 41"))
	fmt.Println(err, "|", checks.ReasonOf(err))
	fmt.Println(checks.ReasonOf(context.DeadlineExceeded))
	// Output:
	// answer 42, want 41 | assertion
	// timeout
}

// What a run observes becomes healthcheck_value.
func ExampleObserve() {
	f := func(ctx context.Context) (string, error) {
		checks.Observe(ctx, "queue_depth", 17)
		return "17 waiting", nil
	}
	ctx := checks.WithObserver(context.Background(), func(name string, v float64) { fmt.Println(name, v) })
	fmt.Println(f(ctx))
	// Output:
	// queue_depth 17
	// 17 waiting <nil>
}

// The output may be any value that has a JSON form.
func ExampleOutput() {
	f := func(ctx context.Context) (string, error) {
		checks.Output(ctx, map[string]any{"depth": 17, "consumers": 2})
		return "17 waiting", nil
	}
	ctx := checks.WithOutput(context.Background(), func(v any) { fmt.Println(v) })
	fmt.Println(f(ctx))
	// Output:
	// map[consumers:2 depth:17]
	// 17 waiting <nil>
}
