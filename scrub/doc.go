// Package scrub masks secrets: in the output of checks, in errors and logs, in
// environment dumps, command lines and headers.
//
//	s := scrub.New(scrub.Rules{})
//	s.Learn(password)
//	s.Text("dial postgres://app:s3cret@db:5432/x: refused") // …//app:********@db…
//	s.Value("API_KEY", "abc")                               // ********
//	s.Argv([]string{"mysql", "-psecret"})                   // mysql -p********
//	s.Tree(map[string]any{"tokens": []int{1, 2}})           // {"tokens":"********"}
//
// Values are masked by their name (N1 to N4: a wrong mask costs a line of
// debugging, a wrong reveal a credential) and by their shape (V1 to V14): known
// secrets, URLs, data source names, headers, query parameters, JSON, YAML,
// private keys, tokens. All of it is one pass in linear time.
//
// Known gaps, which no rule here closes:
//
//   - a secret under a harmless name in an unknown shape ("the word is hunter2",
//     AUTH hunter2, <pass>hunter2</pass>, IDENTIFIED BY 'hunter2'); make it known with Add;
//   - flags and their values inside a free text ("curl -u bob:hunter2"), and a value
//     whose name is a value too ({"name": "DB_PASSWORD", "value": "hunter2"});
//   - a secret that is split over several values, or encoded otherwise than for
//     URLs, JSON or in base64 (hex, compressed, reversed);
//   - names in other scripts than Latin, abbreviations (TLS_PRIV), and names that
//     hide characters without width; list them in Rules.Names;
//   - a password with a blank in an unquoted name=value or URL: it ends there; one of
//     up to five digits behind a name and a colon without blank, which reads as a port;
//   - behind http, https, ws and ftp a password such as 80/x, which reads as a port and a path;
//   - a text that was cut off inside a secret: cut at a blank before scrubbing.
//
// Do not scrub our own reports: their field is called passed.
package scrub
