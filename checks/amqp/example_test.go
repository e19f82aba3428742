package amqp_test

import (
	"fmt"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/amqp"
)

func ExampleCheck() {
	check, err := checks.New("broker", amqp.Check{
		Address: "127.0.0.1:5672", User: "monitor", PasswordFile: "/run/secrets/rabbitmq",
		Queue: "orders", WarnMessages: 1000, FailMessages: 10000, FailConsumers: 1,
	})
	if err != nil {
		panic(err)
	}
	check.Timeout = 2 * time.Second
	fmt.Println(check.Name, check.Type, check.Timeout) // Ready for collector.New.
	// Output: broker amqp 2s
}
