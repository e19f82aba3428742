//go:build unix

package amqp_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	amqp091 "github.com/rabbitmq/amqp091-go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/amqp"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// dsn is a DSN of user app with the planted password.
func dsn(scheme, hostport, rest string) checks.Secret {
	return checks.Secret(scheme + "://app:" + url.QueryEscape(faulttest.Planted) + "@" + hostport + "/" + rest)
}

// A broker takes seconds to start: all tests share one.
func TestRabbitMQ(t *testing.T) {
	s := testservers.RabbitMQ(t, faulttest.Planted)
	fields := amqp.Check{Address: s.Addr, User: "app", Password: faulttest.Planted}
	channel := open(t, s)
	declare(t, channel, "idle", 0)
	declare(t, channel, "busy", 5)
	if _, err := channel.Consume("idle", "", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	product := faulttest.RunOnce(t, fields, 5*time.Second).Output
	if !strings.HasPrefix(product, "RabbitMQ 3.") && !strings.HasPrefix(product, "RabbitMQ 4.") {
		t.Fatalf("output = %q, want RabbitMQ and its version", product)
	}
	queue := func(name string, change func(*amqp.Check)) amqp.Check {
		c := fields
		c.Queue = name
		if change != nil {
			change(&c)
		}
		return c
	}
	const idle, busy = `queue "idle" has 0 messages and 1 consumer`, `queue "busy" has 5 messages and 0 consumers`

	t.Run("passes", func(t *testing.T) {
		for name, c := range map[string]struct {
			spec amqp.Check
			want string
		}{
			"with a login":              {fields, product},
			"with a password file":      {amqp.Check{Address: s.Addr, User: "app", PasswordFile: faulttest.SecretFile(t, faulttest.Planted+"\n")}, product},
			"with a DSN":                {amqp.Check{DSN: dsn("amqp", s.Addr, "")}, product},
			"with a DSN in a file":      {amqp.Check{DSNFile: faulttest.SecretFile(t, string(dsn("amqp", s.Addr, "%2F?heartbeat=5")))}, product},
			"with a DSN and a file":     {amqp.Check{DSN: checks.Secret("amqp://app@" + s.Addr), PasswordFile: faulttest.SecretFile(t, faulttest.Planted)}, product},
			"with a queue":              {queue("idle", nil), product + ", " + idle},
			"as one who may do nothing": {queue("idle", func(c *amqp.Check) { c.User = "watcher" }), product + ", " + idle},
			"within its limits":         {queue("busy", func(c *amqp.Check) { c.WarnMessages, c.FailMessages = 6, 7 }), product + ", " + busy},
			"with enough consumers":     {queue("idle", func(c *amqp.Check) { c.WarnConsumers, c.FailConsumers = 1, 1 }), product + ", " + idle},
		} {
			t.Run(name, func(t *testing.T) {
				faulttest.LeavesNothing(t, func() { faulttest.Passes(t, c.spec, c.want) })
			})
		}
	})
	t.Run("observes", func(t *testing.T) {
		o := faulttest.Passes(t, queue("busy", nil), product+", "+busy)
		if o.Observed["messages"] != 5 || o.Observed["connect_seconds"] <= 0 || o.Observed["login_seconds"] <= 0 {
			t.Errorf("observed %v, want messages and the phases", o.Observed)
		}
		if _, observed := o.Observed["consumers"]; !observed {
			t.Errorf("observed %v, want consumers", o.Observed)
		}
	})
	t.Run("warns", func(t *testing.T) {
		faulttest.Warns(t, queue("busy", func(c *amqp.Check) { c.WarnMessages = 5 }), product+", "+busy, `queue "busy" has 5 messages, want fewer than 5`)
		faulttest.Warns(t, queue("busy", func(c *amqp.Check) { c.WarnMessages, c.WarnConsumers = 5, 1 }), product+", "+busy,
			`queue "busy" has 5 messages, want fewer than 5; queue "busy" has 0 consumers, want at least 1`)
	})
	t.Run("fails", func(t *testing.T) {
		for name, c := range map[string]struct {
			spec   amqp.Check
			reason checks.Reason
			want   string
		}{
			"with a wrong password":    {amqp.Check{Address: s.Addr, User: "app", Password: "wrong-one"}, checks.ReasonAuth, "login: ACCESS_REFUSED"},
			"with guest":               {amqp.Check{Address: s.Addr}, checks.ReasonAuth, "login: ACCESS_REFUSED"},
			"without a virtual host":   {amqp.Check{DSN: dsn("amqp", s.Addr, "none")}, checks.ReasonStatus, "login: NOT_ALLOWED - vhost none not found (code 530)"},
			"in another virtual host":  {amqp.Check{DSN: dsn("amqp", s.Addr, "orders")}, checks.ReasonAuth, "login: NOT_ALLOWED - access to vhost 'orders' refused for user 'app' (code 530)"},
			"without permissions":      {amqp.Check{Address: s.Addr, User: "stranger", Password: faulttest.Planted}, checks.ReasonAuth, "refused for user 'stranger'"},
			"without the queue":        {queue("none", nil), checks.ReasonAssertion, `queue "none": NOT_FOUND - no queue 'none' in vhost '/' (code 404)`},
			"with too many messages":   {queue("busy", func(c *amqp.Check) { c.WarnMessages, c.FailMessages = 1, 5 }), checks.ReasonThreshold, `queue "busy" has 5 messages, want fewer than 5`},
			"with too few consumers":   {queue("idle", func(c *amqp.Check) { c.FailConsumers = 2 }), checks.ReasonThreshold, `queue "idle" has 1 consumer, want at least 2`},
			"without a DSN file":       {amqp.Check{DSNFile: "/no/such/file"}, checks.ReasonInternal, "local: secret file /no/such/file"},
			"without a password file":  {amqp.Check{Address: s.Addr, User: "app", PasswordFile: "/no/such/file"}, checks.ReasonInternal, "local: secret file /no/such/file"},
			"over TLS on a plain port": {amqp.Check{DSN: dsn("amqps", s.Addr, "")}, checks.ReasonTLS, "tls handshake with " + s.Addr},
			"where nobody listens":     {amqp.Check{Address: faulttest.Refused(t)}, checks.ReasonRefused, "connection refused"},
		} {
			t.Run(name, func(t *testing.T) {
				faulttest.LeavesNothing(t, func() {
					o := faulttest.RunOnce(t, c.spec, 5*time.Second)
					o.Failed(t, c.reason, c.want)
					if o.Took > 2*time.Second {
						t.Errorf("the check took %v: the broker refuses at once when it is asked to", o.Took)
					}
				})
			})
		}
	})
	t.Run("declares nothing", func(t *testing.T) {
		faulttest.RunOnce(t, queue("none", nil), 5*time.Second)
		if _, err := open(t, s).QueueDeclarePassive("none", false, false, false, false, nil); err == nil {
			t.Error("the check has declared the queue it looked for")
		}
	})
	t.Run("over TLS", func(t *testing.T) {
		certs := faulttest.Certificates(t)
		address := faulttest.TLS(t, certs.Good, faulttest.Proxy(s.Addr))
		spec := fields
		spec.Address, spec.TLS = address, &checks.TLS{CAFile: certs.CAFile, WarnDays: 40}
		o := faulttest.RunOnce(t, spec, 5*time.Second)
		if text, warned := checks.Warning(o.Err); !warned || !strings.HasPrefix(text, "certificate expires in 29 days") || o.Output != product {
			t.Errorf("check returned %q, %v, want a pass with a warning", o.Output, o.Err)
		}
		faulttest.Passes(t, amqp.Check{DSN: dsn("amqps", address, "?cacertfile="+url.QueryEscape(certs.CAFile))}, product)
		faulttest.Fails(t, amqp.Check{DSN: dsn("amqps", address, "")}, checks.ReasonTLS, "tls handshake with "+address+": certificate signed by unknown authority")
	})
	t.Run("stands the fault table", func(t *testing.T) {
		faulttest.Run(t, faulttest.Subject{
			Type: "amqp",
			Spec: func(address string) checks.Spec { c := queue("idle", nil); c.Address = address; return c },
			TLS: func(address string, settings checks.TLS) checks.Spec {
				c := queue("idle", nil)
				c.Address, c.TLS = address, &settings
				return c
			},
			Secret:   faulttest.Planted,
			Good:     faulttest.Proxy(s.Addr),
			Preamble: "\x01\x00\x00\x00\x00\x0f\xa0",
		})
	})
	t.Run("names the step at which the broker stops", func(t *testing.T) {
		for step, request := range map[string]string{ // class and method of the request
			"opening a channel at ":                    "\x00\x14\x00\x0a",
			"waiting for the state of the queue from ": "\x00\x32\x00\x0a",
		} {
			c := queue("idle", nil)
			c.Address = faulttest.Serve(t, faulttest.ProxyUntil(s.Addr, request))
			faulttest.TimesOut(t, c, step+c.Address)
		}
	})
	t.Run("follows its server", func(t *testing.T) {
		spec := queue("idle", nil)
		s.Freeze()
		faulttest.TimesOut(t, spec, "logging in to "+s.Addr+": timeout after 500ms")
		faulttest.IsCancelled(t, spec)
		s.Thaw()
		faulttest.Eventually(t, "check", product+", "+idle, func() string { return faulttest.RunOnce(t, spec, 5*time.Second).Text() })
		s.Stop()
		faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, checks.ReasonRefused, "connecting to "+s.Addr+": connection refused") })
	})
}

// open returns a channel of its own, until the end of the test.
func open(t *testing.T, s *testservers.Server) *amqp091.Channel {
	t.Helper()
	conn, err := amqp091.Dial(string(dsn("amqp", s.Addr, "")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	channel, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

// declare makes a queue with that many messages.
func declare(t *testing.T, channel *amqp091.Channel, queue string, messages int) {
	t.Helper()
	if _, err := channel.QueueDeclare(queue, false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := channel.Confirm(false); err != nil {
		t.Fatal(err)
	}
	for range messages {
		sent, err := channel.PublishWithDeferredConfirmWithContext(context.Background(), "", queue, false, false, amqp091.Publishing{Body: []byte("x")})
		if err != nil {
			t.Fatal(err)
		}
		sent.Wait()
	}
}
