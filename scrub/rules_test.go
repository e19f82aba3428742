package scrub_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A pair is a text and what becomes of it; "" if it stays.
type pair [2]string

func checkTexts(t *testing.T, what string, clean func(string) string, pairs []pair) {
	t.Helper()
	for _, p := range pairs {
		in, want := p[0], p[1]
		if want == "" {
			want = in
		}
		got := clean(in)
		if got != want {
			t.Errorf("%s: %q\nbecame %q\n  want %q", what, in, got, want)
		}
		if again := clean(got); again != got {
			t.Errorf("%s: %q became %q, and that %q", what, in, got, again)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%s: %q became %q, which is not UTF-8", what, in, got)
		}
	}
}

// Each row fails without its rule. Names of the groups are those of
// docs/scrubbing.md.
func TestRulesForSentences(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"patient"}, Allow: []string{"weather_token"}})
	const strong, weak = "abCD12efGH34", "hunter2x"
	const uuid, hex = "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "90d4c8520b8d94e8"
	for what, pairs := range map[string][]pair{
		"strong values": {
			{"token is " + strong, "token is ********"},
			{"token is " + uuid, "token is ********"},
			{"token is " + strings.ToUpper(uuid), "token is ********"},
			{"token is " + hex, "token is ********"},
			{"token is abCDefGHijKLmnOP+q", "token is ********"},
			{"token is abcdefghijklmnop", ""},
			{"token is abc123", ""},
			{"token is 1234567890123456", ""},
			{"token is abCD12efGH3", ""},
			{"token is InvalidAuthenticationTokenTenant", ""},
			{"token is CrashLoopBackOffCrashLoopBackOff", ""},
			{"token is web-5d4b7c9f6d-x2k9p", ""},
			{"token is MyApp-1.2.3.tar.gz", ""},
			{"token is /Secrets/Prod/Db01Password", ""},
			{"token is 2026-01-02T03:04:05Z", ""},
		},
		"signs before a strong value": {
			{"token " + strong, "token ********"},
			{"token\t" + strong, "token\t********"},
			{"token -> " + strong, "token -> ********"},
			{"token | " + strong, "token | ********"},
			{"token was " + strong, "token was ********"},
			{"token '" + strong + "'", "token '********'"},
			{"token\u00a0=\u00a0" + strong, "token\u00a0=\u00a0********"},
			{"token " + weak, ""},
			{"tokens " + strong, ""},
		},
		"after =": {
			{"token=" + weak, "token=********"},
			{"token = " + weak, "token = ********"},
			{"token := " + weak, "token := ********"},
			{"token => " + weak, "token => ********"},
			{`token="` + weak + `"`, "token=********"},
			{"password=correcthorse", "password=********"},
			{"password=https://x", "password=https://x"},
			{"password=123456", "password=********"},
			{"password=12345", ""},
			{"password=", ""},
			{"password=failed", ""},
			{"password=NOAUTH", ""},
			{"password=<password>", ""},
			{"password=***", ""},
			{"password=${PASSWORD}", ""},
			{"password=/run/secrets/x", ""},
			{"password=12.5ms", ""},
			{"password=12;5;2", ""},
			{"password = must not be empty", ""},
			{`password="is not valid"`, ""},
			{"token=default", ""},
			{"token=db-creds-v2", ""},
			{"token=https://auth.example.org/x", ""},
			{`api_key = "abc"`, "api_key = ********"},
			{`api_key="abc"`, ""},
			{"expires: token_expires=2026-01-02", ""},
		},
		"after a colon": {
			{"token: " + strong, "token: ********"},
			{"token: " + weak, "token: ********"},
			{"token: " + weak + ", x", "token: ********, x"},
			{"token: " + weak + " x", ""},
			{"token: " + weak + ": EOF", ""},
			{"password: " + weak + " x", "password: ******** x"},
			{"password: hunter", "password: ********"},
			{"a password: hunter", ""},
			{"password: hunt", ""},
			{"password: hunter two", ""},
			{"password: failed", ""},
			{"password: login_timeout", ""},
			{"password-reset-worker: running", ""},
			{"password: 123456", "password: ********"},
			{"token: 123456", ""},
			{"otp: 123456", "otp: ********"},
			{"otp: 12345", ""},
			{"auth: 123456", ""},
			{`password: "x", port: 1`, `password: "********", port: 1`},
			{`password: "x"`, `password: "********"`},
			{`password: "x" is not known`, ""},
			{`password: "x", want y`, ""},
			{"password: |\n  " + weak + "\nport: 1", "password: |\n  ********\nport: 1"},
			{"password: |\n  two words\nport: 1", ""},
			{"a\n  - password: hunter\nb", "a\n  - password: ********\nb"},
			{"a\nthe password: hunter\nb", ""},
			{"let token: string = " + weak + ";", "let token: string = ********;"},
		},
		"names": {
			{"dbpassword=x1y2z3", "dbpassword=********"},
			{"MYSQL_PWD=x1y2z3", "MYSQL_PWD=********"},
			{"PassWord=x1y2z3", "PassWord=********"},
			{"passphrase2=x1y2z3", "passphrase2=********"},
			{"DBPass=x1y2z3", "DBPass=********"},
			{"apiKey=" + weak, "apiKey=********"},
			{"api key=" + weak, "api key=********"},
			{"a key=" + weak, ""},
			{"sort_key=" + weak, ""},
			{"routing_key=" + hex, "routing_key=********"},
			{"routing_key=" + weak, ""},
			{"db_auth=" + hex, "db_auth=********"},
			{"DBAuth=" + hex, "DBAuth=********"},
			{"db_auth=" + weak, ""},
			{"rootpw=" + hex, "rootpw=********"},
			{"signingsalt=" + hex, "signingsalt=********"},
			{"basalt=" + hex, ""},
			{"compass=" + hex, ""},
			{"tokens=" + hex, ""},
			{"passed=" + hex, ""},
			{"passenger=" + hex, ""},
			{"tokenizer=" + hex, ""},
			{"session_id=" + hex, "session_id=********"},
			{"user_id=" + hex, ""},
			{"token_file=" + hex, ""},
			{"password_version=" + hex, ""},
			{"patient_no=7", "patient_no=********"},
			{"patient_no: 7", "patient_no: ********"},
			{"weather_token=" + hex, ""},
			{"WEATHER_TOKEN=" + hex, "WEATHER_TOKEN=********"},
		},
		"name and value beside each other": {
			{"- name: DB_PASSWORD\n  value: " + weak, "- name: DB_PASSWORD\n  value: ********"},
			{`"name":"DB_PASSWORD","value":"` + weak + `",`, `"name":"DB_PASSWORD","value":********,`},
			{`["password", "` + strong + `"]`, `["password", "********"]`},
			{`["password", "token"]`, ""},
			{"define('AUTH_KEY', '" + strong + "');", "define('AUTH_KEY', '********');"},
			{"define('DB_PASSWORD', '" + weak + "');", "define('DB_PASSWORD', '********');"},
			{`define( "DB_PASSWORD", "foobared" );`, `define( "DB_PASSWORD", "********" );`},
			{"define('DB_PASSWORD', '');", ""},
			{"define('DB_PASSWORD', 'is not set');", ""},
			{"define('DB_NAME', 'password');", ""},
			{"<wsse:Password>" + weak + "</wsse:Password>", "<wsse:Password>********</wsse:Password>"},
			{`<Password Type="x">` + weak + "</Password>", `<Password Type="x">********</Password>`},
			{`{"pass\u0077ord":"` + weak + `",`, `{"pass\u0077ord":"********",`},
			{`{"password":123456,`, `{"password":"********",`},
			{"Some { token: Some(\"" + weak + "\") }", "Some { token: Some(\"********\") }"},
		},
		"headers": {
			{"Cookie: ******** a=b", "Cookie: ********"},
			{"Authorization: Bearer short", "Authorization: ********"},
			{"Authorization: required", ""},
			{"Authorization: header is missing", ""},
			{"Cookie: none", ""},
			{"X-Api-Key: short", "X-Api-Key: ********"},
			{"X-Request-Id: " + uuid, ""},
			{`'Authorization': 'Bearer short', 'a': 'b'`, `'Authorization': '********', 'a': 'b'`},
			{`"Authorization: Bearer short" http://h`, `"Authorization: ********" http://h`},
			{`http.Header{"Authorization":[]string{"Bearer short"}, "A":[]string{"b"}}`, `http.Header{"Authorization":[]string{"********"}, "A":[]string{"b"}}`},
			{"map[Cookie:[a=b c] Accept:[*/*]]", "map[Cookie:******** Accept:[*/*]]"},
			{"a: 1\r\nCookie: a=b\r\nb: 2\r\n", "a: 1\r\nCookie: ********\r\nb: 2\r\n"},
			{"Negotiate " + strong, "Negotiate ********"},
			{"Negotiate the terms", ""},
		},
		"protocols": {
			{"AUTH PLAIN AHUAcGFzcw==", "AUTH PLAIN ********"},
			{"AUTH PLAIN LOGIN", ""},
			{"AUTH " + strong, "AUTH ********"},
			{"AUTH default " + strong, "AUTH default ********"},
			{"a1 LOGIN bob " + strong, "a1 LOGIN bob ********"},
			{"LOGIN failed for bob", ""},
			{"C: PASS " + weak, "C: PASS ********"},
			{"PASS " + weak, "PASS ********"},
			{"USER bob\r\nPASS hunter2!x\r\n", "USER bob\r\nPASS ********\r\n"},
			{"PASS testcase12", ""},
			{"PASS " + weak + " in 3 s", ""},
			{"requirepass " + weak, "requirepass ********"},
			{"requirepass foobared\nport 6379", "requirepass ********\nport 6379"},
			{`masterauth "foobared"`, "masterauth ********"},
			{"requirepass missing", ""},
			{"said a1b2c3d4e5f6g7.atlasv1." + strings.Repeat("aB3dEf", 11) + ".", "said ********."},
			{"password\u00a0=\u00a0" + weak, "password\u00a0=\u00a0********"},
			{"password: |\n  " + weak + "\nhost: h", "password: |\n  ********\nhost: h"},
			{"password: >-\n  " + weak + "\nhost: h", "password: >-\n  ********\nhost: h"},
			{"password: (reason user:…@tcp(h:1)), wait", ""},
			{"password: (" + weak + ")", "password: (********)"},
			{"token: (not set)", ""},
			{"requirepass is not set", ""},
			{"masterauth <password>", ""},
			{"machine h login u password foobared", "machine h login u password ********"},
			{"machine h\n  login u\n  password foobared\nmachine i", "machine h\n  login u\n  password ********\nmachine i"},
			{"default login u password foobared", "default login u password ********"},
			{"machine h login u password expired", ""},
			{"the login form wants a password now", ""},
			{"requirepass " + strong, "requirepass ********"},
			{"machine h login u password " + strong, "machine h login u password ********"},
		},
		"queries": {
			{"/x?token=abc", "/x?token=********"},
			{"/x?token=missing", ""},
			{"/x?passing=true&key=status", ""},
			{"/x?key=" + strong, "/x?key=********"},
			{"/x?code=" + strong + "#f", "/x?code=********#f"},
			{"/x?sig=ab%2Bcd", "/x?sig=********"},
			{"/x?next=https%3A%2F%2Fh%3Ftoken%3Dabc%26b", "/x?next=https%3A%2F%2Fh%3Ftoken%3D********%26b"},
			{"/a;jsessionid=" + strong + "?a", "/a;jsessionid=********"},
		},
		"user-info": {
			{"user:…@tcp(host:3306)", ""},
			{"https://u:password@h/", ""},
			{"https://u:xxxxx@h/", ""},
			{"https://u:<secret>@h/", ""},
			{"https://u:secret@h/", "https://u:********@h/"},
			{"//u:pw@h/x", "//u:********@h/x"},
			{"a://b c//d:e@f", ""},
			{"u:pw@h:80", "u:********@h:80"},
			{"u:pw@h/x", "u:********@h/x"},
			{"u:pw@h", ""},
			{"u:s3cret@h", "u:********@h"},
			{"user:s3cret@h:80", ""},
			{"team:s3cret@h:80", ""},
			{"10.0.0.1:s3cret@h:80", ""},
			{"x:y2z3a4@1.2.3", ""},
			{"x:y2z3a4@10.0.0.1", "x:********@10.0.0.1"},
			{"u:" + strings.Repeat("a1", 130) + "@h:80", ""},
			{`x="//u:pw@h/x"`, `x="//u:********@h/x"`},
			{"https://u:p@h:x/y@z", "https://u:********@z"},
			{"https://u:p@h:80/y@z", "https://u:********@h:80/y@z"},
			{`"http://h:80 is down", bob@example.org`, ""},
			{`"u:s3cret@h", "x@y"`, `"u:********@h", "x@y"`},
			{"x:y2z3a4@v1.2", ""},
			{"x:y2z3a4@1", "x:********@1"},
			{"amqp://a:b@h1;amqp://c:d@h2 x://e", "amqp://a:********@h1;amqp://c:********@h2 x://e"},
		},
		"flags": {
			{"app --password " + weak, "app --password ********"},
			{"app --password missing", ""},
			{"app --token " + weak, "app --token ********"},
			{"app --no-password " + weak, ""},
			{"app -p " + weak, ""},
			{"mysql -p" + weak, "mysql -p********"},
			{"mysql -p'" + weak + "'", "mysql -p********"},
			{"mysql -port", ""},
			{"mysql -p is missing", ""},
			{"mysql failed\nxyz -p" + weak, ""},
			{"sshpass -p " + weak + " ssh h", "sshpass -p ******** ssh h"},
			{"redis-cli -a " + weak, "redis-cli -a ********"},
			{"ldapsearch -w " + weak, "ldapsearch -w ********"},
			{"check_ldap -w 5.5s", ""},
			{"snmpget -c " + weak, "snmpget -c ********"},
			{"ipmitool -P " + weak, "ipmitool -P ********"},
			{"openssl enc -k " + weak, "openssl enc -k ********"},
			{"curl -u bob:" + weak, "curl -u bob:********"},
			{"curl -b a=" + weak, "curl -b ********"},
			{"curl --user bob:" + weak, "curl --user bob:********"},
			{"docker run -p 8080:80", ""},
			{"psql -p 5432", ""},
			{"htpasswd -b f u " + strong, "htpasswd -b f u ********"},
			{"curl -u bob", ""},
			{"curl -u bob:********", ""},
			{"curl -u bob: x", ""},
			{"redis-cli -a", ""},
			{"redis-cli -a -x " + weak, ""},
			{"redis-cli -ax" + weak, ""},
			{"smbclient -U bob%" + weak, "smbclient -U bob%********"},
			{"az -p " + strong, "az -p ********"},
		},
		"tokens": {
			{"123456789:AAE" + strings.Repeat("aB3", 10), "********"},
			{"Zk9vQ2xwT7rB1n.atlasv1." + strings.Repeat("aB3", 20), "********"},
			{"key-" + hex + hex, "********"},
			{"12345:AAE" + strings.Repeat("aB3", 10), ""},
			{"123456789:" + strings.Repeat("a", 35), ""},
			{"a1234567:AAE" + strings.Repeat("aB3", 10), ""},
			{"AKIAIOSFODNN7EXAMPLEXY", ""},
			{"dapi" + hex + hex, "********"},
			{"LTAI5tAbcdefgh12", "********"},
			{"x_AKIAIOSFODNN7EXAMPLE", "x_********"},
			{"sk-" + strings.Repeat("a1", 12), "********"},
			{"sk-this-is-a-name-of-words-1", ""},
			{"eyJhbGciOi.", ""},
			{"eyJhbGciOi", ""},
			{"eyJhbGciOi.a", "********"},
		},
		"private keys": {
			{"-----BEGIN EC PRIVATE KEY-----\nabc", "********"},
			{"abc\n-----END EC PRIVATE KEY-----\nx", "********\nx"},
			{"PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\nabc\nPrivate-MAC: d\nx", "********\nx"},
			{"Private-Lines: 1\nabc", "********"},
		},
	} {
		checkTexts(t, what, s.Text, pairs)
	}
}

