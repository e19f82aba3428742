// Package checks holds the words in which a check is written: what a check
// does (Func), what it is (Check), how it fails (Fail, Reason), how it warns
// (Warnf), what it measures (Observe), and the settings that every check type
// spells alike (Secret, SecretFile, TLS, Size).
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
// A check type is a struct whose exported fields are its settings and whose
// Build returns such a function; the packages below this one have the types
// that come with the project, and yours looks the same.
//
// This package runs nothing and remembers nothing: when a check runs, how long
// its answer is kept and who is told is the business of package collector. It
// uses the standard library only.
package checks
