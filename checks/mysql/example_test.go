package mysql_test

import (
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
)

func ExampleCheck() {
	check, err := checks.New("billing", mysql.Check{DSN: "app@tcp(127.0.0.1:3306)/billing"})
	if err != nil {
		panic(err)
	}
	check.Optional = true
	fmt.Println(check.Name, check.Type, check.Optional) // Ready for collector.New.
	// Output: billing mysql true
}
