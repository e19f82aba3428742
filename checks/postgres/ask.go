package postgres

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// A statement is one statement of the transaction, with its name in failures.
type statement struct{ step, sql string }

// A block is the way in which the statements become one transaction.
type block int

const (
	explicit block = iota // BEGIN and COMMIT
	// implicit leaves it to the server: all statements before a Sync are one
	// transaction. An error ends an implicit transaction, but not an explicit one.
	// PgBouncer in statement mode reacts to an open explicit transaction by
	// dropping the connection and, sometimes, the error. implicit is the second
	// choice, because servers log a warning about SET LOCAL.
	implicit
)

// errNoBlocks means that PgBouncer, in statement mode, found a transaction open.
var errNoBlocks = errors.New("transaction blocks not allowed in statement pooling mode")

// statements returns the statements to send, in order.
func (c run) statements(s *session, attrs string, b block) []statement {
	list := []statement{{"BEGIN", "BEGIN READ ONLY"}}
	if b == implicit {
		list = []statement{{"SET TRANSACTION", "SET TRANSACTION READ ONLY"}}
	}
	list = append(list, statement{"SET LOCAL", fmt.Sprintf("SET LOCAL statement_timeout = %d", wire.StatementTime(s.Context()).Milliseconds())})
	if attrs != attrsAny {
		list = append(list, statement{"the role", "SELECT concat(pg_is_in_recovery(), ' ', current_setting('default_transaction_read_only'))"})
	}
	list = append(list, statement{"the query", cmp.Or(c.Query, wire.DefaultQuery)})
	if b == explicit {
		list = append(list, statement{"COMMIT", "COMMIT"})
	}
	return list
}

// ask runs the transaction and judges its results.
func (c run) ask(s *session, attrs string, b block) (string, error) {
	if s.isConsole() {
		return c.askConsole(s)
	}
	rows, err := s.transact(c.statements(s, attrs, b))
	if err != nil {
		return "", err
	}
	said := ""
	if attrs != attrsAny {
		role, wrong := judgeRole(rows["the role"].Text, attrs)
		if wrong != nil {
			return "", elsewhere(fmt.Errorf("%s: %w", s.at.Address, wrong))
		}
		said = role + ", "
	}
	sentence, err := rows["the query"].Sentence(c.Expect)
	if err != nil {
		return "", err
	}
	return said + sentence, nil
}

// transact sends all statements at once and reads their results: one round trip.
// No transaction is open afterwards, which PgBouncer in statement mode would not
// allow. All of them use the extended protocol, which rejects a query that
// contains a second statement.
func (s *session) transact(statements []statement) (map[string]wire.Row, error) {
	began := s.Phase("sending the transaction to")
	pipeline := s.conn.StartPipeline(s.Context())
	defer pipeline.Close()
	for _, st := range statements {
		pipeline.SendQueryParams(st.sql, nil, nil, nil, nil)
	}
	if err := pipeline.Sync(); err != nil {
		return nil, s.fault("the transaction", err)
	}
	rows := map[string]wire.Row{}
	s.Phase("waiting for the result of the query from") // The server sends all results at the end.
	for _, st := range statements {
		results, err := pipeline.GetResults()
		if err != nil {
			return nil, s.fault(st.step, err)
		}
		reader, ok := results.(*pgconn.ResultReader)
		if !ok {
			return nil, s.Reject(checks.ReasonProtocol, "no result")
		}
		if rows[st.step], err = readRows(reader); err != nil {
			return nil, s.fault(st.step, err)
		}
	}
	s.Observe("query_seconds", began)
	return rows, nil
}

// readRows reads all rows; the first one counts.
func readRows(result *pgconn.ResultReader) (wire.Row, error) {
	var got wire.Row
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
	return got, err
}

// isConsole reports whether the session is connected to the admin console of
// PgBouncer. The console has its own commands, no transactions, and supports only
// the simple protocol.
func (s *session) isConsole() bool {
	return strings.HasSuffix(s.conn.ParameterStatus("server_version"), "/bouncer")
}

func (c run) askConsole(s *session) (string, error) {
	began := s.Phase("waiting for the result of the query from")
	results := s.conn.Exec(s.Context(), cmp.Or(c.Query, "SHOW VERSION"))
	var got wire.Row
	for results.NextResult() {
		row, err := readRows(results.ResultReader())
		if err != nil {
			_ = results.Close()
			return "", s.fault("the query", err)
		}
		got = row
	}
	if err := results.Close(); err != nil {
		return "", s.fault("the query", err)
	}
	s.Observe("query_seconds", began)
	return got.Sentence(c.Expect)
}
