package mysql

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c run) run(ctx context.Context) (string, error) {
	config, err := c.resolve(ctx)
	if err != nil {
		return "", err
	}
	w := wire.Start(ctx, config.Addr)
	defer w.Close()
	// The driver's watcher goroutine ends with this context, whatever happens.
	watched, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &session{ctx: ctx, watched: watched, wire: w, config: config}
	defer s.end()
	if err = s.login(c.TLS); err != nil {
		return "", err
	}
	return c.ask(s)
}

func (c run) ask(s *session) (string, error) {
	if err := s.limit(); err != nil {
		return "", err
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
	return got.Sentence(c.Expect)
}

// session is the one connection of a run, and lasts as long as its ctx.
type session struct {
	ctx     context.Context
	watched context.Context // ctx, but cancelled when the run returns
	wire    *wire.Run
	config  *mysql.Config
	conn    driver.Conn
	guard   *guard
	inner   *mysqlTLS // the driver's TLS, nil without
	tlsErr  error     // of the handshake with the server
}

// login connects and authenticates. TCP is connected here, so that its errors
// stay what they are; TLS begins only after the server's greeting.
func (s *session) login(own *checks.TLS) error {
	first, err := s.wire.Dial(s.config.Net, s.config.Addr)
	if err != nil {
		return err
	}
	if err = s.configure(own, first); err != nil {
		return err
	}
	connector, err := mysql.NewConnector(s.config)
	if err != nil {
		return checks.Fail(checks.ReasonInternal, errors.New("local: the driver refuses its configuration"))
	}
	start := s.wire.Phase("logging in to")
	err = s.guarded(func() error {
		s.conn, err = connector.Connect(s.watched)
		return err
	})
	s.guard.login = false
	if err != nil {
		return s.fault("the login", err)
	}
	checks.Observe(s.ctx, "login_seconds", time.Since(start).Seconds())
	return nil
}

// configure takes from the driver what is ours to decide.
func (s *session) configure(own *checks.TLS, first net.Conn) error {
	s.config.Logger = &mysql.NopLogger{}
	s.config.AllowAllFiles, s.config.MultiStatements, s.config.RejectReadOnly = false, false, false
	s.config.Timeout, s.config.ReadTimeout, s.config.WriteTimeout = 0, 0, 0
	if s.config.MaxAllowedPacket == 0 { // The driver would ask the server, in the login.
		s.config.MaxAllowedPacket = mysql.NewConfig().MaxAllowedPacket
	}
	if err := s.config.Apply(mysql.EnableCompression(false)); err != nil {
		return err
	}
	s.guard = &guard{Conn: first, stream: first, login: true}
	if own != nil {
		host, _, err := net.SplitHostPort(s.config.Addr)
		if err != nil {
			return err
		}
		if s.config.TLS, err = s.wire.TLSConfig(own, host); err != nil {
			return err
		}
		s.config.AllowFallbackToPlaintext = false
	}
	conn := net.Conn(s.guard)
	if s.config.TLS != nil {
		if err := s.endTLSHere(); err != nil {
			return err
		}
		conn = s.inner
	}
	s.config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	return nil
}

// endTLSHere has the driver's TLS end in this process. That with the server is
// ours. See [mysqlTLS].
func (s *session) endTLSHere() error {
	ends, err := ownTLS()
	if err != nil {
		return checks.Fail(checks.ReasonInternal, fmt.Errorf("local: tls: %w", err))
	}
	wanted := s.config.TLS
	s.wire.Watch(wanted)
	s.config.TLS = ends.driver
	s.inner = newMySQLTLS(s.guard, ends.peer, func() error { return s.secure(wanted) })
	return nil
}

// secure makes a TLS connection of that with the server.
func (s *session) secure(config *tls.Config) error {
	defer s.wire.Phase("logging in to")
	conn, err := s.wire.Handshake(s.guard.Conn, config)
	if err != nil {
		s.tlsErr = err
		return err
	}
	s.guard.stream = conn
	return nil
}

// end says goodbye to the server, if there was a login.
func (s *session) end() {
	if s.conn != nil {
		s.conn.Close()
	}
	if s.inner != nil {
		s.inner.stop()
	}
}

// limit makes the session read-only and bounds its statements. Both products
// skip the other's comment: MariaDB those of versions 50700 to 50799, MySQL
// those that begin with M.
func (s *session) limit() error {
	if _, err := s.query("SET SESSION", "SET SESSION TRANSACTION READ ONLY"); err != nil {
		return err
	}
	t := wire.StatementTime(s.ctx)
	if t == 0 {
		return nil
	}
	lock := max(1, int64(t.Seconds()))
	_, err := s.query("SET SESSION", fmt.Sprintf(
		"SET SESSION lock_wait_timeout=%d /*M!100101 , max_statement_time=%.3f */ /*!50708 , max_execution_time=%d */",
		lock, t.Seconds(), t.Milliseconds()))
	return err
}

// query runs one statement and reads its rows.
func (s *session) query(step, statement string) (wire.Row, error) {
	var got wire.Row
	s.wire.Phase("waiting for the reply to " + step + " from")
	err := s.guarded(func() error {
		queryer, ok := s.conn.(driver.QueryerContext)
		if !ok {
			return errors.New("driver has no queries")
		}
		rows, err := queryer.QueryContext(s.watched, statement, nil)
		if err != nil {
			return err
		}
		defer rows.Close()
		got, err = read(rows)
		return err
	})
	if err != nil {
		return wire.Row{}, s.fault(step, err)
	}
	return got, nil
}

// read reads all rows; the first one counts.
func read(rows driver.Rows) (wire.Row, error) {
	var got wire.Row
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return got, nil
		case err != nil:
			return got, err
		}
		if got.Rows++; got.Rows == 1 && len(row) > 0 {
			got.Text = valueText(row[0])
		}
	}
}