func TestRulesForDumps(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	checkTexts(t, "values", func(text string) string { return s.Value("", text) }, []pair{
		{"--token x --password s3cret7", "--token x --password ********"},
		{"sudo mysql -ps3cret7 -u root", "sudo mysql -p******** -u root"},
		{`[{"name":"DB_PASSWORD","value":"x"},{"name":"A","value":"b"}]`, `[{"name":"DB_PASSWORD","value":"********"},{"name":"A","value":"b"}]`},
		{`{"Name":"DB_PASSWORD","kind":"x","Value":1}`, `{"Name":"DB_PASSWORD","kind":"x","Value":"********"}`},
		{`["password","x"]`, `["password","********"]`},
		{`["password","x","y"]`, ""},
		{`["--password","x"]`, `["--password","********"]`},
		{"{\"a\":1,\r\n\"password\":\"x\"}\r\n", "{\"a\":1,\r\n\"password\":\"********\"}\r\n"},
		{"auth: ldap", "auth: ********"},
		{"auth: failed", ""},
		{"passed=4", "passed=********"},
		{"PWD=hunter2;UID=a", "PWD=********;UID=a"},
		{"PWD=/root OLDPWD=/tmp", ""},
		{"<password>x</password>", "<password>********</password>"},
	})
	for _, row := range []struct {
		name, value string
		masked      bool
	}{
		{"PWD", "/root", false}, {"OLDPWD", "/", false}, {"pwd", "/root", true}, {"GPG_KEY", "A035C8C1", false},
		{"AUTH_SERVICE_HOST", "10.0.0.1", false}, {"AUTH_SERVICE_HOST", "hunter2", true},
		{"TOKEN_SERVICE_PORT", "8080", false}, {"TOKEN_SERVICE_PORT_HTTP", "8080", false}, {"TOKEN_PORT", "tcp://10.0.0.1:8080", false},
		{"TOKEN_PORT", "tcp://u:p@h", true}, {"TOKEN_PORT_8080_TCP_ADDR", "10.0.0.1", false}, {"TOKEN_PORT_8080_TCP_PROTO", "tcp", false},
		{"TOKEN_PORT_8080_TCP", "x", true}, {"TOKEN_EXPORT", "8080", true},
		{"DB_PASSWORD_FILE", "/run/secrets/x", false}, {"DB_PASSWORD_FILE", "hunter2", true}, {"PGPASSFILE", "/root/.pgpass", true},
		{"GOOGLE_APPLICATION_CREDENTIALS", "/etc/x.json", false}, {"GOOGLE_APPLICATION_CREDENTIALS", `{"a":1}`, true},
		{"MONKEY", "x", true}, {"PASSENGER_ENV", "production", true},
	} {
		if got := s.Value(row.name, row.value) == scrub.Mask; got != row.masked {
			t.Errorf("Value(%q, %q) masked: %v, want %v", row.name, row.value, got, row.masked)
		}
		tree := string(s.Tree(map[string]string{row.name: row.value}))
		if got := strings.Contains(tree, scrub.Mask); got != row.masked {
			t.Errorf("Tree of %q, %q = %s", row.name, row.value, tree)
		}
	}
}

