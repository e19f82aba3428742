//go:build unix

package testservers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// PgBouncer starts a pgbouncer before a Postgres, with that pool_mode: session,
// transaction or statement. It takes any password for any user, logs in as the
// administrator, and lets every user into its console (database "pgbouncer").
// With rules, lines of its pg_hba.conf, it offers TLS and knows the user "app"
// only.
func PgBouncer(t testing.TB, behind *Server, mode string, rules ...string) *Server {
	t.Helper()
	path, dir := Need(t, "pgbouncer"), Dir(t, postgresUsers...)
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		own(t, file, postgresUsers)
		return file
	}
	auth := "auth_type = any\n"
	if len(rules) > 0 {
		cert, key := NewCA(t).Issue(t, dir, "localhost", "127.0.0.1")
		own(t, cert, postgresUsers)
		own(t, key, postgresUsers)
		auth = fmt.Sprintf("auth_type = hba\nauth_hba_file = %s\nauth_file = %s\n"+
			"client_tls_sslmode = allow\nclient_tls_cert_file = %s\nclient_tls_key_file = %s\n",
			write("hba", strings.Join(rules, "\n")+"\n"), write("users", `"app" ""`+"\n"), cert, key)
	}
	return LaunchOnPort(t, func(addr string) Program {
		config := fmt.Sprintf(`[databases]
* = host=%s port=%s user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %s
unix_socket_dir =
pool_mode = %s
%s`, behind.Socket, behind.Port(), portOf(addr), mode, auth)
		return Program{Path: path, Dir: dir, Args: []string{write("pgbouncer.ini", config)}, Users: postgresUsers, Ready: listening(addr)}
	})
}
