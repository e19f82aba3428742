package scrub_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	jwt  = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
	key  = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nZZZ=\n-----END RSA PRIVATE KEY-----"
	cert = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----"
)

// texts are what goes in and what comes out; "" is for what stays as it is.
var texts = map[string][][2]string{
	"URLs": {
		{"http://h:8080/a@b", ""},
		{"http://h:8080/metrics", ""},
		{"http://h/a@b", ""},
		{"https://registry.example.org/@scope/pkg@1.2.3", ""},
		{"http://[::1]:9100/a@b", ""},
		{"https://h:8080", ""},
		{"redis://:pw@h:6379/0", "redis://:********@h:6379/0"},
		{"redis://:@h:6379/0", "redis://:********@h:6379/0"},
		{"rediss://default:s3cret@h:6379", "rediss://default:********@h:6379"},
		{"redis://h:6379/0", ""},
		{"postgres://app:p@ss:w@rd@db:5432/x", "postgres://app:********@db:5432/x"},
		{"postgres://app:p#w?d@db/x", "postgres://app:********@db/x"},
		{"https://u:p@h:8443/a@b", "https://u:********@h:8443/a@b"},
		{"https://u:p/w@h/", "https://u:********@h/"},
		{"https://u:x:80/y@h/", "https://u:********@h/"},
		{"WSS://u:p@h/", "WSS://u:********@h/"},
		{"ftp://u:p@h/f", "ftp://u:********@h/f"},
		{"sftp://bob@h/f", ""},
		{"https://bob@h/", ""},
		{"https://0123456789abcdef0123@sentry.example.org/1", "https://********@sentry.example.org/1"},
		{"https://glpat-abcdefghij0123456789@gitlab.example.org/x.git", "https://********@gitlab.example.org/x.git"},
		{"https://oauth2:abc@gitlab.example.org/x.git", "https://oauth2:********@gitlab.example.org/x.git"},
		{"https://ghp_0123456789abcdefghij0123456789abcdef:x-oauth-basic@git.example.org/x", "https://********:********@git.example.org/x"},
		{"ssh://deploy-service-account-team@h/", ""},
		{"ssh://git@git.example.org:22/x.git", ""},
		{"smtp://bob@corp.example.org:pw@mail:25", "smtp://bob@corp.example.org:********@mail:25"},
		{"kafka://bob@h1:9092,bob@h2:9092", ""},
		{"jdbc:mysql://u:p@h/db", "jdbc:mysql://u:********@h/db"},
		{"jdbc:sqlserver://h:1433;user=sa;password=s3cret;encrypt=true", "jdbc:sqlserver://h:1433;user=sa;password=********;encrypt=true"},
		{"jdbc:oracle:thin:scott/tiger@//h:1521/x", "jdbc:oracle:thin:scott/********@//h:1521/x"},
		{"jdbc:oracle:thin:scott/tiger@h:1521:x", "jdbc:oracle:thin:scott/********@h:1521:x"},
		{"http://a:b@h1/ http://c:d@h2/", "http://a:********@h1/ http://c:********@h2/"},
		{"http://a:b@h1/;http://c:d@h2/", "http://a:********@h1/;http://c:********@h2/"},
		{"http://h/?next=http://u:p@x/", "http://h/?next=http://u:********@x/"},
		{`Get "http://u:p@h:80/x": dial tcp 10.0.0.1:80: connect: connection refused`, `Get "http://u:********@h:80/x": dial tcp 10.0.0.1:80: connect: connection refused`},
		{`parse "postgres://u:p w@h": net/url: invalid userinfo`, `parse "postgres://u:********@h": net/url: invalid userinfo`},
		{`parse \"postgres://u:p%zz@h\": invalid`, `parse \"postgres://u:********@h\": invalid`},
		{`{"a":"http://u:p@h/","b":"x@y",`, `{"a":"http://u:********@h/","b":"x@y",`},
		{"<http://u:p@h/>", "<http://u:********@h/>"},
		{"git+ssh://git@git.example.org/a/b.git", ""},
		{"registry.example.org/library/redis:7@sha256:abcdef", ""},
	},
	"bare user-info": {
		{"app:s3cret@db:5432", "app:********@db:5432"},
		{"app:s3cret@db", "app:********@db"},
		{"dial app:s3cret@db:5432 failed", "dial app:********@db:5432 failed"},
		{"app:pw@/x", "app:********@/x"},
		{"app:pw@unix(/run/mysql.sock)/x", "app:********@unix(/run/mysql.sock)/x"},
		{"app:0/1@tcp(db:3306)/x?parseTime=true", "app:********@tcp(db:3306)/x?parseTime=true"},
		{"app://0000@tcp(db:3306)/x", "app:********@tcp(db:3306)/x"},
		{":pw@h:6379", ":********@h:6379"},
		{"bob@corp.example.org:pw@h", ""}, // neither a port nor a path follows, and pw is not a password by its shape (V8)
		{"bob@corp.example.org:pw@h:25", "bob@corp.example.org:********@h:25"},
		{"bob@corp.example.org:s3cret@h", "bob@corp.example.org:********@h"},
		{"bob@example.org", ""},
		{"mail bob@example.org: bounced", ""},
		{"mailto:bob@example.org", ""},
		{"git@git.example.org:org/repo.git", ""},
		{"h:8080/a@b", ""},
		{"at 12:30:45 by bob", ""},
	},
	"query parameters": {
		{"https://h/x?token=abc", "https://h/x?token=********"},
		{"https://h/x?a=1&access_token=abc&b=2", "https://h/x?a=1&access_token=********&b=2"},
		{"https://h/x?key=AIzb", "https://h/x?key=********"},
		{"https://h/x?token=&a=1", "https://h/x?token=********&a=1"},
		{`Get "https://h/x?token=abc": EOF`, `Get "https://h/x?token=********": EOF`},
		{"https://h/x?page=1&author=bob", ""},
		{"https://h/cb#access_token=abc&state=1", "https://h/cb#access_token=********&state=1"},
	},
	"pairs": {
		{"key=value", ""},
		{"Key=value", ""},
		{"AccountName=a;AccountKey=abc+d/e==;EndpointSuffix=core", "AccountName=a;AccountKey=********;EndpointSuffix=core"},
		{"Server=h;Database=d;User Id=u;Password=s3cret;", "Server=h;Database=d;User Id=u;Password=********;"},
		{"Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=abc=", "Endpoint=sb://h/;SharedAccessKeyName=********;SharedAccessKey=********"},
		{`org.apache.PlainLoginModule required username="u" password="s3cret";`, `org.apache.PlainLoginModule required username="u" password=********;`},
		{`PWD={a}}b;c};UID=u`, `PWD=********;UID=u`},
		{`password="a""b" x=1`, `password=******** x=1`},
		{"DB_PASSWORD=\nHOST=x", "DB_PASSWORD=********\nHOST=x"},
		{"export TOKEN='a b'", "export TOKEN=********"},
		{"token := \"abc\"", "token := ********"},
		{"if password == 'abc' then", "if password == ******** then"},
		{`invalid dsn "host=h password=abc": EOF`, `invalid dsn "host=h password=********": EOF`},
		{"password='cut off", "password=********"},
		{"tokens=[a, b, c] x=1", "tokens=******** x=1"},
		{"level=info msg=ok pid=12", ""},
		{"Key (id)=(1) already exists.", ""},
		{"--password=zzz", "--password=********"},
		{"password=${DB_PASSWORD} host=h", "password=******** host=h"},
		{"token={{ .Values.token }} x", "token=******** x"},
	},
	"broken JSON and YAML": {
		{`{"password" : "a\"b", broken`, `{"password" : "********", broken`},
		{`{"pin": 1234, broken`, `{"pin": "********", broken`},
		{`{"tokens": ["a", "b"], broken`, `{"tokens": "********", broken`},
		{`{"tokens": ["a", "b"`, `{"tokens": "********"`},
		{`{"password": "cut of`, `{"password": "********`},
		{`{'password': 'abc', 'user': 'u'}`, `{'password': '********', 'user': 'u'}`},
		{`msg="{\"password\": \"abc\", \"user\": \"u\"}"`, `msg="{\"password\": \"********\", \"user\": \"u\"}"`},
		{"password: hunter2 host: h", "password: ******** host: h"},
		{"a: 1\ndb:\n  password: two words # c\n  host: h\n", "a: 1\ndb:\n  password: ********\n  host: h\n"},
		{"a: 1\nprivate: |\n  line\n\n  line\nb: 2\n", "a: 1\nprivate: ********\nb: 2\n"},
		{"tokens:\n  - a\n  - b\nhost: h\n", "tokens:\n  ********\nhost: h\n"},
		{"{Name:bob Password:hunter2 Port:1}", "{Name:bob Password:******** Port:1}"},
		{"map[password:hunter2 user:bob]", "map[password:******** user:bob]"},
		{"map[Authorization:[Bearer abc] Accept:[*/*]]", "map[Authorization:******** Accept:[*/*]]"},
		{"key: value", ""},
		{"key:value", ""},
		{"Password:hunter2 user:bob", "Password:******** user:bob"},
		{"password:p@ss", "password:********"},
		{"a\nsecret:x y\n", "a\nsecret:******** y\n"},
		{"auth.go:12: main::token::parse", ""},
	},
	"headers": {
		{"Authorization: Bearer abc", "Authorization: ********"},
		{"> Authorization: Basic eDp5\r\n> Host: h\r\n", "> Authorization: ********\r\n> Host: h\r\n"},
		{"Cookie: a=b; c=d", "Cookie: ********"},
		{"Set-Cookie: sid=abc; Path=/", "Set-Cookie: ********"},
		{"X-Api-Key: a b c", "X-Api-Key: ********"},
		{"X-Request-Id: 12", ""},
		{`curl -H "Authorization: Token a b" http://h`, `curl -H "Authorization: ********" http://h`},
		{`WWW-Authenticate: Digest realm="x", nonce="y"`, ""},
		{`WWW-Authenticate: Bearer realm="https://auth.example.org/x"`, ""},
	},
	"authentication schemes": {
		{"Bearer abcdefghijkl", ""}, // lower-case letters alone (V12)
		{"Bearer abcdefghijkl1", "Bearer ********"},
		{"got Bearer abcdefgh.ijkl, want none", "got Bearer ********, want none"},
		{"Bearer short", ""},
		{"bearer authentication failed", ""},
		{"Digest abcdefghij0123", "Digest ********"},
		{`Digest username="u", response="abc"`, "Digest ********"},
		{"Basic authentication failed", ""},
		{`Basic realm="x"`, ""},
		{"basic dXNlcjpwYXNzd29yZA==", "basic ********"},
	},
	"tokens": {
		{"ghp_0123456789abcdefghij0123456789abcdef", "********"},
		{"use github_pat_11ABCDEFG0abcdefghij_xyz now", "use ******** now"},
		{"xoxb-123456789012-abcdefghijkl", "********"},
		{"sk_live_abcdefghijklmnop", "********"},
		{"AIzaSyA0123456789abcdefghijklmnopqrstuv", "********"},
		{"glpat-abcdefghij0123456789.", "********."},
		{"npm_0123456789abcdefghijklmnopqrstuvwxyz", "********"},
		{"npm_config_registry", ""},
		{"hvs.CAESIJabcdefghijklmnop", "********"},
		{"SG.abcdefghijklmnop.qrstuvwxyz", "********"},
		{"sk-proj-abcdefghijklmnop1234", "********"},
		{"(" + jwt + ")", "(********)"},
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdW", "********"},
		{"AKIAIOSFODNN7EXAMPLEX", ""},
		{"monkeys eyJump desk-top-with-a-very-long-name", ""},
	},
	"web hooks": {
		{"https://discord.com/api/webhooks/123/abc-DEF_x", "https://discord.com/api/webhooks/********"},
		{"https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", "https://x.webhook.office.com/webhookb2/********"},
		{"https://api.telegram.org/bot123:ABC/sendMessage", "https://api.telegram.org/bot********/sendMessage"},
		{`Post "https://hooks.slack.com/services/T0/B0/X": EOF`, `Post "https://hooks.slack.com/services/********": EOF`},
		{"https://chat.example.org/hooks/abcdefghijklmnopqrstuvwxyz", "https://chat.example.org/hooks/********"},
		{"https://hooks.slack.com.example.org/services/x", ""},
		{"https://slack.com/services/x", ""},
	},
	"private keys": {
		{"a " + key + " b " + key, "a ******** b ********"},
		{cert + "\n" + key, cert + "\n********"},
		{strings.ReplaceAll(key, "\n", `\n`), "********"},
		{"MIIEabc\nZZZ=\n-----END RSA PRIVATE KEY-----\nx", "********\nx"},
		{"-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----", "********"},
		{"-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----", ""},
	},
	"JSON": {
		{`{"b": "x", "a": {"password": ["y", 1]}, "n": 1.50}`, `{"b": "x", "a": {"password": "********"}, "n": 1.50}`},
		{` [ {"key":null} , "http://u:p@h" ] `, ` [ {"key":"********"} , "http://u:********@h" ] `},
		{`{"a": "{\"token\": \"x\"}"}`, `{"a": "{\"token\": \"********\"}"}`},
		{`{"a": "<b>", "u": "\u003c"}`, ""},
		{`{"a": {"b": 1}, "value": "x"}`, ""},
		{`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"name":"DB_PASSWORD","value":"x"}`, `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"name":"DB_PASSWORD","value":"********"}`},
		{`{"key": "x", "password": nope}`, `{"key": "********", "password": "********"}`},
	},
	"ordinary errors": {
		{`open /etc/ssl/private.key: permission denied`, ""},
		{`open server.key: no such file or directory`, ""},
		{`dial tcp: lookup auth-db on 10.0.0.2:53: no such host`, ""},
		{`dial tcp token-service:8080: connect: connection refused`, ""},
		{`Error 1045 (28000): Access denied for user 'x'@'h' (using password: YES)`, ""},
		{`WRONGPASS invalid username-password pair or user is disabled.`, ""},
		{`pq: password authentication failed for user "app"`, ""},
		{`ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password], no supported methods remain`, ""},
		{`tls: failed to verify certificate: x509: certificate signed by unknown authority`, ""},
		{`status 401, want 200 to 299`, ""},
		{`ERROR: duplicate key value violates unique constraint "x_pkey" (SQLSTATE 23505)`, ""},
		{`read tcp 127.0.0.1:40000->127.0.0.1:6379: i/o timeout`, ""},
		{`2026-01-02T03:04:05Z disk / 85% used, want below 80%`, ""},
		{`********`, ""},
		{`a ******** b`, ""},
	},
}

