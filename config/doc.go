// Package config reads the YAML file: strictly, with the file and line of every
// fault that can be known, and without quoting a secret.
//
//	cfg, err := config.Load("/etc/healthcheck_exporter/*.yml", nil)
//	if err != nil {
//		return err // one fault a line: healthcheck.yml:7: check "db": unknown key "time_out", did you mean "timeout"?
//	}
//	c, err := collector.New(collector.Options{Concurrency: cfg.Concurrency, MaxWait: cfg.MaxWait}, cfg.Checks...)
//
// The keys of a check are the fields of the struct of its type (see Types); no
// struct of this package repeats them. To add a type is to add a field there.
//
// How the parts lie: file.go and types.go are the structs; source.go finds files,
// parse.go parses them, resolve.go follows aliases; walk.go and scalar.go hold the
// nodes against the structs, expand.go fills in ${NAME}, build.go makes checks,
// connect.go looks at them together, answers.go at the rest; secrets.go finds
// what must never be shown, show.go shows what is left.
//
// The package runs no check and connects to nothing; it reads the files it is
// given and those that they name as holding secrets.
package config
