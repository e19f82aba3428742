package config

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// A file is what may stand in the YAML file. All sections may be left out.
//
//	global: {timeout: 5s, success_ttl: 27s, failed_ttl: 9s, max_wait: 1s, concurrency: 64}
//	checks:
//	  - name: redis
//	    redis: {address: "127.0.0.1:6379", password_file: /run/secrets/redis}
//	    timeout: 2s
//	    tags: [ready]
//	    description: the session cache
//	    runbook: https://wiki.example.org/redis
//	environment:
//	  disable: [process]
//	  sections: {application: {maintainer: Frank}}
//	  labels: {cluster: eu1}
//	healthcheck: {format: json, failed_status: 500}
//
// The file is read strictly: an unknown key or one that is given twice, a value
// of the wrong type or out of range is an error with file and line, and all
// faults are told at once. It is at most 1 MiB of UTF-8, one document, and has at most 10,000 checks. Keys at
// the top that begin with x- are ignored: they are for anchors. What is not
// given, or has nothing behind its colon, has its default (but a check's type,
// and checks: these need something under them).
//
// A text may have ${NAME}, the value of an environment variable, which is an
// error when it is not set; ${NAME:-default}, which is the default when it is
// not set or empty; and ${file:/path}, the content of a file without one newline
// at its end. $$ is a $, and a $ before anything else is itself. What is put in
// is not expanded again. It counts as a secret, which is masked wherever it
// turns up, when it comes from a file or from a variable whose name is sensitive.
// Durations, sizes, numbers and keys are not expanded.
//
// A secret has a twin that ends in _file: the path of a regular file of at most
// 64 KiB that holds it. It is looked at when the configuration is loaded and
// read again at every run. One newline at its end is cut off. Both twins
// together are an error, and a file that everybody can read is a warning.
//
// The configuration may also be a directory or a glob: then all files that end
// in .yml or .yaml and do not begin with a dot are read in the order of their
// names. Their checks are joined; a setting that is given in two files is an
// error.
//
// A duration is written 500ms, 27s or 5m, a size 512, 64KiB or 10MiB.
type file struct {
	// Global has what holds for all checks that do not say otherwise.
	Global global `yaml:"global"`
	// Checks are what is checked, in the order in which they are shown. An
	// empty list is valid: every answer is then that all is well.
	Checks []check `yaml:"checks"`
	// Environment is about /environment and the labels of healthcheck_build_info.
	Environment environment `yaml:"environment"`
	// Healthcheck is about the answers of /healthcheck.
	Healthcheck healthcheck `yaml:"healthcheck"`
	// Views are named selections of checks, by name, such as ready and live.
	// Names are written like those of checks. Default none.
	Views map[string]view `yaml:"views"`
}

// A global is what holds for all checks that do not say otherwise, and for the
// collector as a whole.
type global struct {
	// Timeout bounds one run of a check. 1ms to 5m; default 5s.
	Timeout *time.Duration `yaml:"timeout"`
	// SuccessTTL is how long a pass is kept. 0s: not at all; else 100ms to
	// 8760h; default 27s.
	SuccessTTL *time.Duration `yaml:"success_ttl" off:"0s"`
	// FailedTTL is how long a failure is kept. 0s: not at all; else 100ms to
	// 8760h; default 9s.
	FailedTTL *time.Duration `yaml:"failed_ttl" off:"0s"`
	// MaxWait is how long a reader waits for a run when the result has expired.
	// 0s to 5m; default 1s.
	MaxWait *time.Duration `yaml:"max_wait" off:"0s"`
	// StartupWait is how long a reader waits, from the start on, for the first
	// results of checks that are not optional, if that is longer than MaxWait.
	// 0s: not at all; at most 5m; default the longest chain of timeouts among
	// them, at most 5s.
	StartupWait *time.Duration `yaml:"startup_wait" off:"0s"`
	// Concurrency is how many checks run at a time. 1 to 10000; default 64.
	Concurrency *int `yaml:"concurrency"`
}

// A check has a name, the settings of one type under the name of the type, and
// any of these.
type check struct {
	// Name identifies the check in every answer and is a label of its metrics:
	// 1 to 100 letters, digits and _ . : - that begin with a letter, a digit or
	// _. Required; no two checks have the same.
	Name  string `yaml:"name" null:"absent"`
	Types `yaml:",inline"`
	// Timeout bounds one run. 1ms to 5m; default global's.
	Timeout *time.Duration `yaml:"timeout"`
	// SuccessTTL is how long a pass is kept. 0s: not at all; else 100ms to
	// 8760h; default global's.
	SuccessTTL *time.Duration `yaml:"success_ttl" off:"0s"`
	// FailedTTL is how long a failure is kept. 0s: not at all; else 100ms to
	// 8760h; default global's.
	FailedTTL *time.Duration `yaml:"failed_ttl" off:"0s"`
	// Optional makes a failure degrade the whole instead of failing it. Default
	// false.
	Optional bool `yaml:"optional"`
	// Severity says whom a failure wakes: critical, warning or info. Default
	// critical, for an optional check warning. A database that all servers share
	// is optional (its failure must not take all of them out) and critical.
	Severity string `yaml:"severity"`
	// Labels are further labels of healthcheck_check_info, such as team: shop. All
	// checks together have at most 16 names. Default none.
	Labels map[string]string `yaml:"labels"`
	// FailureThreshold is the number of consecutive failures that turn a passed
	// check failed. 1 to 1000; default 1.
	FailureThreshold *int `yaml:"failure_threshold"`
	// SuccessThreshold is the number of consecutive passes that turn a failed
	// check passed. 1 to 1000; default 1.
	SuccessThreshold *int `yaml:"success_threshold"`
	// Tags select checks in /healthcheck?tag=. They are written like a name.
	// Default none.
	Tags []string `yaml:"tags"`
	// DependsOn names checks; while one of them has not passed, this one is
	// skipped instead of run. Default none.
	DependsOn []string `yaml:"depends_on"`
	// Description says in a few words what is checked. Default none.
	Description string `yaml:"description"`
	// Runbook is a URL (http or https) that says what to do when the check has
	// failed. Default none.
	Runbook string `yaml:"runbook"`

	node *document.Node
}

