package redis_test

import (
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
)

func ExampleCheck() {
	check, err := checks.New("sessions", redis.Check{Address: "127.0.0.1:6379", Role: "master"})
	if err != nil {
		panic(err)
	}
	check.Timeout = 2 * time.Second
	fmt.Println(check.Name, check.Type, check.Timeout) // Ready for collector.New.
	// Output: sessions redis 2s
}
