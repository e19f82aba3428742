package redis

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// session is the connection of a run.
type session struct {
	*wire.Run
	client *client
	secret string
}

// do sends a command and returns its reply. Its errors have a reason.
func (s *session) do(argv ...string) (any, error) {
	s.Phase("waiting for the reply to " + wire.Clip(argv[0]) + " from")
	reply, err := s.client.do(argv...)
	if refusal, ok := errors.AsType[serverError](err); ok {
		text := s.Clip(wire.Mask(string(refusal), s.secret))
		return nil, checks.Fail(reasonOf(argv[0], string(refusal)), fmt.Errorf("%s: %s", wire.Clip(argv[0]), text))
	}
	if err != nil {
		return nil, s.Explain(err)
	}
	return reply, nil
}

// reasonOf maps the error reply of a server to a reason. Each begins with a word
// in capitals; ERR stands for all errors without a word of their own.
func reasonOf(command, refusal string) checks.Reason {
	word, text, _ := strings.Cut(refusal, " ")
	switch word {
	case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED":
		return checks.ReasonAuth
	case "ERR":
		// Before Redis 6 a wrong password was an ERR. AUTH to a server without a
		// password is still an ERR.
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
	began := s.Phase("")
	reply, err := s.do("PING")
	if err != nil {
		return err
	}
	s.Observe("ping_seconds", began)
	if text := replyText(reply); text != "PONG" {
		return checks.Fail(checks.ReasonProtocol, fmt.Errorf("PING: reply %q, want PONG", s.Clip(text)))
	}
	return nil
}

// role compares the server's role with the wanted one. A replica that has lost
// its master causes a warning.
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
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("role %s, want %s", s.Clip(found), want))
	}
	return found, s.replication(found, fields)
}

// replication reads the rest of ROLE's reply: [master offset replicas] or
// [slave host port state offset].
func (s *session) replication(role string, fields []any) error {
	switch {
	case role == "master" && len(fields) >= 2:
		s.observeNumber("replication_offset_bytes", fields[1])
	case role == "replica" && len(fields) >= 5:
		s.observeNumber("replication_offset_bytes", fields[4])
		if state := replyText(fields[3]); state != "connected" {
			return checks.Warnf("link to the master is %q, want connected", s.Clip(state))
		}
	}
	return nil
}

func (s *session) observeNumber(name string, v any) {
	if n, ok := v.(int64); ok {
		checks.Observe(s.Context(), name, float64(n))
	}
}

// cluster compares the state of the cluster, as this node sees it, with the
// wanted one.
func (s *session) cluster(want string) error {
	reply, err := s.do("CLUSTER", "INFO")
	if err != nil {
		return err
	}
	for line := range strings.Lines(replyText(reply)) {
		if state, found := strings.CutPrefix(strings.TrimSpace(line), "cluster_state:"); found {
			if state != want {
				return checks.Fail(checks.ReasonAssertion, fmt.Errorf("cluster state is %s, want %s", s.Clip(state), want))
			}
			return nil
		}
	}
	return checks.Fail(checks.ReasonProtocol, errors.New("CLUSTER INFO: reply has no cluster_state"))
}

// replyText returns a reply in the form that expect is compared with.
func replyText(reply any) string {
	switch v := reply.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case serverError:
		return string(v)
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = replyText(v[i])
		}
		return strings.Join(texts, " ")
	}
	return "(nil)"
}
