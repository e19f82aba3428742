//go:build unix

package command_test

import (
	"context"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

// A plugin of Nagios: exit status 1 is a warning.
func ExampleExec() {
	check, err := checks.New("raid", command.Exec{Command: []string{"/bin/sh", "-c", "echo 'RAID degraded'; exit 1"}, Nagios: true})
	if err != nil {
		panic(err)
	}
	output, err := check.Func(context.Background())
	warning, isWarning := checks.Warning(err)
	fmt.Println(output, "|", warning, isWarning)
	// Output: RAID degraded | exit status 1: RAID degraded true
}
