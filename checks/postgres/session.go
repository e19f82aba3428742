package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// applicationName is the name that pg_stat_activity shows.
const applicationName = "healthcheck_exporter"

// cleanupTime bounds how long, after the run's end, an abandoned connection may
// take to ask the server to cancel its statement.
const cleanupTime = 25 * time.Millisecond

// session is the connection of a run to one host.
type session struct {
	*wire.Run
	to   destination
	at   wire.Endpoint
	conn *pgconn.PgConn
}

// SQLSTATEs that the login acts on.
const (
	codeNoEntry    = "28000" // pg_hba.conf has no entry for this form, or rejects it
	codePassword   = "28P01"
	codePooler     = "08P01" // protocol violation; PgBouncer's for most of its errors
	codeStartingUp = "57P03"
)

// login connects and authenticates, in each form that the sslmode allows until
// the server accepts one, and with each form of the password. A server that
// accepts the form and refuses the login says more than one that refuses the
// form: its error is returned.
func (s *session) login() error {
	var said error
	for _, secure := range s.to.tls.forms(s.at) {
		refusal, err := s.authenticate(secure)
		if err == nil {
			return nil
		}
		if said == nil || refusal.judged() {
			said = err
		}
		again := refusal.ofForm() || s.to.tls.mode == tlsPreferred && checks.ReasonOf(err) == checks.ReasonTLS
		if !again {
			break
		}
	}
	return said
}

// A refusal is the server's error about a login. It is empty if there was none,
// because the connection failed.
type refusal struct{ code, message string }

// ofForm reports whether pg_hba.conf has no entry for a connection in this form,
// with or without TLS, or rejects it.
func (r refusal) ofForm() bool {
	return r.code == codeNoEntry || r.code == codePooler && r.message == "login rejected"
}

// judged reports whether the server has judged the login itself.
func (r refusal) judged() bool { return r.code != "" && !r.ofForm() }

// authenticate tries the password after SASLprep. If the server refuses it and
// the original password differs, authenticate then tries the original, because
// the server does not say in time which form it expects.
func (s *session) authenticate(secure bool) (r refusal, err error) {
	passwords := slices.Compact([]string{prepared(s.to.password), s.to.password})
	for _, password := range passwords {
		if r, err = s.connect(secure, password); r.code != codePassword {
			return r, err
		}
	}
	return r, err
}

// connect makes one connection and logs in. It makes the connection itself,
// including TLS, so that errors keep their types, and passes it to the driver.
func (s *session) connect(secure bool, password string) (r refusal, err error) {
	conn, err := s.dial(s.Context(), s.Run, s.at.Network, s.at.Address, secure)
	if err != nil {
		return r, elsewhere(err)
	}
	config, err := s.config(conn, secure, password)
	if err != nil {
		return r, err
	}
	began := s.Phase("logging in to")
	s.conn, err = pgconn.ConnectConfig(s.Context(), config)
	if err == nil {
		s.Observe("login_seconds", began)
		return r, nil
	}
	if sent, ok := errors.AsType[*pgconn.PgError](err); ok {
		r = refusal{sent.Code, sent.Message}
	}
	if err = s.fault("login", err); r.code == codePassword && s.to.decoded {
		err = checks.Fail(checks.ReasonAuth, fmt.Errorf("%w; %w", err, errDecoded))
	}
	if r.code == "" || r.code == codeStartingUp {
		err = elsewhere(err)
	}
	return r, err
}

// dial opens a connection and starts TLS if it is to be secure.
func (s *session) dial(ctx context.Context, r *wire.Run, network, address string, secure bool) (net.Conn, error) {
	conn, err := r.DialContext(ctx, network, address)
	if err != nil || !secure {
		return conn, err
	}
	return s.to.tls.client(r, conn, s.at.Host)
}

// neutral is a connection string that sets every value that ParseConfig would
// otherwise read from PG… variables or the home directory.
const neutral = `host=127.0.0.1 port=1 user=- password=- dbname=- passfile='' sslmode=disable sslcert='' sslkey='' sslrootcert=''
	sslpassword='' sslcertmode=allow sslsni=1 sslnegotiation='' target_session_attrs=any channel_binding=prefer require_auth=''
	min_protocol_version='' max_protocol_version='' connect_timeout=0`

// config returns the driver's configuration, with nothing but the given settings.
func (s *session) config(first net.Conn, secure bool, password string) (*pgconn.Config, error) {
	config, err := pgconn.ParseConfig(neutral)
	if err != nil {
		return nil, checks.Fail(checks.ReasonInternal, errors.New("local: the environment has PGSERVICE, with which the driver does not start"))
	}
	config.User, config.Password, config.Database = s.to.user, password, s.to.database
	config.ChannelBinding = cmp.Or(s.to.binding, "prefer")
	config.RuntimeParams = map[string]string{"application_name": applicationName}
	maps.Copy(config.RuntimeParams, s.to.params)
	config.MaxProtocolMessageBodyLen = wire.DefaultBudget
	if s.at.Network == "tcp" {
		config.Host = s.at.Host
	}
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if conn := first; conn != nil {
			first = nil
			return conn, nil
		}
		return s.dial(ctx, s.Aside(ctx), network, address, secure) // The driver wants to cancel a statement.
	}
	return config, nil
}

// close says goodbye. If the driver has already abandoned the connection, a
// goroutine of the driver asks the server to cancel the statement. close waits
// for that goroutine for a moment; it ends at the latest when the run closes its
// connections.
func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.Context()), cleanupTime)
	defer cancel()
	_ = s.conn.Close(ctx)
	select {
	case <-s.conn.CleanupDone():
		return
	case <-ctx.Done():
	}
	s.Run.Close()
	<-s.conn.CleanupDone()
}

// fault converts an error of the driver to an error with our text and a reason.
// It returns nil for nil.
func (s *session) fault(step string, err error) error {
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok {
		if refusal.Code == codePooler && refusal.Message == errNoBlocks.Error() {
			return errNoBlocks
		}
		text := s.Clip(wire.Mask(refusal.Message, s.to.password, prepared(s.to.password)))
		return checks.Fail(reasonOf(refusal.Code, refusal.Message), fmt.Errorf("%s: %s (SQLSTATE %s)", step, text, wire.Clip(refusal.Code)))
	}
	if _, tooLong := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); tooLong {
		return s.Fail(&wire.TooLarge{Limit: wire.DefaultBudget})
	}
	if text := err.Error(); strings.Contains(text, "channel binding required") {
		return checks.Fail(checks.ReasonAuth, errors.New("login: the server offers no channel binding, but channel_binding=require is set"))
	}
	return s.Explain(err)
}

// poolerRefusals are parts of what PgBouncer says about a login that it refuses.
var poolerRefusals = []string{"authentication failed", "auth failed", "login rejected", "no such user", "not allowed"}

// reasonOf maps the SQLSTATE of a server's error to a reason, by the table at
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func reasonOf(code, message string) checks.Reason {
	switch {
	case strings.HasPrefix(code, "28"), code == "42501": // invalid authorization, insufficient privilege
		return checks.ReasonAuth
	case code == "57014", code == "25P04", code == "55P03": // statement, transaction, lock time-out
		return checks.ReasonTimeout
	case code == codePooler && slices.ContainsFunc(poolerRefusals, func(part string) bool { return strings.Contains(message, part) }):
		return checks.ReasonAuth
	case code == codePooler: // protocol violation
		return checks.ReasonProtocol
	}
	return checks.ReasonStatus
}
