package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// applicationName is what administrators see in pg_stat_activity.
const applicationName = "healthcheck_exporter"

// cleanupTime bounds how long an abandoned connection may take to tell the
// server to cancel its statement, after the run's end.
const cleanupTime = 25 * time.Millisecond

func (c run) run(ctx context.Context) (string, error) {
	target, err := c.resolve(ctx)
	if err != nil {
		return "", err
	}
	w := wire.Start(ctx, target.at.Address)
	defer w.Close()
	s := &session{ctx: ctx, wire: w, target: target}
	if err = s.login(); err != nil {
		return "", err
	}
	defer s.close()
	return c.ask(s)
}

func (c run) ask(s *session) (string, error) {
	if err := s.begin(); err != nil {
		return "", err
	}
	said := ""
	if s.target.role != "" {
		if err := s.role(); err != nil {
			return "", err
		}
		said = s.target.role + ", "
	}
	query := c.Query
	if query == "" {
		query = wire.DefaultQuery
	}
	start := time.Now()
	got, err := s.query("the query", query)
	if err != nil {
		return "", err
	}
	checks.Observe(s.ctx, "query_seconds", time.Since(start).Seconds())
	sentence, err := got.Sentence(c.Expect)
	if err != nil {
		return "", err
	}
	return said + sentence, s.rollback()
}

// session is the one connection of a run, and lasts as long as its ctx.
type session struct {
	ctx    context.Context
	wire   *wire.Run
	target destination
	conn   *pgconn.PgConn
}

// login connects and authenticates. The connection is made here, TLS included,
// so that its errors stay what they are, and handed to the driver.
func (s *session) login() error {
	conn, err := s.dial(s.ctx, s.target.at.Network, s.target.at.Address)
	if err != nil {
		return err
	}
	start := s.wire.Phase("logging in to")
	config, err := s.config(conn)
	if err != nil {
		return err
	}
	s.wire.Phase("logging in to")
	if s.conn, err = pgconn.ConnectConfig(s.ctx, config); err != nil {
		return s.fault("the login", err)
	}
	checks.Observe(s.ctx, "login_seconds", time.Since(start).Seconds())
	return nil
}

// dial opens a connection and does with it what the TLS mode says.
func (s *session) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.wire.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return s.target.tls.client(s.wire, conn, s.target.at.Host)
}

// neutral is a connection string that says everything for which ParseConfig
// would otherwise look at PG… variables and the home directory.
const neutral = `host=127.0.0.1 port=1 user=- password=- dbname=- passfile='' sslmode=disable sslcert='' sslkey='' sslrootcert=''
	sslpassword='' sslcertmode=allow sslsni=1 sslnegotiation='' target_session_attrs=any channel_binding=prefer require_auth=''
	min_protocol_version='' max_protocol_version='' connect_timeout=0`

// config is the driver's configuration, nothing in it but what was given.
func (s *session) config(first net.Conn) (*pgconn.Config, error) {
	config, err := pgconn.ParseConfig(neutral)
	if err != nil {
		return nil, checks.Fail(checks.ReasonInternal, errors.New("local: the environment has PGSERVICE, with which the driver does not start"))
	}
	config.User, config.Password, config.Database = s.target.user, s.target.password, s.target.database
	config.RuntimeParams = map[string]string{"application_name": applicationName}
	for name, value := range s.target.params {
		config.RuntimeParams[name] = value
	}
	config.MaxProtocolMessageBodyLen = wire.DefaultBudget
	if s.target.at.Network == "tcp" {
		config.Host = s.target.at.Host
	}
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if conn := first; conn != nil {
			first = nil
			return conn, nil
		}
		// The driver wants to cancel a statement.
		if s.target.at.Network == "unix" {
			network, address = s.target.at.Network, s.target.at.Address
		}
		return s.dial(ctx, network, address)
	}
	return config, nil
}

// begin opens the transaction that all questions are asked in.
func (s *session) begin() error {
	s.wire.Phase("waiting for the reply to BEGIN from")
	script := fmt.Sprintf("BEGIN READ ONLY; SET LOCAL statement_timeout = %d", wire.StatementTime(s.ctx).Milliseconds())
	_, err := s.conn.Exec(s.ctx, script).ReadAll()
	return s.fault("BEGIN", err)
}

// rollback ends the transaction: PgBouncer would have to throw away a server
// connection that is in one.
func (s *session) rollback() error {
	s.wire.Phase("waiting for the reply to ROLLBACK from")
	_, err := s.conn.Exec(s.ctx, "ROLLBACK").ReadAll()
	return s.fault("ROLLBACK", err)
}

// query runs one statement. The extended protocol takes no second one.
func (s *session) query(step, statement string) (wire.Row, error) {
	var got wire.Row
	s.wire.Phase("waiting for the reply to " + step + " from")
	result := s.conn.ExecParams(s.ctx, statement, nil, nil, nil, nil)
	for result.NextRow() {
		if got.Rows++; got.Rows > 1 {
			continue
		}
		got.Text = "NULL"
		if values := result.Values(); len(values) > 0 && values[0] != nil {
			got.Text = string(values[0])
		}
	}
	_, err := result.Close()
	return got, s.fault(step, err)
}

// role compares what the server is with what it must be.
func (s *session) role() error {
	got, err := s.query("the role", "SELECT pg_is_in_recovery()")
	if err != nil {
		return err
	}
	found := "primary"
	if got.Text == "t" {
		found = "standby"
	}
	if found != s.target.role {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("role %s, want %s", found, s.target.role))
	}
	return nil
}

// close says goodbye. When the driver has already given the connection up, it
// tells the server to cancel in a goroutine of its own; that gets a moment,
// then closing the wire ends it.
func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), cleanupTime)
	defer cancel()
	_ = s.conn.Close(ctx)
	select {
	case <-s.conn.CleanupDone():
		return
	case <-ctx.Done():
	}
	s.wire.Close()
	<-s.conn.CleanupDone()
}

// fault gives an error of the driver our words and a reason; nil stays nil.
func (s *session) fault(step string, err error) error {
	if err == nil {
		return nil
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		text := wire.Clip(wire.Mask(answer.Message, s.target.password))
		return checks.Fail(reasonOf(answer.Code), fmt.Errorf("%s: %s (SQLSTATE %s)", step, text, wire.Clip(answer.Code)))
	}
	if _, tooLong := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); tooLong {
		return s.wire.Fail(&wire.TooLarge{Limit: wire.DefaultBudget})
	}
	return s.wire.Explain(err)
}

// reasonOf sorts the errors that a server answers with, by the SQLSTATEs of
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func reasonOf(code string) checks.Reason {
	switch {
	case strings.HasPrefix(code, "28"), code == "42501": // invalid authorization, insufficient privilege
		return checks.ReasonAuth
	case code == "57014", code == "25P04", code == "55P03": // statement, transaction, lock time-out
		return checks.ReasonTimeout
	case code == "08P01": // protocol violation
		return checks.ReasonProtocol
	}
	return checks.ReasonStatus
}
