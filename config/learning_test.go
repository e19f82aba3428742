package config_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// Words of a configuration are not secrets because they stand near the name of
// one: they would vanish from the outputs of all checks.
func TestWordsNearNamesOfSecretsAreNotLearned(t *testing.T) {
	t.Setenv("PASSENGER_ENV", "production")
	t.Setenv("KEYCLOAK_HOST", "keycloak.example.org")
	t.Setenv("KEYCLOAK_URL", "https://keycloak.example.org/realms/shop")
	t.Setenv("HC_TOKEN_FILE", "/run/secrets/token")
	for name, settings := range map[string]string{
		"port behind -p":          `exec: {command: [/bin/true, -H, localhost, -p, "6379"]}`,
		"word behind -p":          `exec: {command: [/bin/x, -p, tcp]}`,
		"path behind a flag":      `exec: {command: [/bin/x, --private-key, /etc/ssl/app.key, --token-file, /run/token]}`,
		"word behind a flag":      `exec: {command: [/bin/x, --auth, ldap, --key, status, --pass, "3"]}`,
		"environment":             `exec: {command: [/bin/x], env: {PASSENGER_ENV: production, MONKEY: banana, AUTH: ldap, KEY_TYPE: ed25519}}`,
		"variable":                `exec: {command: [/bin/x, "${PASSENGER_ENV}", "${KEYCLOAK_HOST}", "${KEYCLOAK_URL}", "${HC_TOKEN_FILE}"]}`,
		"query":                   `http: {url: "https://h/?passing=true&key=status&token=none"}`,
		"script":                  "exec: {command: [/bin/sh, -c, \"echo password: failed; echo auth=ok\"]}",
		"sentence in a header":    `http: {url: "https://h/", headers: {X-Auth-Mode: "not required"}}`,
		"number as a password":    `redis: {address: "h:1", password: "6379"}`,
		"boolean as a password":   `redis: {address: "h:1", password: "true"}`,
		"host as a password":      `redis: {address: "h:1", password: "db.example.org"}`,
		"our word as a password":  `redis: {address: "h:1", password: "timeout"}`,
		"password of a URL":       `postgres: {dsn: "postgres://postgres:postgres@h/d"}`,
		"left out in a URL":       `http: {url: "https://h/?next=https://u:password@x/"}`,
		"placeholder in a header": `http: {url: "https://h/", headers: {Accept: "text/html"}}`,
	} {
		if c := load(t, oneCheck(settings)); slices.ContainsFunc(c.Secrets, func(s string) bool { return !strings.HasPrefix(s, "postgres://") }) {
			t.Errorf("%s: Secrets = %q, want none", name, c.Secrets)
		}
	}
}

func TestValuesWithTheShapeOfASecretAreLearned(t *testing.T) {
	for name, row := range map[string]struct{ settings, want string }{
		"behind -p":            {`exec: {command: [mysql, -p, s3cretpw]}`, "s3cretpw"},
		"joined to -p":         {`exec: {command: [mysql, -ps3cretpw]}`, "s3cretpw"},
		"of ldapsearch":        {`exec: {command: [ldapsearch, -w, s3cretpw]}`, "s3cretpw"},
		"in a script":          {`exec: {command: [bash, -lc, "mysql -ps3cretpw"]}`, "s3cretpw"},
		"environment":          {`exec: {command: [/bin/x], env: {DB_PASSWORD: s3cretpw}}`, "s3cretpw"},
		"URL without a shape":  {`http: {url: "https://h/?next=https://u:correcthorse@x/"}`, "correcthorse"},
		"DSN without a shape":  {`mysql: {dsn: "u:correcthorse@tcp(h:1)/d"}`, "correcthorse"},
		"long number":          {`redis: {address: "h:1", password: "0123456789"}`, "0123456789"},
		"words as a password":  {`redis: {address: "h:1", password: correct-horse-battery}`, "correct-horse-battery"},
		"token in a header":    {`http: {url: "https://h/", headers: {X-Auth-Token: abcDEF123ghiJKL4}}`, "abcDEF123ghiJKL4"},
		"user and password":    {`exec: {command: [curl, -u, "bob:s3cretpw", "https://h"]}`, "s3cretpw"},
		"community of snmpget": {`exec: {command: [snmpget, -c, s3cretpw, h]}`, "s3cretpw"},
	} {
		if c := load(t, oneCheck(row.settings)); !slices.Contains(c.Secrets, row.want) {
			t.Errorf("%s: Secrets = %q, want %q among them", name, c.Secrets, row.want)
		}
	}
}

func TestShortLiteralsAreWarnedOfWhereverTheyComeFrom(t *testing.T) {
	t.Setenv("HC_TOKEN", "t0ken")
	for name, row := range map[string]struct{ settings, want string }{
		"password":   {`redis: {address: "h:1", password: hunter2}`, `check "a": redis.password: a secret of fewer than 8`},
		"DSN":        {`mysql: {dsn: "u:hunter2@tcp(h:1)/d"}`, `check "a": mysql.dsn: a secret of fewer than 8`},
		"URL":        {`http: {url: "https://h/?next=https://u:hunter2@x/"}`, `check "a": http.url: a secret of fewer than 8`},
		"variable":   {`exec: {command: [/bin/x, "${HC_TOKEN}"]}`, `a secret of fewer than 8`},
		"environ":    {`exec: {command: [/bin/x], env: {DB_PASSWORD: hunter2}}`, `DB_PASSWORD: a secret of fewer than 8`},
		"argument":   {`exec: {command: [mysql, -phunter2]}`, `exec.command: a secret of fewer than 8`},
		"number":     {`redis: {address: "h:1", password: "6379"}`, `redis.password: a secret of fewer than 8`},
		"our word":   {`redis: {address: "h:1", password: "unreachable"}`, `redis.password: the secret reads as`},
		"host names": {`redis: {address: "h:1", password: "db.example.org"}`, `redis.password: the secret reads as`},
	} {
		c := load(t, oneCheck(row.settings))
		if got := strings.Join(c.Warnings, "\n"); !strings.Contains(got, row.want) {
			t.Errorf("%s: Warnings = %q, want %q", name, got, row.want)
		}
	}
}

func TestTwelveThousandSecretsLoadInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	var b strings.Builder
	b.WriteString("checks:\n")
	for i := range 12 {
		fmt.Fprintf(&b, "  - name: c%d\n    exec:\n      command: [/bin/true]\n      env:\n", i)
		for j := range 1000 {
			fmt.Fprintf(&b, "        PASSWORD_%d: s3cret-%06x\n", j, i*1000+j)
		}
	}
	file := filepath.Join(t.TempDir(), "c.yml")
	write(t, file, b.String())
	start := time.Now()
	c, err := config.Load(file)
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Secrets) != 12_000 {
		t.Errorf("%d secrets, want 12000", len(c.Secrets))
	}
	// Half a second on a quiet machine. Quadratic was twelve.
	if took > 5*time.Second {
		t.Errorf("loaded in %v", took)
	}
	t.Logf("loaded in %v", took)
}
