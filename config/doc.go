// Package config reads the YAML file: strictly, with the file and line of every
// fault that can be known, and without quoting a secret.
//
//	cfg, err := config.Load("/etc/healthcheck_exporter/*.yml")
//	if err != nil {
//		return err // one fault a line: healthcheck.yml:7: check "db": unknown key "time_out", did you mean "timeout"?
//	}
//	c, err := collector.New(cfg.Collector, cfg.Checks...)
//	http.Handle("/healthcheck", httpapi.Healthcheck(c, cfg.Healthcheck))
//
// The keys of a check are the fields of the struct of its type (see Types); no
// struct of this package repeats them. To add a type is to add a field there.
//
// The structs of the file are in file.go and types.go. Package document reads and
// decodes the file; check.go, global.go and answers.go make options of the
// structs, connect.go looks at the checks together, and secrets.go finds what
// must never be shown.
//
// The package runs no check and connects to nothing; it reads the configuration
// files and the files that they name.
package config
