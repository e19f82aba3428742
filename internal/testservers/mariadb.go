//go:build unix

package testservers

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// mariadbUsers are the users as which mariadbd runs, because it refuses to be root.
var mariadbUsers = []string{"mysql", "nobody"}

// MariaDB starts a mariadbd with TLS. Its administrator is root without a
// password, over the unix socket; make users with [Server.MariaDBSQL]. The
// arguments are mariadbd's, such as "--max-connections=10". Creating its files
// takes some seconds: use one server for several subtests.
func MariaDB(t testing.TB, args ...string) *Server {
	t.Helper()
	path, install := Need(t, "mariadbd"), Need(t, "mariadb-install-db")
	dir, ca := Dir(t, mariadbUsers...), NewCA(t)
	data, socket := filepath.Join(dir, "data"), filepath.Join(dir, "s.sock")
	runAs(t, mariadbUsers, dir, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db",
		"--skip-name-resolve", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M")
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	own(t, cert, mariadbUsers)
	own(t, key, mariadbUsers)
	s := LaunchOnPort(t, func(addr string) Program {
		base := []string{
			"--no-defaults", "--datadir=" + data, "--socket=" + socket, "--port=" + portOf(addr), "--bind-address=127.0.0.1",
			"--skip-name-resolve", "--skip-log-bin", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M",
			"--innodb-flush-log-at-trx-commit=0", "--ssl-cert=" + cert, "--ssl-key=" + key, "--pid-file=" + filepath.Join(dir, "pid"),
		}
		return Program{
			Path: path, Dir: dir, Args: append(base, args...), Users: mariadbUsers,
			Ready: func(ctx context.Context) error {
				_, err := mariadbSQL(ctx, socket, "SELECT 1")
				return err
			},
		}
	})
	s.Socket, s.CAFile = socket, ca.File
	return s
}

// MariaDBSQL runs one statement as the administrator, over the unix socket. It
// returns one line for each row, with its columns joined by blanks.
func (s *Server) MariaDBSQL(statement string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	out, err := mariadbSQL(ctx, s.Socket, statement)
	if err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
	return out
}

func mariadbSQL(ctx context.Context, socket, statement string) (string, error) {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.Logger = "unix", socket, "root", &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return "", err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, statement, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	return allRows(rows)
}

func allRows(rows driver.Rows) (string, error) {
	var lines []string
	row := make([]driver.Value, len(rows.Columns()))
	for {
		err := rows.Next(row)
		if errors.Is(err, io.EOF) {
			return strings.Join(lines, "\n"), nil
		}
		if err != nil {
			return "", err
		}
		columns := make([]string, len(row))
		for i, v := range row {
			if bytes, ok := v.([]byte); ok {
				v = string(bytes)
			}
			columns[i] = fmt.Sprint(v)
		}
		lines = append(lines, strings.Join(columns, " "))
	}
}
