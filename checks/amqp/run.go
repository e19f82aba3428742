package amqp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	amqp091 "github.com/rabbitmq/amqp091-go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// connectionName is what administrators see in the list of connections.
const connectionName = "healthcheck_exporter"

func (c run) run(ctx context.Context) (string, error) {
	to, err := c.resolve(ctx)
	if err != nil {
		return "", err
	}
	r := wire.Start(ctx, to.at.Address)
	defer r.Close()
	s := &session{Run: r, to: to}
	if err = s.login(); err != nil {
		return "", err
	}
	output := s.product()
	if c.Queue != "" {
		queue, err := s.look(c.Queue)
		if err != nil {
			return "", err
		}
		output += fmt.Sprintf(", queue %q has %s and %s", wire.Clip(c.Queue),
			count(queue.Messages, "message"), count(queue.Consumers, "consumer"))
		if err := c.judge(s, queue); err != nil {
			return "", err
		}
	}
	s.close()
	return output, r.Warning()
}

// session is the one connection of a run.
type session struct {
	*wire.Run
	to   destination
	conn *amqp091.Connection
}

// login connects and authenticates. The connection is made here, TLS included, so
// that its errors stay what they are, and handed to the library.
func (s *session) login() error {
	conn, err := s.Dial(s.to.at.Network, s.to.at.Address)
	if err != nil {
		return err
	}
	if s.to.tls != nil {
		if conn, err = s.Secure(conn, s.to.tls, s.to.at.Host, nil); err != nil {
			return err
		}
	}
	began := s.Phase("logging in to")
	if s.conn, err = amqp091.Open(conn, s.config()); err != nil {
		return s.fault("login", err)
	}
	s.Observe("login_seconds", began)
	return nil
}

func (s *session) config() amqp091.Config {
	properties := amqp091.NewConnectionProperties()
	properties.SetClientConnectionName(connectionName)
	return amqp091.Config{
		Vhost: s.to.vhost, Locale: "en_US", Properties: properties,
		SASL: []amqp091.Authentication{&plainAuth{
			PlainAuth:  amqp091.PlainAuth{Username: s.to.user, Password: s.to.password},
			properties: properties,
		}},
	}
}

// plainAuth makes the broker say why it refuses a login. Without this capability
// RabbitMQ closes the connection after three seconds of silence, and the library
// has no setting for it.
type plainAuth struct {
	amqp091.PlainAuth
	properties amqp091.Table
}

// Response is called when the library has set the capabilities, before it sends
// them.
func (a *plainAuth) Response() string {
	if capabilities, ok := a.properties["capabilities"].(amqp091.Table); ok {
		capabilities["authentication_failure_close"] = true
	}
	return a.PlainAuth.Response()
}

// product returns what the broker calls itself.
func (s *session) product() string {
	name, _ := s.conn.Properties["product"].(string)
	version, _ := s.conn.Properties["version"].(string)
	if name == "" {
		return "connected"
	}
	return strings.TrimSpace(s.Clip(name) + " " + s.Clip(version))
}

// look asks for a queue without declaring it.
func (s *session) look(queue string) (amqp091.Queue, error) {
	s.Phase("opening a channel at")
	channel, err := s.conn.Channel()
	if err != nil {
		return amqp091.Queue{}, s.fault("channel", err)
	}
	s.Phase("waiting for the state of the queue from")
	found, err := channel.QueueDeclarePassive(queue, false, false, false, false, nil)
	if err != nil {
		return found, s.fault(fmt.Sprintf("queue %q", wire.Clip(queue)), err)
	}
	checks.Observe(s.Context(), "messages", float64(found.Messages))
	checks.Observe(s.Context(), "consumers", float64(found.Consumers))
	return found, nil
}

// judge compares a queue with its limits: a failure is returned, warnings are
// kept for the end.
func (c run) judge(s *session, queue amqp091.Queue) error {
	name := fmt.Sprintf("queue %q", wire.Clip(c.Queue))
	messages, consumers := count(queue.Messages, "message"), count(queue.Consumers, "consumer")
	switch {
	case c.FailMessages > 0 && queue.Messages >= c.FailMessages:
		return checks.Fail(checks.ReasonThreshold, fmt.Errorf("%s has %s, want fewer than %d", name, messages, c.FailMessages))
	case queue.Consumers < c.FailConsumers:
		return checks.Fail(checks.ReasonThreshold, fmt.Errorf("%s has %s, want at least %d", name, consumers, c.FailConsumers))
	}
	if c.WarnMessages > 0 && queue.Messages >= c.WarnMessages {
		s.Warn(checks.Warnf("%s has %s, want fewer than %d", name, messages, c.WarnMessages))
	}
	if queue.Consumers < c.WarnConsumers {
		s.Warn(checks.Warnf("%s has %s, want at least %d", name, consumers, c.WarnConsumers))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// goodbyeTime bounds how long the broker may take to close the connection in good
// order.
const goodbyeTime = time.Second

// close says goodbye, so that the broker logs no lost connection.
func (s *session) close() {
	_ = s.conn.CloseDeadline(time.Now().Add(goodbyeTime)) // The run has what it wanted.
}

// fault gives an error of the library our words and a reason. An error of the
// broker's own comes with Server set.
func (s *session) fault(step string, err error) error {
	refusal, ok := errors.AsType[*amqp091.Error](err)
	if ok && refusal.Server {
		text := s.Clip(wire.Mask(refusal.Reason, s.to.password))
		return checks.Fail(reasonOf(refusal), fmt.Errorf("%s: %s (code %d)", step, text, refusal.Code))
	}
	if errors.Is(err, amqp091.ErrSASL) {
		return checks.Fail(checks.ReasonAuth, errors.New("login: the broker offers no login with a password, want the mechanism PLAIN"))
	}
	return s.Explain(err)
}

// reasonOf sorts the errors that a broker replies with, by the codes of
// https://www.rabbitmq.com/amqp-0-9-1-reference#constants.
func reasonOf(refusal *amqp091.Error) checks.Reason {
	switch refusal.Code {
	case amqp091.AccessRefused:
		return checks.ReasonAuth
	case amqp091.NotAllowed: // A virtual host that does not exist, or is not the user's.
		if strings.Contains(refusal.Reason, "refused for user") {
			return checks.ReasonAuth
		}
	case amqp091.NotFound:
		return checks.ReasonAssertion
	case amqp091.FrameError, amqp091.SyntaxError, amqp091.CommandInvalid, amqp091.ChannelError, amqp091.UnexpectedFrame:
		return checks.ReasonProtocol
	}
	return checks.ReasonStatus
}
