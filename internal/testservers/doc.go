// Package testservers starts real servers for tests: redis-server, postgres,
// mariadbd and any other program, each on a free port of the loopback address
// with its data in a temporary folder of its own.
//
//	func TestSessions(t *testing.T) {
//		redis := testservers.Redis(t, "--requirepass", "hush")
//		check, err := redis.Check{Address: redis.Addr, Password: "hush"}.Build()
//		…
//		redis.Stop()   // connection refused
//		redis.Start()  // the same port and data
//		redis.Freeze() // accepts and never answers
//		redis.Thaw()
//	}
//
// What a test starts ends with the test, by its process id. A server that
// already runs on this machine, on a standard port, is never touched.
//
// A program that is not installed skips the test and says so; with CI=true in
// the environment it fails the test, because a skipped test tests nothing.
// Servers that refuse to run as root (postgres) run as their own user then.
package testservers
