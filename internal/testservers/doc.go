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
// A server ends with its test, by its process id. Servers that already run on
// this machine, on a standard port, are never touched.
//
// If a program is not installed, the test is skipped with the program's name;
// with CI=true in the environment it fails, because a skipped test tests nothing.
// When the tests run as root, servers that refuse to run as root (postgres) run as
// their own user.
package testservers
