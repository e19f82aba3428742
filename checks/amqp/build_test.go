//go:build unix

package amqp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/amqp"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestBuildSaysAllFaultsAtOnce(t *testing.T) {
	with := func(change func(*amqp.Check)) amqp.Check {
		c := amqp.Check{Address: "broker:5672", User: "app"}
		change(&c)
		return c
	}
	faulttest.BuildFails(t, amqp.Check{}, "address: missing, want host:port or the path of a unix socket")
	faulttest.BuildFails(t, amqp.Check{Address: "/s"}, "address: is a unix socket, want host:port")
	faulttest.BuildFails(t, amqp.Check{Address: "broker:1", Password: faulttest.Planted}, "user: missing beside a password")
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.Password, c.PasswordFile = faulttest.Planted, "/p" }), "password: given beside password_file, want one of them")
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.TLS = &checks.TLS{MinVersion: "SSL3"} }), `tls.min_version: "SSL3", want TLS10, TLS11, TLS12 or TLS13`)
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.WarnMessages, c.FailConsumers = 1, 1 }), "warn_messages: given without queue", "fail_consumers: given without queue")
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.Queue, c.WarnMessages, c.FailMessages = "q", 5, 4 }), "warn_messages: 5, want at most fail_messages, which is 4")
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.Queue, c.WarnConsumers, c.FailConsumers = "q", 1, 2 }), "warn_consumers: 1, want at least fail_consumers, which is 2")
	faulttest.BuildFails(t, with(func(c *amqp.Check) { c.Queue, c.FailMessages = strings.Repeat("q", 256), -1 }), "queue: has 256 bytes, want at most 255", "fail_messages: -1, want 0 or more")
	if _, err := with(func(c *amqp.Check) { c.Queue = strings.Repeat("q", 255) }).Build(); err != nil {
		t.Errorf("Build with a name of 255 bytes: %v", err)
	}
	faulttest.BuildFails(t, amqp.Check{DSN: dsn("amqp", "h", ""), DSNFile: "/d", Address: "h:1", User: "u", VHost: "v"},
		"dsn: given beside dsn_file, want one of them", "address: given beside a dsn, want one of them",
		"user: given beside a dsn, want one of them", "vhost: given beside a dsn, want one of them")
}

func TestBuildShowsNothingOfABadDSN(t *testing.T) {
	const want = "dsn: want amqp://user:password@host:5672/vhost; a character such as @ / : # % in the password must be percent-encoded"
	for _, text := range []string{
		faulttest.Planted, "http://app:" + faulttest.Planted + "@h/", "amqp://app:" + faulttest.Planted + "@h/", "amqp://app:p%zz@h/",
		"amqp://app:" + faulttest.Planted + "@h:x/", "amqp://", "amqp://app:a/b@h/", "amqp://app:a b@h/", "amqp://app:pw@", "amqp://app:pw@:5672/",
		"amqp://app:p?w@h/", "amqp://app:p@ss@h/",
	} {
		faulttest.BuildFails(t, amqp.Check{DSN: checks.Secret(text)}, want)
		faulttest.RunOnce(t, amqp.Check{DSNFile: faulttest.SecretFile(t, text)}, time.Second).Failed(t, checks.ReasonInternal, want)
	}
	faulttest.BuildFails(t, amqp.Check{DSN: dsn("amqp", "h", ""), Password: faulttest.Planted}, "password: given, and the dsn has one, want one of them")
	faulttest.BuildFails(t, amqp.Check{DSN: dsn("amqps", "h", "?certfile=/c"), TLS: &checks.TLS{}}, "tls: given, and the dsn has TLS parameters, want one of them")
	faulttest.BuildFails(t, amqp.Check{DSN: dsn("amqps", "h", "?certfile=/c")}, "dsn: has one of certfile and keyfile, want both or neither")
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, amqp.Check{DSN: dsn("amqp", "h", ""), Password: faulttest.Planted}); strings.Contains(got, "4nted") {
			t.Errorf("%s of a Check = %s, want no password in it", verb, got)
		}
	}
}

func TestSecretsAreAnnounced(t *testing.T) {
	address, uri := faulttest.Closed(t), string(dsn("amqp", "127.0.0.1:1", ""))
	faulttest.Learns(t, amqp.Check{Address: address, User: "app", Password: faulttest.Planted}, faulttest.Planted)
	faulttest.Learns(t, amqp.Check{Address: address, User: "app", PasswordFile: faulttest.SecretFile(t, faulttest.Planted+"\n")}, faulttest.Planted)
	faulttest.Learns(t, amqp.Check{DSN: checks.Secret(uri)}, faulttest.Planted, uri)
	faulttest.Learns(t, amqp.Check{DSNFile: faulttest.SecretFile(t, uri+"\n")}, faulttest.Planted, uri)
	faulttest.Learns(t, amqp.Check{Address: address}) // The word guest is no secret.
}

func TestCheckSaysHowToRepeatItAndItsLimits(t *testing.T) {
	secret := checks.Secret(faulttest.Planted)
	faulttest.Explains(t, amqp.Check{DSN: dsn("amqp", "broker:5672", "vhost")}, "nc -vz broker 5672", "[]")
	faulttest.Explains(t, amqp.Check{Address: "broker:5671", User: "u", Password: secret, TLS: &checks.TLS{WarnDays: 7}},
		"openssl s_client -connect broker:5671 -servername broker -verify_hostname broker",
		"[{tls_not_after_timestamp_seconds 7 days before once it is over {0 0 0 0}}]")
	faulttest.Explains(t, amqp.Check{DSN: dsn("amqps", "broker", "vhost")}, "openssl s_client -connect broker:5671 -servername broker -verify_hostname broker", "[]")
	faulttest.Explains(t, amqp.Check{DSNFile: "/d"}, "", "[]")
	faulttest.Explains(t, amqp.Check{Address: "b:1", Queue: "q", WarnMessages: 10, FailMessages: 20, FailConsumers: 1}, "nc -vz b 1",
		"[{messages from 10 from 20 {10 20 0 0}} {consumers  below 1 {0 0 0 1}}]")
	faulttest.Explains(t, amqp.Check{Address: "b:1", Queue: "q", FailMessages: 20, WarnConsumers: 3}, "nc -vz b 1",
		"[{messages  from 20 {0 20 0 0}} {consumers below 3  {0 0 3 0}}]")
}

func TestOneCheckCanRunSeveralTimesAtOnce(t *testing.T) {
	address, secret := faulttest.Closed(t), faulttest.SecretFile(t, faulttest.Planted)
	faulttest.FailsAtOnce(t, amqp.Check{DSN: checks.Secret("amqps://app@" + address), PasswordFile: secret})
}

// FuzzDSN looks for DSNs that panic or show themselves in a fault.
func FuzzDSN(f *testing.F) {
	for _, text := range []string{"amqp://u:%s@h/v", "%s", "amqps://%s", "amqp://u:p@h:%s/", "amqp://h/?%s=%s&heartbeat=%s", "amqp://[%s]/"} {
		f.Add(text)
	}
	const secret = "Canary4711"
	f.Fuzz(func(t *testing.T, text string) {
		_, err := amqp.Check{DSN: checks.Secret(strings.ReplaceAll(text, "%s", secret))}.Build()
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("Build of %q shows it: %v", text, err)
		}
	})
}
