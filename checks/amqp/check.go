package amqp

import (
	"context"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// Check passes when the broker accepts the login to the virtual host and, if a
// queue is named, the queue exists and its limits are kept.
//
//	name: broker
//	amqp:
//	  address: "127.0.0.1:5672"
//	  user: monitor
//	  password_file: /run/secrets/rabbitmq
//	  queue: orders
//	  warn_messages: 1000
//	  fail_messages: 10000
//	  fail_consumers: 1
//
// The user needs access to the virtual host, and in RabbitMQ no permission beyond
// that. Observed are connect_seconds, login_seconds, with TLS tls_seconds and
// tls_not_after_timestamp_seconds, with a queue messages (ready to be delivered)
// and consumers.
type Check struct {
	// DSN holds everything in one: amqp://user:password@host:5672/vhost, or amqps
	// for TLS. Of the parameters of RabbitMQ's URIs cacertfile, certfile, keyfile
	// and server_name_indication are used, others are ignored. Empty means the
	// fields below.
	DSN checks.Secret `yaml:"dsn"`
	// DSNFile names a file with the DSN, read at every run, instead.
	DSNFile checks.SecretFile `yaml:"dsn_file"`
	// Address is host:port. Required without a DSN.
	Address string `yaml:"address"`
	// User is the account that logs in. Empty means guest, with the password guest.
	User string `yaml:"user"`
	// Password is the password of the account. It also completes a DSN without a
	// password. Empty means none.
	Password checks.Secret `yaml:"password"`
	// PasswordFile names a file with the password, read at every run, instead.
	PasswordFile checks.SecretFile `yaml:"password_file"`
	// VHost is the virtual host. Empty means /.
	VHost string `yaml:"vhost"`
	// TLS makes the connection a TLS connection. Nil means plain text, unless the
	// DSN begins with amqps.
	TLS *checks.TLS `yaml:"tls"`
	// Queue is a queue that must exist. Empty means none.
	Queue string `yaml:"queue"`
	// WarnMessages passes with a warning when at least this many messages wait in
	// the queue. Zero means never.
	WarnMessages int `yaml:"warn_messages"`
	// FailMessages fails when at least this many messages wait in the queue. Zero
	// means never.
	FailMessages int `yaml:"fail_messages"`
	// WarnConsumers passes with a warning when the queue has fewer consumers. Zero
	// means never.
	WarnConsumers int `yaml:"warn_consumers"`
	// FailConsumers fails when the queue has fewer consumers. Zero means never.
	FailConsumers int `yaml:"fail_consumers"`
}

// Type returns "amqp".
func (Check) Type() string { return "amqp" }

// Build validates the settings and returns all faults at once. It opens nothing:
// a DSN in a file is read when the check runs.
func (c Check) Build() (checks.Func, error) {
	var f checktype.Faults
	to := c.login().Validate(&f)
	c.validateLimits(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return run{Check: c, to: to}.run, nil
}

func (c Check) validateLimits(f *checktype.Faults) {
	f.Check(len(c.Queue) > 255, "queue", "has %d bytes, want at most 255", len(c.Queue))
	for _, limit := range []struct {
		key   string
		value int
	}{
		{"warn_messages", c.WarnMessages}, {"fail_messages", c.FailMessages},
		{"warn_consumers", c.WarnConsumers}, {"fail_consumers", c.FailConsumers},
	} {
		f.Check(limit.value < 0, limit.key, "%d, want 0 or more", limit.value)
		f.Check(limit.value > 0 && c.Queue == "", limit.key, "given without queue")
	}
	f.Check(c.FailMessages > 0 && c.WarnMessages > c.FailMessages,
		"warn_messages", "%d, want at most fail_messages, which is %d", c.WarnMessages, c.FailMessages)
	f.Check(c.WarnConsumers > 0 && c.WarnConsumers < c.FailConsumers,
		"warn_consumers", "%d, want at least fail_consumers, which is %d", c.WarnConsumers, c.FailConsumers)
}

// destination is where and as whom to connect.
type destination struct {
	at       wire.Endpoint
	user     string
	password string
	vhost    string
	tls      *checks.TLS // nil: plain text
}

const guest = "guest" // a broker's first user and its password

func (c Check) login() wire.Login[destination] {
	return wire.Login[destination]{
		DSN: c.DSN, DSNFile: c.DSNFile, Password: c.Password, PasswordFile: c.PasswordFile, TLS: c.TLS,
		Fields:  [][2]string{{"address", c.Address}, {"user", c.User}, {"vhost", c.VHost}},
		FromDSN: c.fromDSN, FromFields: c.fromFields,
		WithPassword: func(to destination, password string) destination { to.password = password; return to },
	}
}

// fromFields returns the destination without a DSN.
func (c Check) fromFields(f *checktype.Faults) destination {
	to := destination{at: wire.ParseAddress(c.Address, f), user: c.User, vhost: c.VHost, tls: c.TLS}
	f.Check(to.at.Network == "unix", "address", "is a unix socket, want host:port")
	if to.user == "" {
		to.user = guest
		f.Check(c.login().HasPassword(), "user", "missing beside a password")
		to.password = guest
	}
	if to.vhost == "" {
		to.vhost = "/"
	}
	return to
}

// run is a Check whose settings are valid. Its destination is empty when the DSN
// is in a file.
type run struct {
	Check
	to destination
}

// resolve returns the destination of this run, with its secrets read and
// announced.
func (c run) resolve(ctx context.Context) (destination, error) {
	to, err := c.login().Resolve(ctx, c.to)
	if to.password != guest {
		checktype.LearnSecret(ctx, to.password)
	}
	return to, err
}
