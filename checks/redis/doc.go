// Package redis has the check type for Redis and servers that speak its
// protocol: [Check].
//
//	check, err := redis.Check{Address: "127.0.0.1:6379", Role: "master"}.Build()
//
// A run opens one connection of its own, asks, and closes it. It uses no pool,
// because a pool knows only the connections it has: whether the next service can
// still connect (addresses, certificates, passwords, free places) is half of what
// such a check is for.
//
// A run ends with its context and leaves no goroutine and no descriptor behind,
// whatever the server does. It reads at most 64 KiB. PING, ROLE, EXISTS and GET
// change nothing; a command of the settings may.
package redis
