package config_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// oneCheck is a file with one check called a.
func oneCheck(settings string) string {
	return "checks:\n  - name: a\n    " + strings.ReplaceAll(strings.TrimSpace(settings), "\n", "\n    ") + "\n"
}

func TestSecretsAreFoundWhereverTheyStand(t *testing.T) {
	t.Setenv("HC_TOKEN", "from-a-variable")
	t.Setenv("HC_HOST", "harmless-host")
	file := filepath.Join(t.TempDir(), "secret")
	write(t, file, "from-a-file\n")
	for name, row := range map[string]struct{ settings, want string }{
		"password":               {`redis: {address: "h:1", password: pa55word}`, "pa55word"},
		"number":                 {`redis: {address: "h:1", password: 0123456789}`, "0123456789"},
		"URL as DSN":             {`postgres: {dsn: "postgres://u:pa55word@h/d"}`, "pa55word"},
		"URL with escapes":       {`postgres: {dsn: "postgres://u:p%40ss%2Fword@h/d"}`, "p@ss/word"},
		"the same, as written":   {`postgres: {dsn: "postgres://u:p%40ss%2Fword@h/d"}`, "p%40ss%2Fword"},
		"keywords as DSN":        {`postgres: {dsn: "host=h user=u password=pa55word"}`, "pa55word"},
		"DSN of mysql":           {`mysql: {dsn: "u:pa55word@tcp(h:1)/d"}`, "pa55word"},
		"query of a URL":         {`http: {url: "https://h/?token=pa55word"}`, "pa55word"},
		"bearer header":          {`http: {url: "https://h/", headers: {Authorization: Bearer pa55word}}`, "pa55word"},
		"basic header":           {`http: {url: "https://h/", headers: {Authorization: Basic dXNlcjpwYTU1d29yZA==}}`, "pa55word"},
		"header by its name":     {`http: {url: "https://h/", headers: {X-Api-Key: pa55word}}`, "pa55word"},
		"body":                   {`http: {url: "https://h/", method: POST, body: '{"password": "pa55word"}'}`, "pa55word"},
		"bearer token":           {`http: {url: "https://h/", bearer_token: pa55word}`, "pa55word"},
		"basic auth":             {`http: {url: "https://h/", basic_auth: {username: u, password: pa55word}}`, "pa55word"},
		"option with =":          {`exec: {command: [/bin/x, --password=pa55word]}`, "pa55word"},
		"option and word":        {`exec: {command: [/bin/x, --password, pa55word]}`, "pa55word"},
		"environment of a check": {`exec: {command: [/bin/x], env: {PGPASSWORD: pa55word}}`, "pa55word"},
		"variable":               {`exec: {command: [/bin/x, "${HC_TOKEN}"]}`, "from-a-variable"},
		"default of a variable":  {`exec: {command: [/bin/x, "${HC_TOKEN_NOT_SET:-pa55word}"]}`, "pa55word"},
		"default not used":       {`exec: {command: [/bin/x, "${HC_TOKEN:-pa55word}"]}`, "pa55word"},
		"file":                   {`exec: {command: [/bin/x, "${file:` + file + `}"]}`, "from-a-file"},
		"twin":                   {`redis: {address: "h:1", password_file: ` + file + `}`, "from-a-file"},
		"by way of an alias":     {"redis: {address: \"h:1\", password: &p pa55word}\ndescription: *p", "pa55word"},
	} {
		t.Run(name, func(t *testing.T) {
			c := load(t, oneCheck(row.settings))
			if !slices.Contains(c.Secrets, row.want) {
				t.Errorf("Secrets = %q, want %q among them", c.Secrets, row.want)
			}
			for form, text := range map[string]string{"YAML": shown(t, c), "JSON": string(scrubber(c).JSON(c.JSON()))} {
				if strings.Contains(text, row.want) {
					t.Errorf("%s shows it:\n%s", form, text)
				}
			}
		})
	}
	c := load(t, oneCheck(`tcp: {address: "${HC_HOST}:1"}`))
	if len(c.Secrets) != 0 {
		t.Errorf("Secrets = %q, want none: the variable's name is harmless", c.Secrets)
	}
}

