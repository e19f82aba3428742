// Package postgres has the check type for PostgreSQL: [Check].
//
//	check, err := postgres.Check{Address: "127.0.0.1:5432", User: "monitor"}.Build()
//
// A run opens its own connection, sends its statements, and closes the
// connection. It uses no pool, because half of the purpose of the check is to
// verify that a new client can still connect (addresses, certificates, passwords,
// free connections). A pool would reuse connections that already exist.
//
// A run ends with its context and leaves no goroutine and no descriptor behind.
// It also leaves no statement running, provided that the server obeys the
// cancellation. It reads at most 64 KiB and changes nothing: its statements run
// in a read-only transaction.
package postgres
