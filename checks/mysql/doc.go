// Package mysql has the check type for MySQL and MariaDB: [Check].
//
//	check, err := mysql.Check{Address: "127.0.0.1:3306", User: "monitor"}.Build()
//
// A run opens its own connection, sends its statements, and closes the
// connection. It uses no pool, because half of the purpose of the check is to
// verify that a new client can still connect (addresses, certificates, passwords,
// free connections). A pool would reuse connections that already exist.
//
// A run ends with its context and leaves no goroutine and no descriptor behind.
// It also leaves no statement running, provided that the server obeys its time
// limit. It reads at most 64 KiB and changes nothing: its session is read-only.
//
// The package links github.com/go-sql-driver/mysql, which registers itself with
// database/sql under the name "mysql".
package mysql
