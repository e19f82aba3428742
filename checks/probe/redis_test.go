//go:build unix

package probe_test

import (
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

func TestTCPTalksToARealRedis(t *testing.T) {
	redis := testservers.Redis(t, "--requirepass", "hush-hush")
	healthy := probe.TCP{Address: redis.Addr, Steps: []probe.TCPStep{
		{Send: "AUTH hush-hush\r\n", Expect: `^\+OK`}, {Send: "PING\r\n", Expect: `^\+PONG`},
	}}
	run(t, healthy).passes(t, redis.Addr+" replies as expected")

	within := func(d time.Duration, s probe.TCP) report {
		ctx, cancel := contextFor(t, d)
		defer cancel()
		return runIn(ctx, t, s)
	}
	within(200*time.Millisecond, probe.TCP{Address: redis.Addr, Send: "PING\r\n", Expect: `^\+PONG`}).
		fails(t, checks.ReasonAssertion, "waiting for a reply from "+redis.Addr+`: no match of "^\\+PONG" within 200ms, got "-NOAUTH Authentication required."…`)

	redis.Freeze()
	within(200*time.Millisecond, healthy).fails(t, checks.ReasonTimeout, "waiting for a reply from "+redis.Addr+": timeout after 200ms")
	redis.Thaw()
	run(t, healthy).passes(t, redis.Addr+" replies as expected")

	redis.Stop()
	run(t, healthy).fails(t, checks.ReasonRefused, "connecting to "+redis.Addr+": connection refused")
	redis.Start()
	run(t, healthy).passes(t, redis.Addr+" replies as expected")
}

func TestTCPTalksToARealRedisOverTLS(t *testing.T) {
	redis := testservers.RedisTLS(t)
	r := run(t, probe.TCP{Address: redis.Addr, TLS: &checks.TLS{CAFile: redis.CAFile}, Send: "PING\r\n", Expect: `^\+PONG`})
	r.passes(t, redis.Addr+" replies as expected")
	r.observes(t, "connect_seconds", "tls_seconds", "tls_not_after_timestamp_seconds", "answer_seconds")
}
