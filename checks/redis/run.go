package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A run is a Check whose settings are valid.
type run struct {
	Check
	at wire.Endpoint
}

func (c run) run(ctx context.Context) (string, error) {
	password, err := checktype.ReadSecret(ctx, c.Password, c.PasswordFile)
	if err != nil {
		return "", err
	}
	w := wire.Start(ctx, c.at.Address)
	defer w.Close()
	conn, err := c.connect(w)
	if err != nil {
		return "", err
	}
	s := &session{ctx: ctx, wire: w, conn: redis.NewConn(&respGuard{Conn: conn}, 0, 0), secret: password}
	if err = c.login(s, password); err != nil {
		return "", err
	}
	return c.ask(s)
}

func (c run) connect(w *wire.Run) (net.Conn, error) {
	conn, err := w.Dial(c.at.Network, c.at.Address)
	if err != nil || c.TLS == nil {
		return conn, err
	}
	return w.Secure(conn, c.TLS, c.at.Host, nil)
}

func (c run) login(s *session, password string) error {
	if c.hasPassword() {
		args := []any{password}
		if c.Username != "" {
			args = []any{c.Username, password}
		}
		if _, err := s.do("AUTH", args...); err != nil {
			return err
		}
	}
	if c.DB == 0 {
		return nil
	}
	_, err := s.do("SELECT", c.DB)
	return err
}

// ask returns the sentence, or what is not as wanted.
func (c run) ask(s *session) (string, error) {
	said := []string{"PONG"}
	var warning error
	if err := s.ping(); err != nil {
		return "", err
	}
	if c.Role != "" {
		role, err := s.role(c.Role)
		if _, isWarning := checks.Warning(err); err != nil && !isWarning {
			return "", err
		}
		said, warning = append(said, role), err
	}
	if c.Key != "" {
		if err := s.key(c.Key, c.Expect); err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("key %q is there", wire.Clip(c.Key)))
	}
	if len(c.Command) > 0 {
		reply, err := s.command(c.Command, c.Expect)
		if err != nil {
			return "", err
		}
		said = append(said, fmt.Sprintf("%s replied %q", wire.Clip(c.Command[0]), wire.Clip(reply)))
	}
	return strings.Join(said, ", "), warning
}

// session is the one connection of a run, and lasts as long as its ctx.
type session struct {
	ctx    context.Context
	wire   *wire.Run
	conn   redis.Conn
	secret string
}

// do sends a command and returns its reply; an error has its reason.
func (s *session) do(name string, args ...any) (any, error) {
	s.wire.Phase("waiting for the reply to " + wire.Clip(name) + " from")
	reply, err := s.conn.Do(name, args...)
	if answer, ok := errors.AsType[redis.Error](err); ok {
		text := wire.Clip(wire.Mask(string(answer), s.secret))
		return nil, checks.Fail(reasonOf(name, string(answer)), fmt.Errorf("%s: %s", wire.Clip(name), text))
	}
	if err != nil {
		return nil, s.wire.Explain(err)
	}
	return reply, nil
}

// reasonOf sorts the errors that a server answers with; they begin with a
// word in capitals, as https://redis.io/docs/latest/develop/reference/protocol-spec/
// has it. ERR is all the rest.
func reasonOf(command, answer string) checks.Reason {
	word, text, _ := strings.Cut(answer, " ")
	switch word {
	case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED":
		return checks.ReasonAuth
	case "ERR":
		// Before Redis 6 a wrong password was an ERR, and AUTH at a server
		// without a password is one still.
		if command == "AUTH" && !strings.HasPrefix(text, "max number of clients") {
			return checks.ReasonAuth
		}
		if strings.HasPrefix(text, "operation not permitted") {
			return checks.ReasonAuth
		}
	}
	return checks.ReasonStatus
}

func (s *session) ping() error {
	start := time.Now()
	reply, err := s.do("PING")
	if err != nil {
		return err
	}
	checks.Observe(s.ctx, "ping_seconds", time.Since(start).Seconds())
	if text := replyText(reply); text != "PONG" {
		return checks.Fail(checks.ReasonProtocol, fmt.Errorf("PING: reply %q, want PONG", wire.Clip(text)))
	}
	return nil
}

// role compares the server's role with the wanted one. A replica that has lost
// its master is a warning.
func (s *session) role(want string) (string, error) {
	reply, err := s.do("ROLE")
	if err != nil {
		return "", err
	}
	fields, ok := reply.([]any)
	if !ok || len(fields) == 0 {
		return "", checks.Fail(checks.ReasonProtocol, errors.New("ROLE: reply is not a list"))
	}
	found := replyText(fields[0])
	if found == "slave" {
		found = "replica"
	}
	if found != want {
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("role %s, want %s", wire.Clip(found), want))
	}
	return found, s.replication(found, fields)
}

// replication looks at the rest of ROLE's reply: [master offset replicas] or
// [slave host port state offset].
func (s *session) replication(role string, fields []any) error {
	switch {
	case role == "master" && len(fields) >= 2:
		s.observeNumber("replication_offset_bytes", fields[1])
	case role == "replica" && len(fields) >= 5:
		s.observeNumber("replication_offset_bytes", fields[4])
		if state := replyText(fields[3]); state != "connected" {
			return checks.Warnf("link to the master is %q, want connected", wire.Clip(state))
		}
	}
	return nil
}

func (s *session) observeNumber(name string, v any) {
	if n, ok := v.(int64); ok {
		checks.Observe(s.ctx, name, float64(n))
	}
}

func (s *session) key(key, expect string) error {
	if expect != "" {
		reply, err := s.do("GET", key)
		if err != nil {
			return err
		}
		return compare(fmt.Sprintf("key %q", wire.Clip(key)), replyText(reply), expect)
	}
	reply, err := s.do("EXISTS", key)
	if err != nil {
		return err
	}
	if reply != int64(1) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("key %q is not there", wire.Clip(key)))
	}
	return nil
}

func (s *session) command(argv []string, expect string) (string, error) {
	args := make([]any, len(argv)-1)
	for i := range args {
		args[i] = argv[i+1]
	}
	reply, err := s.do(argv[0], args...)
	if err != nil {
		return "", err
	}
	text := replyText(reply)
	return text, compare(wire.Clip(argv[0]), text, expect)
}

// replyText returns a reply as one compares it.
func replyText(reply any) string {
	switch v := reply.(type) {
	case nil:
		return "(nil)"
	case []byte:
		return string(v)
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case redis.Error:
		return string(v)
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = replyText(v[i])
		}
		return strings.Join(texts, " ")
	}
	return fmt.Sprint(reply)
}

// compare is a failed assertion unless what was found is as expected. An empty
// expectation is none.
func compare(what, found, expect string) error {
	if expect == "" || found == expect {
		return nil
	}
	return checks.Fail(checks.ReasonAssertion, fmt.Errorf("%s: %q, want %q", what, wire.Clip(found), wire.Clip(expect)))
}
