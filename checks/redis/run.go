package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A run is a Check with valid settings.
type run struct {
	Check
	at     wire.Endpoint
	expect *regexp.Regexp // nil: Expect is compared as text
}

func (c run) run(ctx context.Context) (string, error) {
	password, err := checktype.ReadSecret(ctx, c.Password, c.PasswordFile)
	if err != nil {
		return "", err
	}
	r := wire.Start(ctx, c.at.Address)
	defer r.Close()
	conn, err := c.connect(r)
	if err != nil {
		return "", err
	}
	s := &session{Run: r, client: newClient(conn), secret: password}
	if err = c.login(s); err != nil {
		return "", err
	}
	output, err := c.ask(s)
	if _, warned := checks.Warning(err); err != nil && !warned {
		return "", err
	}
	return output, errors.Join(err, r.Warning())
}

func (c run) connect(r *wire.Run) (net.Conn, error) {
	conn, err := r.Dial(c.at.Network, c.at.Address)
	if err != nil || c.TLS == nil {
		return conn, err
	}
	return r.Secure(conn, c.TLS, c.at.Host, nil)
}

func (c run) login(s *session) error {
	var argv []string
	switch {
	case c.Username != "": // An ACL user may have no password.
		argv = []string{"AUTH", c.Username, s.secret}
	case c.hasPassword():
		argv = []string{"AUTH", s.secret}
	}
	if argv != nil {
		if _, err := s.do(argv...); err != nil {
			return err
		}
	}
	if c.DB == 0 {
		return nil
	}
	_, err := s.do("SELECT", strconv.Itoa(c.DB))
	return err
}

// ask sends the commands and returns the output, or the error that fails the
// check.
func (c run) ask(s *session) (string, error) {
	if err := s.ping(); err != nil {
		return "", err
	}
	said := []string{"PONG"}
	var warning error
	if c.Role != "" {
		role, err := s.role(c.Role)
		if _, isWarning := checks.Warning(err); err != nil && !isWarning {
			return "", err
		}
		said, warning = append(said, role), err
	}
	if c.Cluster != "" {
		if err := s.cluster(c.Cluster); err != nil {
			return "", err
		}
		said = append(said, "cluster "+c.Cluster)
	}
	if c.Key != "" {
		if err := c.key(s); err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("key %q exists", wire.Clip(c.Key)))
	}
	if len(c.Command) > 0 {
		reply, err := s.do(c.Command...)
		if err != nil {
			return "", err
		}
		text := replyText(reply)
		if err := c.compare(s, wire.Clip(c.Command[0]), text); err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("%s replied %q", wire.Clip(c.Command[0]), s.Clip(text)))
	}
	return strings.Join(said, ", "), warning
}

func (c run) key(s *session) error {
	name, command := fmt.Sprintf("key %q", wire.Clip(c.Key)), "EXISTS"
	if c.Expect != "" {
		command = "GET"
	}
	reply, err := s.do(command, c.Key)
	if err != nil {
		return err
	}
	if reply == nil || command == "EXISTS" && reply != int64(1) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s does not exist", name))
	}
	return c.compare(s, name, replyText(reply))
}

// compare returns an error unless found matches the expectation. An empty
// expectation accepts anything.
func (c run) compare(s *session, what, found string) error {
	switch {
	case c.Expect == "", c.expect == nil && found == c.Expect, c.expect != nil && c.expect.MatchString(found):
		return nil
	case c.expect != nil:
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s: %q, want a match of %s", what, s.Clip(found), wire.Clip(c.Expect)))
	}
	return checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s: %q, want %q", what, s.Clip(found), wire.Clip(c.Expect)))
}
