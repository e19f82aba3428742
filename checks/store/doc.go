// Package store has the check types for databases and caches: [Redis],
// [Postgres] and [MySQL].
//
// Each is one struct. Its fields are the keys of the YAML file; Build looks at
// all of them at once and opens nothing:
//
//	check, err := store.Redis{Address: "127.0.0.1:6379", Role: "master"}.Build()
//
// A run opens one connection of its own, asks, and closes it. It does not use
// a pool, because a pool answers for the connections it has: that the next
// service can still connect (addresses, certificates, passwords, free places)
// is half of what such a check is for.
//
// Whatever the peer does, a run ends with its context and leaves no goroutine,
// no descriptor and, as far as the server obeys, no statement behind: the time
// that is left goes to the server as its statement time-out. It reads at most
// 64 KiB. It changes nothing: SQL runs in read-only transactions; what a Redis
// command does is up to whoever configures it.
//
// The reasons are the same for all: auth (password, certificate, privilege),
// status (the server answers, but with an error of its own: still loading, too
// many connections, no such database or table, no such command), assertion
// (an answer, but not the expected one or role), protocol (something else
// answers there), and those of the network: refused, unreachable, dns, tls,
// timeout.
package store
