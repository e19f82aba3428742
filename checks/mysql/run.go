package mysql

import (
	"cmp"
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
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c run) run(ctx context.Context) (string, error) {
	config, err := c.resolve(ctx)
	if err != nil {
		return "", err
	}
	r := wire.Start(ctx, config.Addr)
	defer r.Close()
	// This context ends the driver's watcher goroutine in all cases.
	watched, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &session{Run: r, watched: watched, config: config}
	defer s.end()
	if err = s.login(c.TLS); err != nil {
		return "", err
	}
	output, err := c.ask(s)
	if err != nil {
		return "", err
	}
	return output, r.Warning()
}

func (c run) ask(s *session) (string, error) {
	if err := s.limit(); err != nil {
		return "", err
	}
	began := s.Phase("")
	got, err := s.query("the query", cmp.Or(c.Query, wire.DefaultQuery))
	if err != nil {
		return "", err
	}
	s.Observe("query_seconds", began)
	return got.Sentence(c.Expect)
}

// session is the connection of a run.
type session struct {
	*wire.Run
	watched context.Context // the run's, but cancelled when the run returns
	config  *mysql.Config
	guard   *guard
	conn    driver.Conn

	handshake bool      // the TLS handshake is in progress
	began     time.Time // the handshake
}

// login connects and authenticates. It makes the connection itself, so that
// errors keep their types. The driver starts TLS after the server's greeting.
func (s *session) login(own *checks.TLS) error {
	conn, err := s.Dial(s.config.Net, s.config.Addr)
	if err != nil {
		return err
	}
	s.guard = &guard{Conn: conn, login: true, startTLS: s.startTLS}
	if err = s.configure(own); err != nil {
		return err
	}
	connector, err := mysql.NewConnector(s.config)
	if err != nil {
		return checks.Fail(checks.ReasonInternal, errors.New("local: the driver refuses its configuration"))
	}
	began := s.Phase("logging in to")
	err = s.guarded(func() error {
		s.conn, err = connector.Connect(s.watched)
		return err
	})
	s.guard.login = false
	if err != nil {
		return s.fault("login", err)
	}
	s.Observe("login_seconds", began)
	return nil
}

// configure overrides the settings of the DSN that the check controls itself.
func (s *session) configure(own *checks.TLS) error {
	s.config.Logger = &mysql.NopLogger{}
	s.config.AllowAllFiles, s.config.MultiStatements, s.config.RejectReadOnly = false, false, false
	s.config.ReadTimeout, s.config.WriteTimeout = 0, 0 // Timeout is for dialling, which is done.
	if s.config.MaxAllowedPacket == 0 {                // With zero the driver would query the server during the login.
		s.config.MaxAllowedPacket = mysql.NewConfig().MaxAllowedPacket
	}
	if err := s.config.Apply(mysql.EnableCompression(false)); err != nil {
		return err
	}
	s.config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return s.guard, nil }
	if own != nil {
		host, _, err := net.SplitHostPort(s.config.Addr)
		if err != nil {
			return err
		}
		if s.config.TLS, err = s.TLSConfig(own, host); err != nil {
			return err
		}
		s.config.AllowFallbackToPlaintext = false
	}
	if s.config.TLS != nil {
		s.watchTLS(own)
	}
	return nil
}

// startTLS begins the phase of the driver's handshake.
func (s *session) startTLS() {
	s.began, s.handshake = s.Phase("tls handshake with"), true
}

// watchTLS makes the end of the certificate verification end the handshake phase.
func (s *session) watchTLS(own *checks.TLS) {
	s.Watch(s.config.TLS, own)
	observe := s.config.TLS.VerifyConnection
	s.config.TLS.VerifyConnection = func(state tls.ConnectionState) error {
		if err := observe(state); err != nil {
			return err
		}
		s.Observe("tls_seconds", s.began)
		s.handshake = false
		s.Phase("logging in to")
		return nil
	}
}

// end closes the session in an orderly way, if there was a login.
func (s *session) end() {
	if s.conn != nil {
		s.conn.Close()
	}
}

// limit makes the session read-only and bounds its statements. Each product
// ignores the other's versioned comment: MariaDB ignores comments for versions
// 50700 to 50799, MySQL ignores comments that begin with M.
func (s *session) limit() error {
	if _, err := s.query("SET SESSION", "SET SESSION TRANSACTION READ ONLY"); err != nil {
		return err
	}
	t := wire.StatementTime(s.Context())
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
	s.Phase("waiting for the reply to " + step + " from")
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

// valueText returns a value in the server's own format, as far as the driver
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

// guarded calls f, which calls the driver, and recovers a panic. The driver's
// parser panics at packets that are too short; the peer is then not a MySQL
// server. See [guard].
func (s *session) guarded(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = mysql.ErrMalformPkt
		}
	}()
	return f()
}

// fault converts an error of the driver to an error with our text and a reason.
func (s *session) fault(step string, err error) error {
	if refusal, ok := errors.AsType[*mysql.MySQLError](err); ok {
		text := s.Clip(wire.Mask(refusal.Message, s.config.Passwd))
		return checks.Fail(reasonOf(refusal.Number), fmt.Errorf("%s: %s (error %d)", step, text, refusal.Number))
	}
	if errors.Is(err, mysql.ErrNoTLS) {
		return checks.Fail(checks.ReasonTLS, errors.New("server has no TLS, want TLS"))
	}
	for _, refusal := range []error{
		mysql.ErrCleartextPassword, mysql.ErrNativePassword, mysql.ErrOldPassword, mysql.ErrUnknownPlugin,
	} {
		if errors.Is(err, refusal) {
			return checks.Fail(checks.ReasonAuth, fmt.Errorf("%s: %w", step, err))
		}
	}
	if s.handshake {
		return s.Fail(checktype.HandshakeError(err))
	}
	if s.guard.fault != nil {
		err = s.guard.fault
	}
	return s.Explain(err)
}

// reasonOf maps the number of a server's error to a reason, by the tables at
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and
// https://mariadb.com/kb/en/mariadb-error-code-reference/.
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
