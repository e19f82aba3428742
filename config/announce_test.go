//go:build unix

package config_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/amqp"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// The secret of each announcing is a word of its own, so that none stands for
// another.
const literal, inFile, inDSN = "l1teral-Secret-77", "f1le-Secret-88", "dsn-S3cret-99"

// secretive are checks made in Go with secrets in all places that may have one.
// Each target repeats what it gets.
func secretive(t *testing.T, echo string) map[string]map[checks.Spec]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(inFile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := checks.SecretFile(file)
	return map[string]map[checks.Spec]string{
		"http": {
			&probe.HTTP{URL: "http://" + echo, BearerToken: literal}:                                             literal,
			&probe.HTTP{URL: "http://" + echo, BearerTokenFile: secret}:                                          inFile,
			&probe.HTTP{URL: "http://" + echo, BasicAuth: &probe.BasicAuth{Username: "u", Password: literal}}:    literal,
			&probe.HTTP{URL: "http://" + echo, BasicAuth: &probe.BasicAuth{Username: "u", PasswordFile: secret}}: inFile,
		},
		"redis": {
			&redis.Check{Address: echo, Password: literal}:    literal,
			&redis.Check{Address: echo, PasswordFile: secret}: inFile,
		},
		"postgres": {
			&postgres.Check{Address: echo, User: "u", Password: literal}:                  literal,
			&postgres.Check{Address: echo, User: "u", PasswordFile: secret}:               inFile,
			&postgres.Check{DSN: checks.Secret("postgres://u:" + inDSN + "@" + echo)}:     inDSN,
			&postgres.Check{DSN: checks.Secret("host=h user=u password='" + inDSN + "'")}: inDSN,
		},
		"mysql": {
			&mysql.Check{Address: echo, User: "u", Password: literal}:              literal,
			&mysql.Check{Address: echo, User: "u", PasswordFile: secret}:           inFile,
			&mysql.Check{DSN: checks.Secret("u:" + inDSN + "@tcp(" + echo + ")/")}: inDSN,
		},
		"amqp": {
			&amqp.Check{Address: echo, User: "u", Password: literal}:                literal,
			&amqp.Check{Address: echo, User: "u", PasswordFile: secret}:             inFile,
			&amqp.Check{DSN: checks.Secret("amqp://u:" + inDSN + "@" + echo + "/")}: inDSN,
		},
		"heartbeat": {
			&heartbeat.Check{MaxAge: time.Hour, Token: literal}:    literal,
			&heartbeat.Check{MaxAge: time.Hour, TokenFile: secret}: inFile,
		},
		"exec": {
			&command.Exec{Command: []string{"/bin/sh", "-c", "echo $DB_PASSWORD"}, Env: map[string]string{"DB_PASSWORD": literal}}: literal,
			&command.Exec{Command: []string{"/bin/echo", "--password=" + literal}}:                                                 literal,
			&command.Exec{Command: []string{"/bin/echo", "--token", literal}}:                                                      literal,
			&command.Exec{Command: []string{"/bin/echo", "postgres://u:" + inDSN + "@h/d"}}:                                        inDSN,
		},
	}
}

// A secret of a check made in Go is known to the scrubber before a target can
// repeat it.
func TestEveryTypeAnnouncesItsSecrets(t *testing.T) {
	echo := faulttest.Echo(t)
	all := secretive(t, echo)
	types := reflect.TypeFor[config.Types]()
	for i, name := range config.TypeNames() {
		if holdsSecrets(types.Field(i).Type.Elem()) && len(all[name]) == 0 {
			t.Errorf("type %s has secrets, and no case here", name)
		}
	}
	for name, cases := range all {
		for spec, want := range cases {
			check, err := checks.New("x", spec)
			if err != nil {
				t.Fatal(err)
			}
			learnt := announced(t, check)
			if !slices.Contains(learnt, want) {
				t.Errorf("%s: %+v announces %q, want %q among them", name, spec, learnt, want)
			}
		}
	}
}

// The target repeats what it gets: whatever a check makes of that, no secret is
// shown, from Go and from YAML alike.
func TestSecretsThatTheTargetRepeatsAreMasked(t *testing.T) {
	echo := faulttest.Echo(t)
	shown := func(name string, check checks.Check, secrets ...string) string {
		t.Helper()
		check.Timeout = 300 * time.Millisecond
		if check.Type == "exec" { // It ends by itself, and a busy machine needs time to start it.
			check.Timeout = time.Minute
		}
		c, err := collector.New(collector.Options{}, check)
		if err != nil {
			t.Fatal(err)
		}
		report, err := c.Report(t.Context(), collector.Filter{})
		if err != nil || len(report.Results) != 1 {
			t.Fatalf("%s: report of %d results, %v", name, len(report.Results), err)
		}
		output := report.Results[0].Output
		for _, secret := range secrets {
			if spelling := faulttest.Leaked(output, secret); spelling != "" {
				t.Errorf("%s shows %q: %s", name, spelling, output)
			}
		}
		return output
	}
	for name, cases := range secretive(t, echo) {
		for spec, secret := range cases {
			check, err := checks.New("x", spec)
			if err != nil {
				t.Fatal(err)
			}
			output := shown(name, check, secret)
			if name == "exec" && !strings.Contains(output, "********") {
				t.Errorf("exec says %q, want what the program printed, masked", output)
			}
		}
	}
	_, port, _ := net.SplitHostPort(echo)
	for name, settings := range map[string]string{
		"http":     `{url: "http://127.0.0.1:` + port + `/", bearer_token: ` + literal + `}`,
		"redis":    `{address: "127.0.0.1:` + port + `", password: ` + literal + `}`,
		"postgres": `{dsn: "postgres://u:` + literal + `@127.0.0.1:` + port + `/d"}`,
		"mysql":    `{dsn: "u:` + literal + `@tcp(127.0.0.1:` + port + `)/d"}`,
		"amqp":     `{dsn: "amqp://u:` + literal + `@127.0.0.1:` + port + `/"}`,
		"exec":     `{command: [/bin/sh, -c, "echo $DB_PASSWORD"], env: {DB_PASSWORD: ` + literal + `}}`,
	} {
		c := load(t, "checks:\n  - {name: x, "+name+": "+settings+"}\n")
		shown(name+" from YAML", c.Checks[0], literal)
	}
}

// announced runs a check and returns what it announces.
func announced(t *testing.T, check checks.Check) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var mu sync.Mutex
	var learnt []string
	ctx = checktype.WithSecretReceiver(ctx, func(secret string) {
		mu.Lock()
		defer mu.Unlock()
		learnt = append(learnt, secret)
	})
	if check.Receiver != nil { // It is not run: it is asked when a job reports.
		_ = check.Receiver.Admit(ctx, "wrong")
		return learnt
	}
	_, _ = check.Func(ctx) // The echo speaks no protocol: what counts is what was said before.
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(learnt)
}

// holdsSecrets reports whether a type has a field that is a secret, however far
// down.
func holdsSecrets(t reflect.Type) bool {
	switch {
	case t == reflect.TypeFor[checks.Secret]():
		return true
	case t.Kind() == reflect.Pointer:
		return holdsSecrets(t.Elem())
	case t.Kind() != reflect.Struct:
		return false
	}
	for i := range t.NumField() {
		if holdsSecrets(t.Field(i).Type) {
			return true
		}
	}
	return false
}
