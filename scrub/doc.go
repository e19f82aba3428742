// Package scrub masks secrets: in the output of checks, in errors and logs, in
// environment dumps, command lines and headers.
//
//	s := scrub.New(scrub.Rules{})
//	s.Learn(password)
//	s.Text("dial postgres://app:s3cret@db:5432/x: refused") // …//app:********@db…
//	s.Text("auth: upstream LDAP refused")                   // as it is
//	s.Value("API_KEY", "abc")                               // ********
//	s.Argv([]string{"mysql", "-psecret"})                   // mysql -p********
//	s.Tree(map[string]any{"tokens": []int{1, 2}})           // {"tokens":"********"}
//
// There are two registers. Text reads sentences: it masks only values with the
// shape of a secret, so that the cause of a failure stays readable. Value,
// Tree, JSON, Argv and Header read dumps: they mask the whole value of a
// sensitive name, whatever its content. Literal secrets, which Learn adds, are
// masked in both.
//
// Each text is one pass of a scanner, in linear time. A changed text is scanned
// again until it no longer changes, so that scrubbing twice gives the same
// result as scrubbing once.
//
// The rules and the known gaps are in docs/scrubbing.md. Do not scrub our own
// results: their field is called passed.
package scrub