// valueText returns a value as the server writes it, as nearly as the driver
// allows.
func valueText(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return string(v)
	case time.Time:
		return v.Format(time.DateTime)
	}
	return fmt.Sprint(v)
}

// guarded calls the driver, whose parser panics at packets that are too short:
// then it is not a MySQL that answers. See [guard].
func (s *session) guarded(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = mysql.ErrMalformPkt
		}
	}()
	return f()
}

// fault gives an error of the driver our words and a reason.
func (s *session) fault(step string, err error) error {
	if answer, ok := errors.AsType[*mysql.MySQLError](err); ok {
		text := wire.Clip(wire.Mask(answer.Message, s.config.Passwd))
		return checks.Fail(reasonOf(answer.Number), fmt.Errorf("%s: %s (error %d)", step, text, answer.Number))
	}
	switch {
	case s.tlsErr != nil:
		return s.tlsErr
	case errors.Is(err, mysql.ErrNoTLS):
		return checks.Fail(checks.ReasonTLS, errors.New("server has no TLS, want TLS"))
	}
	for _, refusal := range []error{
		mysql.ErrCleartextPassword, mysql.ErrNativePassword, mysql.ErrOldPassword, mysql.ErrUnknownPlugin,
	} {
		if errors.Is(err, refusal) {
			return checks.Fail(checks.ReasonAuth, fmt.Errorf("%s: %w", step, err))
		}
	}
	if s.guard.fault != nil {
		err = s.guard.fault
	}
	return s.wire.Explain(err)
}

// reasonOf sorts the errors that a server answers with, by the numbers of
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
// and https://mariadb.com/kb/en/mariadb-error-code-reference/.
func reasonOf(number uint16) checks.Reason {
	switch number {
	case 1044, 1045, 1129, 1130, 1142, 1143, 1227, 1251, 1524, 1698, 1820, 1862, 3118, 4151:
		return checks.ReasonAuth // no access, host blocked or not allowed, no privilege, plugin, expired, locked
	case 1205, 1969, 3024:
		return checks.ReasonTimeout // lock wait, max_statement_time, max_execution_time
	case 1043, 1156, 1157, 1158, 1159, 1160, 1161:
		return checks.ReasonProtocol // bad handshake, packets out of order or broken off
	}
	return checks.ReasonStatus
}
