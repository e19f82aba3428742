package scrub

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// canLearn reports whether a secret can be searched for in texts without
// masking harmless words. Other secrets are still masked where their name or
// place reveals them.
func canLearn(secret string) bool {
	if utf8.RuneCountInString(secret) < minLiteral || strings.Trim(secret, "*") == "" {
		return false
	}
	v := strings.TrimSpace(secret)
	switch {
	case isDigits(v):
		return len(v) >= minFree
	case has(statusWords, v), has(vocabulary, v), isNumber(v), isHostName(v):
		return false
	}
	return isStrong(v) || !isPath(v) && !isPlainURL(v)
}

// isPlainURL reports whether a URL contains no secret: it has neither a user
// nor a query, and its path consists of words.
func isPlainURL(v string) bool {
	if !isURL(v) || strings.ContainsAny(v, "@?#") {
		return false
	}
	_, address, _ := strings.Cut(v, "://")
	for part := range strings.SplitSeq(address, "/") {
		if part != "" && !isPlainName(part) && !isHostName(part) {
			return false
		}
	}
	return true
}

// isHostName matches localhost, addresses and names such as db.example.org,
// with or without a port.
func isHostName(v string) bool {
	host, port, found := strings.Cut(v, ":")
	if found && isDigits(port) {
		v = host
	}
	if _, err := netip.ParseAddr(strings.Trim(v, "[]")); err == nil || strings.EqualFold(v, "localhost") {
		return true
	}
	if _, err := netip.ParseAddrPort(v); err == nil {
		return true
	}
	last := v[strings.LastIndexByte(v, '.')+1:]
	if last == v || len(last) < 2 || isStrong(v) {
		return false
	}
	for i := range len(v) {
		if c := v[i]; !isLower(c) && !isDigit(c) && c != '-' && c != '.' {
			return false
		}
	}
	return isLower(last[0])
}

// vocabulary are the words of this module that occur in texts: keys and types
// of the configuration, states and reasons. A test in package config compares
// it with the schema of the file.
var vocabulary = wordSet(`
	address allow answers basic_auth bearer_token bearer_token_file body body_not_regexp body_regexp ca_file cert_file
	checks command concurrency database depends_on description disable disk draining_status dsn_file environment exec
	expect fail_free fail_inodes_percent fail_per_cpu fail_percent failed_headers failed_status failed_ttl
	failure_threshold follow_redirects format global headers healthcheck http insecure_skip_verify key_file labels load
	match max_body_size max_wait memory method min_version minutes mounted mysql nagios name names no_recursion optional
	password password_file path postgres proxy_url query rcode read_only redis role runbook scope scrub sections send
	server server_name startup_wait status steps success_headers success_status success_threshold success_ttl tags
	timeout transport type unix_socket unknown_status user username warn_free warn_inodes_percent warn_per_cpu
	warn_percent
	amqp cluster content_type decompress exclude fail_consumers fail_days fail_messages failed_template file grace
	heartbeat hide_output http_version ignore_drain legacy max_age proxy_tls queue reject severity starttls
	service_id success_template token_file version vhost views warn_consumers warn_days warn_messages
	passed failed skipped unknown degraded draining drained muted
	refused unreachable protocol assertion threshold exit_code panic internal error auth
	check checker host port token secret sentinel master replica primary standby health+json json text plain`)
