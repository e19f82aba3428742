package config

import (
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// The configuration is a YAML file with these sections, each of which can be left
// out.
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
// The file is read strictly. Unknown keys, keys given twice, keys with nothing
// behind them, and values of the wrong type or out of range are errors with file
// and line, and all of them are reported at once. A file has at most 1 MiB of
// UTF-8, one document, and at most 10,000 checks. Top-level keys that begin with
// x- are ignored; they are for anchors.
//
// A string can contain ${NAME}, the value of an environment variable, which must
// be set; ${NAME:-default}, where the default replaces a variable that is not set
// or empty; and ${file:/path}, the content of a file without one trailing
// newline. $$ is a $, and a $ before any other character is itself. Inserted text
// is not expanded again. It counts as a secret, which is masked wherever it
// appears, if it comes from a file or from a variable whose name is sensitive.
// Durations, sizes, numbers, booleans and keys are not expanded.
//
// A secret has a twin that ends in _file: the path of a regular file of at most
// 64 KiB that holds it. The file is read when the configuration is loaded and
// again at every run, without one trailing newline. Giving both twins is an
// error, and a file that everybody can read is a warning.
//
// The configuration can also be a directory or a glob: then all files that end in
// .yml or .yaml and do not begin with a dot are read in the order of their names.
// Their checks are joined. A setting that two files give is an error.
//
// A duration is written 500ms, 27s or 5m, a size 512, 64KiB or 10MiB. Where a
// duration can be switched off, 0s does that.
type file struct {
	// Global settings apply to every check that does not override them.
	Global global `yaml:"global"`
	// Checks are the checks, in the order in which they are shown. With an empty
	// list every answer is a success.
	Checks []check `yaml:"checks"`
	// Environment configures /environment and the labels of healthcheck_build_info.
	Environment environment `yaml:"environment"`
	// Healthcheck configures the answers of /healthcheck.
	Healthcheck healthcheck `yaml:"healthcheck"`
	// Views are selections of checks by name, such as ready and live. The rules of
	// names of checks apply. Default none.
	Views map[string]view `yaml:"views"`
}

// Global settings apply to every check that does not override them, or to all
// checks together.
type global struct {
	// Timeout bounds one run of a check: 1ms to 5m. Default 5s.
	Timeout *time.Duration `yaml:"timeout"`
	// SuccessTTL is how long a pass is kept: 100ms to 8760h, or 0s to run the
	// check for every request. Default 27s.
	SuccessTTL *time.Duration `yaml:"success_ttl" off:"0s"`
	// FailedTTL is how long a failure is kept: 100ms to 8760h, or 0s to run the
	// check for every request. Default 9s.
	FailedTTL *time.Duration `yaml:"failed_ttl" off:"0s"`
	// MaxWait is how long a request waits for a run if the result has expired: 0s
	// to 5m. Default 1s.
	MaxWait *time.Duration `yaml:"max_wait" off:"0s"`
	// StartupWait is how long after the start requests wait for the first results
	// of checks that are not optional: 0s to 5m. They wait for MaxWait if that is
	// longer. Default the longest chain of their timeouts, at most 5s.
	StartupWait *time.Duration `yaml:"startup_wait" off:"0s"`
	// Concurrency is how many checks run at a time: 1 to 10000. Default 64.
	Concurrency *int `yaml:"concurrency"`
}

// A check has a name, the settings of one type under the name of the type, and
// any of these.
type check struct {
	// Name identifies the check in answers and metrics: 1 to 100 letters, digits
	// and _ . : -, beginning with a letter, a digit or _. It is unique. Required.
	Name  string `yaml:"name" null:"absent" pattern:"^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$"`
	Types `yaml:",inline"`
	// Timeout bounds one run: 1ms to 5m. Default global.timeout.
	Timeout *time.Duration `yaml:"timeout"`
	// SuccessTTL is how long a pass is kept: 100ms to 8760h, or 0s to run the
	// check for every request. Default global.success_ttl.
	SuccessTTL *time.Duration `yaml:"success_ttl" off:"0s"`
	// FailedTTL is how long a failure is kept: 100ms to 8760h, or 0s to run the
	// check for every request. Default global.failed_ttl.
	FailedTTL *time.Duration `yaml:"failed_ttl" off:"0s"`
	// Optional makes a failure degrade the overall status instead of failing it.
	Optional bool `yaml:"optional"`
	// Severity is the severity of the alert about a failure: critical, warning or
	// info. Make a database that all servers share optional (its failure must not
	// take all of them out) and critical. Default critical, or warning for an
	// optional check.
	Severity string `yaml:"severity"`
	// Labels are further labels of healthcheck_check_info, such as team: shop. All
	// checks together have at most 16 names. Default none.
	Labels map[string]string `yaml:"labels"`
	// FailureThreshold is the number of consecutive failures after which a passed
	// check counts as failed: 1 to 1000. Default 1.
	FailureThreshold *int `yaml:"failure_threshold"`
	// SuccessThreshold is the number of consecutive passes after which a failed
	// check counts as passed: 1 to 1000. Default 1.
	SuccessThreshold *int `yaml:"success_threshold"`
	// Tags select checks in views and in /healthcheck?tag=. The rules of names
	// apply. Default none.
	Tags []string `yaml:"tags" pattern:"^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$"`
	// DependsOn names other checks. While one of them has not passed, this check
	// is skipped. Default none.
	DependsOn []string `yaml:"depends_on"`
	// Description describes the check in a few words. Default none.
	Description string `yaml:"description"`
	// Runbook is the URL (http or https) of instructions for a failure. Default
	// none.
	Runbook string `yaml:"runbook" pattern:"^https?://[^ @]+$"`

	node *document.Node
}

// The section configures what /environment shows and the labels of
// healthcheck_build_info.
type environment struct {
	// Disable names the sections to hide: os, go, process, config or one of
	// Sections. Default none.
	Disable []string `yaml:"disable"`
	// Sections are further sections of the dump, by name. Default none.
	Sections document.Members `yaml:"sections"`
	// Labels are further labels of healthcheck_build_info. Default none.
	Labels map[string]string `yaml:"labels"`
	// Scrub adds to the rules for masking secrets.
	Scrub scrubbing `yaml:"scrub"`
}

// A scrubbing adds to the rules for masking secrets.
type scrubbing struct {
	// Names are further words that make a name sensitive anywhere in it. Default
	// none.
	Names []string `yaml:"names"`
	// Allow names exceptions: these exact names are not sensitive. Default none.
	Allow []string `yaml:"allow"`
}

// The section configures the answers of /healthcheck.
type healthcheck struct {
	answer `yaml:",inline"`
	// Sections are further members of the JSON answer, by name. Names of fixed
	// members, such as results, are not allowed. Default none.
	Sections document.Members `yaml:"sections"`
	// ServiceID is "serviceId" in the format health+json: the name of the service.
	// Default none.
	ServiceID string `yaml:"service_id"`
	// Version is "version" in the format health+json: the version of the service.
	// Default none.
	Version string `yaml:"version"`
}

// An answer configures how a selection of checks is reported.
type answer struct {
	// Format is the format for requests that ask for none: json, text,
	// health+json, plain, nagios or template. Default json.
	Format string `yaml:"format"`
	// SuccessStatus is the HTTP status if the overall status is passed or
	// degraded: 200 to 599. Default 200.
	SuccessStatus *int `yaml:"success_status"`
	// FailedStatus is the HTTP status if the overall status is failed: 200 to 599.
	// Default 500.
	FailedStatus *int `yaml:"failed_status"`
	// DrainingStatus is the HTTP status while the service is drained: 200 to 599.
	// Use 404 for haproxy's disable-on-404. Default 503.
	DrainingStatus *int `yaml:"draining_status"`
	// UnknownStatus is the HTTP status for a check, tag or view that does not
	// exist: 200 to 599. Use 500 with haproxy's disable-on-404, which takes 404 for
	// a drained server. Default 404.
	UnknownStatus *int `yaml:"unknown_status"`
	// SuccessHeaders are further headers of answers with SuccessStatus. Default
	// none.
	SuccessHeaders map[string]string `yaml:"success_headers"`
	// FailedHeaders are further headers of all other answers. Default none.
	FailedHeaders map[string]string `yaml:"failed_headers"`
	// SuccessTemplate is the body of answers with SuccessStatus in the format
	// template, in the syntax of Go's text/template. The data has the fields
	// Status, Draining, Time and Results; a result has Check, Passed, State,
	// Output, Reason, Warning, Time, Expires, Duration, Since and more. The
	// function json encodes a value, and line shows a text on one line. Default
	// none.
	SuccessTemplate string `yaml:"success_template"`
	// FailedTemplate is the body of all other answers in the format template.
	// Default none.
	FailedTemplate string `yaml:"failed_template"`
	// ContentType is the Content-Type of both templates. Default text/plain;
	// charset=utf-8.
	ContentType string `yaml:"content_type"`
}

// A view is a named selection of checks, served at /healthcheck?view= and at a
// path of its own. Settings that are not given are inherited from section
// healthcheck.
//
//	checks:
//	  - {name: orders, tcp: {address: "db.example.org:5432"}, tags: [ready]}
//	views:
//	  ready: {tags: [ready]}
//	  live: {checks: [], ignore_drain: true, path: /livez}
type view struct {
	// Checks names the checks to select. With an empty list the view selects none
	// and passes. Default all checks.
	Checks []string `yaml:"checks"`
	// Tags narrow the selection to checks with one of them. Default any.
	Tags []string `yaml:"tags"`
	// Exclude names checks to leave out. Default none.
	Exclude []string `yaml:"exclude"`
	// Path is where the view is served too, such as /livez. Default none.
	Path string `yaml:"path" pattern:"^(/[A-Za-z0-9._~-]+)+$"`
	// IgnoreDrain answers as if the service were not drained.
	IgnoreDrain bool `yaml:"ignore_drain"`
	// HideOutput leaves out outputs, warnings, values and descriptions.
	HideOutput bool `yaml:"hide_output"`
	answer     `yaml:",inline"`

	node *document.Node
}

// UnmarshalNode decodes a view and keeps its node.
func (v *view) UnmarshalNode(n *document.Node) {
	v.node = n
	n.Fields(v)
}
