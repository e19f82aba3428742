// Package document reads the files of a configuration as one document and
// decodes it strictly into structs: every fault has its file and line, all faults
// are reported at once, and no fault quotes a value that may be a secret.
//
//	d := document.Parse(sources)
//	var f file
//	d.Root().Decode(&f)
//	return d.Err() // healthcheck.yml:7: check "db": unknown key "time_out", did you mean "timeout"?
//
// A [Node] is one setting: it knows its value, its key, where it stands and what
// it is called in messages, so that faults found after decoding name the right
// line too.
//
// The package knows YAML and reflection. It knows nothing of checks: a type that
// needs rules of its own implements [Unmarshaler].
package document
