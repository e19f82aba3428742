package config

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

// A Config is a file that holds, ready for use.
type Config struct {
	// Checks are ready for a collector, with every default of the file filled in.
	Checks []checks.Check
	// MaxWait and Concurrency are those of collector.Options.
	MaxWait     time.Duration
	Concurrency int

	// Environment is what /environment shows and how it is scrubbed.
	Environment Environment
	// Healthcheck is how /healthcheck answers.
	Healthcheck Healthcheck

	// Secrets are all literal secrets found: passwords, tokens, what came out
	// of secret files and sensitive variables.
	Secrets []string
	// Warnings are what is allowed but should not be, each with its place.
	Warnings []string
	// Hash identifies the content of the files, expanded values not included.
	Hash [sha256.Size]byte
	// Files are the names of the files, in order; none for the built-in default.
	Files []string

	sources []source               // for showing: their trees are ten times as large
	json    func() json.RawMessage // of the sources, made when it is first asked for
}

// Environment is the section environment of the file.
type Environment struct {
	Disable  []string          // sections that are not shown
	Sections []Section         // custom ones, in order
	Labels   map[string]string // further labels of healthcheck_build_info
	// ScrubNames and ScrubAllow add to the rules of the scrubber.
	ScrubNames, ScrubAllow []string
}

// Healthcheck is the section healthcheck of the file. What was not given is zero.
type Healthcheck struct {
	Format                                      string // json, text, health+json or plain
	SuccessStatus, FailedStatus, DrainingStatus int
	SuccessHeaders, FailedHeaders               map[string]string
	Sections                                    []Section
}

// A Section is a custom member of an answer.
type Section struct {
	Name  string
	Value json.RawMessage // in the order of the file
	Where string          // file:line, for errors
}

// Load reads the file, the directory or the glob of that name, the built-in
// default if it is empty, and the secret files it names. An error has a line
// for each fault, in the order of the files, with file and line.
//
// learn, which may be nil, is told each secret that a check will read again
// from its file, before the check uses it; it must be safe for concurrent use.
func Load(pattern string, learn func(secret string)) (*Config, error) {
	all, err := sources(pattern)
	if err != nil {
		return nil, err
	}
	return load(all, learn)
}
