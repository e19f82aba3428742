// Package amqp has the check type for RabbitMQ and other brokers that speak AMQP
// 0-9-1: [Check].
//
//	check, err := amqp.Check{Address: "127.0.0.1:5672", User: "monitor", Queue: "orders"}.Build()
//
// A run opens one connection of its own, asks, and closes it. It declares,
// publishes and consumes nothing: a queue is only looked at, and one that does
// not exist fails the check rather than being made.
//
// A run ends with its context and leaves no goroutine and no descriptor behind,
// whatever the broker does. It reads at most 64 KiB.
package amqp
