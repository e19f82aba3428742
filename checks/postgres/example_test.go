package postgres_test

import (
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
)

func ExampleCheck() {
	check, err := checks.New("orders", postgres.Check{DSN: "postgres://app@127.0.0.1:5432/orders"})
	if err != nil {
		panic(err)
	}
	check.Tags = []string{"ready"}
	fmt.Println(check.Name, check.Type, check.Tags) // Ready for collector.New.
	// Output: orders postgres [ready]
}
