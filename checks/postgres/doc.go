// Package postgres has the check type for PostgreSQL: [Check].
//
//	check, err := postgres.Check{Address: "127.0.0.1:5432", User: "monitor"}.Build()
//
// A run opens one connection of its own, asks, and closes it. It uses no pool,
// because a pool knows only the connections it has: whether the next service can
// still connect (addresses, certificates, passwords, free places) is half of what
// such a check is for.
//
// A run ends with its context and leaves no goroutine, no descriptor and, as far
// as the server obeys, no statement behind. It reads at most 64 KiB and changes
// nothing: its statements run in a read-only transaction.
package postgres