func TestFurtherSensitiveNames(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, name := range []string{
		"ldap_pw", "rootpw", "signingsalt", "GITHUB_PAT", "HMAC", "totp_seed", "PHPSESSID", "mnemonic", "seed-phrase", "SEEDPHRASE", "DB_PSWD",
		"VAULT_UNSEAL", "masterauth", "SLACK_HOOK", "snmp.community", "vcap.services",
	} {
		if !s.Name(name) {
			t.Errorf("Name(%q) = false, want true", name)
		}
	}
	for _, name := range []string{"basalt", "BASALT", "cobalt", "PATH", "pattern", "communities", "lpwan"} {
		if s.Name(name) {
			t.Errorf("Name(%q) = true, want false", name)
		}
	}
}

func TestCommandLinesOfFurtherPrograms(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, words := range [][2]string{
		{"postgres -p 5432", ""}, {"app -p 80,443", ""}, {"app -p 8080:80/tcp", ""}, {"app -p /x", ""}, {"app -p hunter", "app -p ********"},
		{"mkdir -p x", ""}, {"cp -p a b", ""}, {"java -p mods", ""}, {"docker run -p x", ""}, {"podman run -p x", ""},
		{"docker login -u a -p x", "docker login -u a -p ********"},
		{"ldapsearch -w x", "ldapsearch -w ********"}, {"check_ldap -w 5 -P x", "check_ldap -w 5 -P ********"},
		{"sqlcmd -P x", "sqlcmd -P ********"}, {"ipmitool -P x", "ipmitool -P ********"},
		{"snmpget -c x -A y -X z h", "snmpget -c ******** -A ******** -X ******** h"}, {"check_snmp -C x -c 5", "check_snmp -C ******** -c 5"},
		{"check_http -a u:x", "check_http -a u:********"}, {"redis-cli -a=x", "redis-cli -a=********"},
		{"curl -b a=b --cookie c=d", "curl -b ******** --cookie ********"}, {"curl -U a:b", "curl -U a:********"},
		{"smbclient -U a%b", "smbclient -U a%********"}, {"app.exe /password:x /y:z", "app.exe /password:******** /y:z"},
		{"app --token-file /x --private-key /y.pem --key=/z", ""}, {"app --private-key x", "app --private-key ********"},
		{"docker run -u 1000:1000", ""}, {"openssl enc -k x", "openssl enc -k ********"},
	} {
		in, want := strings.Fields(words[0]), strings.Fields(words[1])
		if words[1] == "" {
			want = in
		}
		if got := s.Argv(in); !reflect.DeepEqual(got, want) {
			t.Errorf("Argv(%q)\n   = %q\nwant %q", in, got, want)
		}
	}
	for _, shell := range []string{"-c", "-lc", "-ec", "-xec"} {
		in := []string{"bash", shell, "mysql -pX && ldapsearch -w Y; app --password Z A_TOKEN=W"}
		want := "mysql -p******** && ldapsearch -w ********; app --password ******** A_TOKEN=********"
		if got := s.Argv(in); got[2] != want {
			t.Errorf("Argv(%q) = %q, want %q", in, got[2], want)
		}
	}
}

func TestTreesShowURLsAndCommandLinesScrubbed(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	address, err := url.Parse("https://u:p@h.example.org/x?token=a")
	if err != nil {
		t.Fatal(err)
	}
	for want, in := range map[string]any{
		`{"a":"https://u:********@h.example.org/x?token=********"}`:             map[string]any{"a": address},
		`["https://u:********@h.example.org/x?token=********"]`:                 []url.URL{*address},
		`{"U":"https://u:********@h.example.org/x?token=********"}`:             struct{ U *url.URL }{address},
		`["--password","********"]`:                                             []string{"--password", "x"},
		`{"env":[{"name":"A_TOKEN","value":"********"}],"password":"********"}`: map[string]any{"password": nil, "env": []any{map[string]any{"name": "A_TOKEN", "value": true}}},
	} {
		if got := string(s.Tree(in)); got != want {
			t.Errorf("Tree = %s, want %s", got, want)
		}
	}
}