// An environment is what /environment shows, and the labels of
// healthcheck_build_info.
type environment struct {
	// Disable names sections that are not shown: os, go, process, config or one
	// of sections. Default none.
	Disable []string `yaml:"disable"`
	// Sections are further members of the dump, by name: any values. Default
	// none.
	Sections document.Members `yaml:"sections"`
	// Labels are further labels of healthcheck_build_info. Default none.
	Labels map[string]string `yaml:"labels"`
	// Scrub adds to the rules by which secrets are masked.
	Scrub scrubbing `yaml:"scrub"`
}

// A scrubbing adds to the rules by which secrets are masked.
type scrubbing struct {
	// Names are further words that make a name sensitive, wherever they stand in
	// it. Default none.
	Names []string `yaml:"names"`
	// Allow are names, spelt exactly, that are not sensitive after all. Default
	// none.
	Allow []string `yaml:"allow"`
}

// A healthcheck is how /healthcheck answers.
type healthcheck struct {
	answer `yaml:",inline"`
	// Sections are further members of the JSON answer, by name: any values. A
	// name is not one that every answer has. Default none.
	Sections document.Members `yaml:"sections"`
}

// An answer is how a selection of checks is reported.
type answer struct {
	// Format is the format for requests that ask for none: json, text,
	// health+json, plain, nagios or template. Default json.
	Format string `yaml:"format"`
	// SuccessStatus is the status if all is well, or degraded. 200 to 599;
	// default 200.
	SuccessStatus *int `yaml:"success_status"`
	// FailedStatus is the status if a check has failed. 200 to 599; default 500.
	FailedStatus *int `yaml:"failed_status"`
	// DrainingStatus is the status while draining. 200 to 599; default 503 (404
	// suits haproxy's disable-on-404).
	DrainingStatus *int `yaml:"draining_status"`
	// UnknownStatus is the status for a check, tag or view that does not exist.
	// 200 to 599; default 404 (haproxy's disable-on-404 needs 500 here, because it
	// takes 404 for a drained server).
	UnknownStatus *int `yaml:"unknown_status"`
	// SuccessHeaders are further headers of answers with the success status.
	// Default none.
	SuccessHeaders map[string]string `yaml:"success_headers"`
	// FailedHeaders are further headers of all other answers. Default none.
	FailedHeaders map[string]string `yaml:"failed_headers"`
	// SuccessTemplate is the body with the success status for the format template,
	// in the syntax of Go's text/template. Its data has Status, Draining, Time and
	// Results; each result has the fields Check, Passed, State, Output, Reason,
	// Warning, Time, Expires, Duration, Since and more. The function json encodes
	// a value, and line shows a text on one line.
	SuccessTemplate string `yaml:"success_template"`
	// FailedTemplate is the body of all other answers for the format template.
	FailedTemplate string `yaml:"failed_template"`
	// ContentType is the type of both templates. Default text/plain;
	// charset=utf-8.
	ContentType string `yaml:"content_type"`
}

// A view is a named selection of checks, at /healthcheck?view= and at a path of
// its own. Settings that are not given are those of section healthcheck.
//
//	checks:
//	  - {name: orders, tcp: {address: "db.example.org:5432"}, tags: [ready]}
//	views:
//	  ready: {tags: [ready]}
//	  live: {checks: [], ignore_drain: true, path: /livez}
type view struct {
	// Checks names the checks to select. An empty list selects none on purpose:
	// the view then passes. Default all checks.
	Checks []string `yaml:"checks"`
	// Tags narrow the selection to checks with one of them. Default any.
	Tags []string `yaml:"tags"`
	// Exclude names checks to leave out. Default none.
	Exclude []string `yaml:"exclude"`
	// Path is where the view is served too, such as /livez. Default none.
	Path string `yaml:"path"`
	// IgnoreDrain answers as if the service were not drained. Default false.
	IgnoreDrain bool `yaml:"ignore_drain"`
	// HideOutput leaves out what checks said and measured. Default false.
	HideOutput bool `yaml:"hide_output"`
	answer     `yaml:",inline"`

	node *document.Node
}

// UnmarshalNode decodes a view and keeps its node.
func (v *view) UnmarshalNode(n *document.Node) {
	v.node = n
	n.Fields(v)
}
