package redis

import (
	"regexp"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// Check passes when the server replies to PING, has the wanted role, and holds
// the wanted key or gives the wanted reply to a command. Servers that speak
// its protocol (Valkey, KeyDB, Dragonfly, Sentinel) are checked by it too.
//
//	name: sessions
//	redis:
//	  address: "127.0.0.1:6379"
//	  password_file: /run/secrets/redis
//	  role: master
//
// A replica whose link to its master is broken passes with a warning. The user
// needs the right to PING, for role the right to ROLE, for cluster the right to
// CLUSTER INFO. Observed are connect_seconds, ping_seconds, with role
// replication_offset_bytes, with TLS tls_seconds and
// tls_not_after_timestamp_seconds.
type Check struct {
	// Address is host:port or the path of a unix socket. Required.
	Address string `yaml:"address"`
	// Username is the ACL user (since Redis 6) that logs in, with the password or
	// without one. Empty means the default user.
	Username string `yaml:"username"`
	// Password is the password of the user. Empty means no AUTH.
	Password checks.Secret `yaml:"password"`
	// PasswordFile names a file with the password, read at every run, instead.
	PasswordFile checks.SecretFile `yaml:"password_file"`
	// TLS makes the connection a TLS connection. Nil means plain text.
	TLS *checks.TLS `yaml:"tls"`
	// DB is the number of the database that Key and Command are for. Zero
	// means the server's first, without a SELECT.
	DB int `yaml:"db"`
	// Role is what the server must be: master, replica or sentinel. Empty means
	// any.
	Role string `yaml:"role"`
	// Key is a key that must exist and, if Expect is given, be a string of
	// that value. Empty means none.
	Key string `yaml:"key"`
	// Command is a command with its arguments that must not be answered with
	// an error and, if Expect is given, must be answered with it. Nil means none.
	Command []string `yaml:"command"`
	// Expect is the value of Key or the reply to Command: a string or number
	// as it is, "(nil)" for none, the elements of an array joined by blanks.
	// Between slashes (/^db[0-9]/) it is a regular expression (Go syntax) that
	// must match. Empty means any.
	Expect string `yaml:"expect"`
	// Cluster is ok to require that the state of the cluster, as this node sees
	// it, is ok. Empty means any state.
	Cluster string `yaml:"cluster"`
}

// Type returns "redis".
func (Check) Type() string { return "redis" }

// Build validates the settings and returns all faults at once. It opens nothing.
func (r Check) Build() (checks.Func, error) {
	var f checktype.Faults
	at := wire.ParseAddress(r.Address, &f)
	f.Join(checktype.OneSecret("password", r.Password, r.PasswordFile))
	f.Join(checktype.ValidateTLS(r.TLS))
	at.NoTLSOverUnix(r.TLS != nil, &f)
	f.Check(!slices.Contains([]string{"", "master", "replica", "sentinel"}, r.Role), "role", "%q, want master, replica or sentinel", r.Role)
	f.Check(r.DB < 0, "db", "%d, want 0 or more", r.DB)
	f.Check(r.Key != "" && len(r.Command) > 0, "key", "given beside command, want one of them")
	f.Check(len(r.Command) > 0 && strings.TrimSpace(r.Command[0]) == "", "command", "has no name")
	f.Check(r.Expect != "" && r.Key == "" && len(r.Command) == 0, "expect", "given without key or command")
	f.Check(r.Cluster != "" && r.Cluster != "ok", "cluster", "%q, want ok", r.Cluster)
	expect, err := pattern(r.Expect)
	f.Check(err != nil, "expect", "%w", err)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return run{Check: r, at: at, expect: expect}.run, nil
}

// pattern returns the regular expression of an expectation written /…/, and nil
// for any other expectation.
func pattern(expect string) (*regexp.Regexp, error) {
	if len(expect) < len("/x/") || expect[0] != '/' || expect[len(expect)-1] != '/' {
		return nil, nil
	}
	return regexp.Compile(expect[1 : len(expect)-1])
}

func (r Check) hasPassword() bool { return r.Password != "" || r.PasswordFile != "" }
