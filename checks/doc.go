// Package checks holds the words in which a check is written: what a check
// does (Func), what it is (Check), how it fails (Fail, Reason), how it warns
// (Warnf), what it measures (Observe), records (TraceOf) and returns (Output), and
// the settings that every check type spells alike (Secret, SecretFile, TLS, Size).
//
// A check is a function:
//
//	func pingSearch(ctx context.Context) (string, error) {
//		n, err := search.Count(ctx)
//		if err != nil {
//			return "", err
//		}
//		checks.Observe(ctx, "documents", float64(n))
//		if n < 1000 {
//			return fmt.Sprintf("%d documents", n), checks.Warnf("fewer than 1000 documents")
//		}
//		return fmt.Sprintf("%d documents", n), nil
//	}
//
// A check type is a struct whose exported fields are its settings and whose Build
// returns such a function (Spec). The types of this project are in the packages
// below this one: probe, host and command, and one for each client library. Your
// own type needs package checktype besides.
//
//	check, err := checks.New("sessions", redis.Check{Address: "127.0.0.1:6379"})
//
// This package runs nothing, opens nothing and remembers nothing: package
// collector decides when a check runs and how long its result is kept. It uses the
// standard library only.
package checks