func TestWordsOfDescriptionsAndExpectationsAreNotLearnt(t *testing.T) {
	c := load(t, oneCheck("http: {url: \"https://h/\", body_regexp: '\"token\": *\"expired\"'}\ndescription: \"password: expired\""))
	if len(c.Secrets) != 0 {
		t.Errorf("Secrets = %q, want none", c.Secrets)
	}
}

func TestOwnNamesCountAsSensitive(t *testing.T) {
	t.Setenv("HC_INTERNAL_ID", "id-of-this-host")
	t.Setenv("HC_RULE", "internal_id")
	c := load(t, "environment: {scrub: {names: [\"${HC_RULE}\"]}}\n"+oneCheck(`exec: {command: [/bin/x, "${HC_INTERNAL_ID}"]}`))
	if !slices.Equal(c.Secrets, []string{"id-of-this-host"}) {
		t.Errorf("Secrets = %q, want the variable's value", c.Secrets)
	}
}

func TestFingerprintIsOfTypeSettingsAndSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write(t, file, "first")
	t.Setenv("HC_PASSWORD", "first")
	settings := `redis: {address: "h:1", password: "${HC_PASSWORD}", db: 1}`
	of := func(content string) string { return load(t, content).Checks[0].Fingerprint }
	same := of(oneCheck(settings))
	for name, content := range map[string]string{
		"TTL":          oneCheck(settings + "\nsuccess_ttl: 5s\nfailed_ttl: 0s\ntimeout: 1s"),
		"tags":         oneCheck(settings + "\ntags: [x]\noptional: true\ndescription: x\nfailure_threshold: 3"),
		"order":        oneCheck(`redis: {db: 1, password: "${HC_PASSWORD}", address: "h:1"}`),
		"style":        oneCheck("redis:\n  db: 1 # comment\n  address: 'h:1'\n  password: first"),
		"global":       "global: {timeout: 1s}\n" + oneCheck(settings),
		"other checks": oneCheck(settings) + "  - {name: b, memory: {}}\n",
		"<<":           "x-r: &r\n  " + settings + "\n  tags: [x]\n" + oneCheck("<<: *r\ntimeout: 1s"),
		"alias":        "x-r: &r {address: \"h:1\", password: first, db: 1}\n" + oneCheck("redis: *r"),
	} {
		if of(content) != same {
			t.Errorf("%s: another fingerprint, want the same", name)
		}
	}
	for name, settings := range map[string]string{
		"address":  `redis: {address: "h:2", password: "${HC_PASSWORD}", db: 1}`,
		"db":       `redis: {address: "h:1", password: "${HC_PASSWORD}", db: 2}`,
		"password": `redis: {address: "h:1", password: "second", db: 1}`,
		"new key":  `redis: {address: "h:1", password: "${HC_PASSWORD}", db: 1, role: master}`,
		"type":     `tcp: {address: "h:1"}`,
	} {
		if of(oneCheck(settings)) == same {
			t.Errorf("%s: the same fingerprint, want another", name)
		}
	}
	t.Setenv("HC_PASSWORD", "second")
	if of(oneCheck(settings)) == same {
		t.Error("the variable's value changed, the fingerprint did not")
	}
	twin := oneCheck(`redis: {address: "h:1", password_file: ` + file + `}`)
	before := of(twin)
	write(t, file, "second")
	if of(twin) == before {
		t.Error("the secret file's content changed, the fingerprint did not")
	}
	order := of(oneCheck(`exec: {command: [/bin/x, a, b]}`))
	if order == of(oneCheck(`exec: {command: [/bin/x, b, a]}`)) || order == of(oneCheck(`exec: {command: [/bin/x, a b]}`)) {
		t.Error("other words of a command have the same fingerprint")
	}
}

