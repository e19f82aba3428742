//go:build unix

package testservers

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresUsers are the users as which postgres runs, because it refuses to be root.
var postgresUsers = []string{"postgres", "nobody"}

// pgHBA allows every login on the unix socket (the administrator is "postgres"), and
// logins with a password over TCP.
const pgHBA = `local all all trust
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 trust
`

// Postgres starts a postgres with TLS. Logins over TCP need a password; make users
// with [Server.PostgresSQL]. Settings are those of postgresql.conf, such as
// "max_connections=5". Creating its files takes a second or two: use one server
// for several subtests.
func Postgres(t testing.TB, settings ...string) *Server {
	t.Helper()
	initdb, dir := Need(t, "initdb"), Dir(t, postgresUsers...)
	data := filepath.Join(dir, "data")
	runAs(t, postgresUsers, dir, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(pgHBA), 0o600); err != nil {
		t.Fatal(err)
	}
	return postgresOn(t, dir, data, settings)
}

// PostgresStandby starts a hot standby of a primary.
func PostgresStandby(t testing.TB, primary *Server, settings ...string) *Server {
	t.Helper()
	backup, dir := Need(t, "pg_basebackup"), Dir(t, postgresUsers...)
	data := filepath.Join(dir, "data")
	runAs(t, postgresUsers, dir, backup, "-D", data, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync",
		"-d", fmt.Sprintf("host=127.0.0.1 port=%s user=postgres", primary.Port()))
	return postgresOn(t, dir, data, settings)
}

// postgresOn starts a postgres on a folder of data.
func postgresOn(t testing.TB, dir, data string, settings []string) *Server {
	t.Helper()
	path, ca := Need(t, "postgres"), NewCA(t)
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	own(t, cert, postgresUsers)
	own(t, key, postgresUsers)
	s := LaunchOnPort(t, func(addr string) Program {
		args := []string{"-D", data, "-h", "127.0.0.1", "-p", portOf(addr), "-k", dir, "-F"}
		for _, setting := range append([]string{
			"ssl=on", "ssl_cert_file=" + cert, "ssl_key_file=" + key, "shared_buffers=4MB", "logging_collector=off",
			"dynamic_shared_memory_type=mmap", "max_worker_processes=2",
		}, settings...) {
			args = append(args, "-c", setting)
		}
		return Program{
			Path: path, Dir: dir, Args: args, Users: postgresUsers,
			StopSignal: syscall.SIGINT, // The fast shutdown: SIGTERM waits for clients.
			Ready: func(ctx context.Context) error {
				_, err := postgresSQL(ctx, dir, portOf(addr), "postgres", "SELECT 1")
				return err
			},
		}
	})
	s.Socket, s.CAFile = dir, ca.File
	return s
}

// PostgresSQL runs statements as the administrator, over the unix socket, in
// the database postgres. It returns one line for each row, with its columns joined
// by blanks.
func (s *Server) PostgresSQL(statements string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	out, err := postgresSQL(ctx, s.Socket, s.Port(), "postgres", statements)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func postgresSQL(ctx context.Context, socket, port, database, statements string) (string, error) {
	dsn := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Path: "/" + database,
		RawQuery: url.Values{"host": {socket}, "port": {port}, "passfile": {""}}.Encode(),
	}
	conn, err := pgconn.Connect(ctx, dsn.String())
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, statements).ReadAll()
	if err != nil {
		return "", err
	}
	var lines []string
	for _, result := range results {
		for _, row := range result.Rows {
			columns := make([]string, len(row))
			for i, column := range row {
				columns[i] = string(column)
			}
			lines = append(lines, strings.Join(columns, " "))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// runAs runs a program to its end.
func runAs(t testing.TB, users []string, dir, path string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + dir}
	cmd.SysProcAttr = attr(credential(t, users))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, out)
	}
}