func TestTextIsScrubbedByTheShapeOfSecrets(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for group, pairs := range texts {
		t.Run(group, func(t *testing.T) {
			for _, pair := range pairs {
				in, want := pair[0], pair[1]
				if want == "" {
					want = in
				}
				got := s.Value("", in)
				if got != want {
					t.Errorf("Text(%q)\n   = %q\nwant %q", in, got, want)
				}
				if again := s.Value("", got); again != got {
					t.Errorf("Text(%q)\n  = %q: scrubbing it again changed it", got, again)
				}
			}
		})
	}
}

func TestNamesAreSensitive(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"Intern"}, Allow: []string{"KEYBOARD_LAYOUT"}})
	for _, name := range []string{
		"key", "KEY", "apiKey", "token", "TOKEN", "github_token", "pass", "passwd", "Passphrase", "MYSQL_PWD",
		"secret", "credentials", "private_x", "COOKIE", "X-Signature", "bearer", "JWT_X", "DSN", "connection-string",
		"CONN_STR", "CSRF", "XSRF", "webhook", "session_id", "Session-Id", "PHPSESSIONID", "OAUTH", "oauth_x", "sid", "pin",
		"otp", "sas", "AzureSAS", "sig", "salt", "PSK", "pem", "crypt", "cvv", "SSN", "cred", "CREDS", "DBAuth",
		"userPIN", "pinCode", "requestHMac", "VCAP_SERVICES", "vcap.services", "docker_auth_config", "KEYBOARD_layout", "internal_id",
	} {
		if !s.Name(name) {
			t.Errorf("Name(%q) = false, want true", name)
		}
	}
	for _, name := range []string{
		"authority", "author", "authenticate", "spinner", "OPINION", "option", "inside", "signal", "design", "saltwater",
		"VCAP_SERVICES_X", "pid", "SIDECAR", "USER", "HOME", "LANG", "credit", "opensearch", "KEYBOARD_LAYOUT",
		"WWW-Authenticate", "Proxy-Authenticate", "ssnake", "HTTP_PROXY",
	} {
		if s.Name(name) {
			t.Errorf("Name(%q) = true, want false", name)
		}
	}
}

