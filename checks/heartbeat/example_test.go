package heartbeat_test

import (
	"context"
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A job in the same process reports with Beat; another one reports with POST
// /heartbeat/backup: see httpapi.Heartbeat.
func ExampleCheck() {
	backup, err := checks.New("backup", heartbeat.Check{MaxAge: 24 * time.Hour, Grace: time.Hour})
	if err != nil {
		panic(err)
	}
	c, err := collector.New(collector.Options{}, backup)
	if err != nil {
		panic(err)
	}
	if err := c.Beat(context.Background(), "backup", checks.Beat{ExitCode: 1}); err != nil {
		panic(err)
	}
	report, err := c.Report(context.Background(), collector.Filter{})
	if err != nil {
		panic(err)
	}
	r := report.Results[0]
	fmt.Println(r.State, r.Reason, r.Output[:34])
	// Output: failed exit_code the job ended with exit code 1 at
}
