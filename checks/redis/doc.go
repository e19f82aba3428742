// Package redis has the check type for Redis and servers that speak its
// protocol: [Check].
//
//	check, err := redis.Check{Address: "127.0.0.1:6379", Role: "master"}.Build()
//
// A run opens its own connection, sends its commands, and closes the connection.
// It uses no pool, because half of the purpose of the check is to verify that a
// new client can still connect (addresses, certificates, passwords, free
// connections). A pool would reuse connections that already exist.
//
// A run ends with its context and leaves no goroutine and no descriptor behind,
// whatever the server does. It reads at most 64 KiB. PING, ROLE, EXISTS and GET
// change nothing; a configured command may.
package redis