func TestAllowedNameStillHasItsValueScrubbed(t *testing.T) {
	s := scrub.New(scrub.Rules{Allow: []string{"COMPASS_URL"}})
	for value, want := range map[string]string{
		"http://u:pw@h/": "http://u:********@h/",
		"north":          "north",
	} {
		if got := s.Value("COMPASS_URL", value); got != want {
			t.Errorf("Value(%q) = %q, want %q", value, got, want)
		}
	}
	if got := s.Value("compass_url", "north"); got != scrub.Mask {
		t.Errorf("the allow-list is not case-sensitive: %q", got)
	}
	if got := s.Value("PASSWORD", ""); got != scrub.Mask {
		t.Errorf("an empty password became %q, want the mask", got)
	}
}

func TestNilScrubberHasTheRules(t *testing.T) {
	var s *scrub.Scrubber
	s.Learn("hunter2!x")
	if got := s.Text("password=x hunter2!x"); got != "password=******** hunter2!x" {
		t.Errorf("Text = %q", got)
	}
	if got := s.Argv([]string{"a", "--token", "b"})[2]; got != scrub.Mask {
		t.Errorf("Argv = %q", got)
	}
	if got := string(s.Tree(map[string]int{"key": 1})); got != `{"key":"********"}` {
		t.Errorf("Tree = %s", got)
	}
}

func TestInvalidBytesBecomeReplacementCharacters(t *testing.T) {
	if got, want := scrub.New(scrub.Rules{}).Text("a\xff\xfeb password=\xff"), "a\uFFFD\uFFFDb password=********"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}