func TestHashIsOfTheFilesContent(t *testing.T) {
	a, b, c := load(t, "checks: []\n"), load(t, "checks: []\n"), load(t, "checks: [] #\n")
	if a.Hash != b.Hash || a.Hash == c.Hash {
		t.Error("Hash does not tell contents apart")
	}
}

func TestSecretReadAgainIsMadeKnownBeforeItsUse(t *testing.T) {
	dir := t.TempDir()
	secret, file := filepath.Join(dir, "secret"), filepath.Join(dir, "c.yml")
	write(t, secret, "first-secret")
	write(t, file, oneCheck(`redis: {address: "127.0.0.1:1", password_file: `+secret+`}`))
	var learnt []string
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, secret, "second-secret")
	ctx, cancel := context.WithCancel(checktype.WithSecretReceiver(t.Context(), func(s string) { learnt = append(learnt, s) }))
	cancel()
	_, _ = c.Checks[0].Func(ctx) // Nobody listens there.
	if !slices.Contains(c.Secrets, "first-secret") || !slices.Equal(learnt, []string{"second-secret"}) {
		t.Errorf("Secrets = %q, learnt %q", c.Secrets, learnt)
	}
}

func TestSecretFilesThatEverybodyCanReadAreWarnedOf(t *testing.T) {
	dir := t.TempDir()
	open, private := filepath.Join(dir, "open"), filepath.Join(dir, "private")
	write(t, open, "long-enough-secret")
	write(t, private, "long-enough-secret")
	for file, mode := range map[string]os.FileMode{open: 0o644, private: 0o640} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	c := load(t, `checks:
  - {name: a, redis: {address: "h:1", password_file: `+open+`}}
  - {name: b, redis: {address: "h:1", password: "${file:`+open+`}"}}
  - {name: c, redis: {address: "h:1", password_file: `+private+`}}
`)
	want := []string{
		c.Files[0] + `:3: check "b": redis.password: everybody on this machine can read ` + open,
		c.Files[0] + `:2: check "a": redis.password_file: everybody on this machine can read ` + open,
	}
	if !slices.Equal(c.Warnings, want) {
		t.Errorf("Warnings = %q, want %q", c.Warnings, want)
	}
}

func TestThePathOfASecretFileIsNoSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "redis-password")
	write(t, file, "first-secret")
	c := load(t, oneCheck(`redis: {address: "127.0.0.1:1", password_file: `+file+`, tls: {cert_file: /c.pem, key_file: /etc/ssl/k.pem}}`))
	if !slices.Equal(c.Secrets, []string{"first-secret"}) {
		t.Errorf("Secrets = %q, want the content of the file alone", c.Secrets)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	_, err := c.Checks[0].Func(t.Context())
	if err == nil || !strings.Contains(scrubber(c).Text(err.Error()), file) {
		t.Errorf("%v does not name %s when scrubbed", err, file)
	}
	// A path that is a secret elsewhere stays one.
	c = load(t, `checks:
  - {name: a, redis: {address: "h:1", password_file: &p /dev/../`+fileOf(t, "x-secret")+`}}
  - {name: b, redis: {address: "h:1", password: *p}}
`)
	if len(c.Secrets) != 2 {
		t.Errorf("Secrets = %q, want the password, which is a path, too", c.Secrets)
	}
}

// fileOf returns the path of a file of that content.
func fileOf(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, content)
	return file
}

func TestShowMasksTheWordAfterASensitiveFlag(t *testing.T) {
	c := load(t, "checks:\n  - name: argv\n    exec: {command: [/bin/ls, --password, hunter, -l, /tmp]}\n")
	if got := shown(t, c); !strings.Contains(got, `[/bin/ls, --password, "********", -l, /tmp]`) {
		t.Errorf("shown:\n%s", got)
	}
}
