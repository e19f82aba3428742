package host_test

import (
	"context"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

func ExampleDisk() {
	check, err := checks.New("root", host.Disk{Path: "/"})
	if err != nil {
		panic(err)
	}
	output, err := check.Func(context.Background())
	fmt.Println(check.Type, output != "", err)
	// Output: disk true <nil>
}
