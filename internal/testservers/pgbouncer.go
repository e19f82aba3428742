//go:build unix

package testservers

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// PgBouncer starts a pgbouncer before a Postgres, with that pool_mode: session,
// transaction or statement. It takes any password for any user, logs in as the
// administrator, and lets every user into its console (database "pgbouncer").
func PgBouncer(t testing.TB, behind *Server, mode string) *Server {
	t.Helper()
	path, dir := Need(t, "pgbouncer"), Dir(t, postgresUsers...)
	return LaunchOnPort(t, func(addr string) Program {
		config := fmt.Sprintf(`[databases]
* = host=%s port=%s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
auth_type = any
pool_mode = %s
`, behind.Socket, behind.Port(), portOf(addr), mode)
		file := filepath.Join(dir, "pgbouncer.ini")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		own(t, file, postgresUsers)
		return Program{Path: path, Dir: dir, Args: []string{file}, Users: postgresUsers, Ready: listening(addr)}
	})
}
