package redis_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestCheckSaysHowToRepeatItAndItsLimits(t *testing.T) {
	const limits = "[{tls_not_after_timestamp_seconds 14 days before 3 days before {0 0 0 0}}]"
	faulttest.Explains(t, redis.Check{Address: "cache:6379", Command: []string{"GET", faulttest.Planted}}, "redis-cli -h cache -p 6379 PING", "[]")
	faulttest.Explains(t, redis.Check{Address: "/run/redis.sock", Username: "app", PasswordFile: "/p", DB: 1}, "redis-cli -s /run/redis.sock -n 1 --user app --askpass PING", "[]")
	faulttest.Explains(t, redis.Check{Address: "cache:6380", Password: faulttest.Planted, TLS: &checks.TLS{CAFile: "/ca.pem", ServerName: "c", WarnDays: 14, FailDays: 3}},
		"redis-cli -h cache -p 6380 --tls --cacert /ca.pem --sni c --askpass PING", limits)
	faulttest.Explains(t, redis.Check{Address: "cache:6380", TLS: &checks.TLS{}}, "redis-cli -h cache -p 6380 --tls PING",
		"[{tls_not_after_timestamp_seconds  once it is over {0 0 0 0}}]")
}
