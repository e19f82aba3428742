package scrub_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	strong = "Xk29vmQp81LzRt4w"
	m      = scrub.Mask
)

// notations are texts, what they become as sentences, and what they become in
// dumps; "" means no change.
var notations = map[string][][3]string{
	"declarations": {
		{"token: string = " + strong, "token: string = " + m, "token: string = " + m},
		{`let token: &'static str = "abc";`, `let token: &'static str = ` + m + `;`, `let token: &'static str = ` + m + `;`},
		{`token: Optional[str] = "a b"`, "token: Optional[str] = " + m, "token: Optional[str] = " + m},
		{`var apiToken string = "abc"`, "var apiToken string = " + m, "var apiToken string = " + m},
		{`char password[32] = "abc";`, "char password[32] = " + m + ";", "char password[32] = " + m + ";"},
		{"token: Optional[str] = None", "", "token: Optional[str] = " + m},
		{"token: status = " + strong, "", "token: " + m + " = " + strong},
		{"password varchar(255) NOT NULL", "", ""},
		{`token: String = String::from("` + strong + `")`, `token: String = String::from("` + m + `")`, "token: String = " + m + `")`},
	},
	"PHP": {
		{`password: string(6) "sekret"`, `password: string(6) "` + m + `"`, "password: string(6) " + m},
		{"[\"password\"]=>\n  string(6) \"sekret\"\n}", "[\"password\"]=>\n  string(6) " + m + "\n}", "[\"password\"]=>\n  string(6) " + m + "\n}"},
		{`["pass":protected]=> string(3) "abc"`, `["pass":protected]=> string(3) ` + m, `["pass":protected]=> string(3) ` + m},
		{`["password":"Db":private]=> string(3) "abc"`, `["password":"Db":private]=> string(3) ` + m, `["password":"Db":private]=> string(3) ` + m},
		{"[password:protected] => changeme", "[password:protected] => " + m, "[password:protected] => " + m},
		{"$db->password = 'abc';", "$db->password = " + m + ";", "$db->password = " + m + ";"},
	},
	"assignments": {
		{"password.=hunter22", "password.=" + m, "password.=" + m},
		{"password += hunter22", "password += " + m, "password += " + m},
		{"password||=hunter22", "password||=" + m, "password||=" + m},
		{"password?=hunter22", "password?=" + m, "password?=" + m},
		{"password == failed", "", "password == " + m},
		{"pass >= 3", "", ""},
	},
	"arrows": {
		{"password->hunter22", "password->" + m, "password->" + m},
		{"msg->token->refresh()", "", ""},
		{"user->password->length", "", "user->password->" + m},
		{"user->password.length()", "", ""},
		{"this->token->isValid()", "", ""},
		{"password -> required", "", ""},
		{"password → " + strong, "password → " + m, "password → " + m},
		{"password <- \"" + strong + "\"", "password <- \"" + m + "\"", "password <- \"" + m + "\""},
	},
	"calls": {
		{"setPassword('" + strong + "')", "setPassword('" + m + "')", "setPassword('" + m + "')"},
		{"dbg!(token) = \"" + strong + "\"", "dbg!(token) = \"" + m + "\"", "dbg!(token) = \"" + m + "\""},
		{"checkPassword('bob')", "", ""},
		{"{password,<<\"" + strong + "\">>}", "{password,<<\"" + m + "\">>}", "{password,<<\"" + m + "\">>}"},
		{"token (got " + strong + ")", "token (got " + m + ")", "token (got " + m + ")"},
		{"the password is: " + strong, "the password is: " + m, "the password is: " + m},
	},
	"ends of clauses": { // what follows is another subject
		{"bad token, " + strong + " denied", "", ""},
		{"bad token; " + strong + " denied", "", ""},
		{"bad token. " + strong + " denied", "", ""},
		{"(bad token), " + strong + " denied", "", ""},
		{"secrets/token/" + strong, "", ""},
		{"token@" + strong, "", ""},
		{"token,\n" + strong, "", ""},
		{"Password .....: " + strong, "Password .....: " + m, "Password .....: " + m},
		{"[token, " + strong + "]", "[token, " + m + "]", "[token, " + m + "]"},
		{"{token, " + strong + "}", "{token, " + m + "}", "{token, " + m + "}"},
	},
	"markup": {
		{"<password><![CDATA[changeme7]]></password>", "<password><![CDATA[" + m + "</password>", "<password><![CDATA[" + m + "</password>"},
		{"<key>Password</key><string>" + strong + "</string>", "<key>Password</key><string>" + m + "</string>", "<key>Password</key><string>" + m + "</string>"},
		{"&quot;token&quot;:&quot;" + strong + "&quot;", "&quot;token&quot;:&quot;" + m + "&quot;", "&quot;token&quot;:&quot;" + m + "&quot;"},
		{"%22token%22%3A%22" + strong + "&a=1", "%22token%22%3A%22" + m + "&a=1", "%22token%22%3A%22" + m + "&a=1"},
		{"<meta name=\"csrf-token\" content=\"abc\">", "<meta name=\"csrf-token\" content=" + m + ">", "<meta name=\"csrf-token\" content=" + m + ">"},
		{`<label for="password">Password</label>`, "", ""},
		{`<entry key="db.password">abc</entry>`, `<entry key="db.password">` + m + `</entry>`, `<entry key="db.password">` + m + `</entry>`},
		{"h: a; name=\"password\"\r\n\r\nabc\r\n--x", "h: a; name=\"password\"\r\n\r\n" + m + "\r\n--x", "h: a; name=\"password\"\r\n\r\n" + m + "\r\n--x"},
		{"/x?user%5Bpassword%5D=abc&b=1", "/x?user%5Bpassword%5D=" + m + "&b=1", "/x?user%5Bpassword%5D=" + m + "&b=1"},
	},
	"lists": {
		{`login with password: ["x1x1","y2y2"] refused by h`, `login with password: ["` + m + `","` + m + `"] refused by h`, `login with password: ` + m + ` refused by h`},
		{"password: [" + strong + " y2y2] refused", "password: [" + m + "] refused", "password: " + m + " refused"},
		{`f(password: "x1x1x1", "y2y2y2")`, `f(password: "` + m + `", "y2y2y2")`, `f(password: ` + m + `, "y2y2y2")`},
	},
	"logins": {
		{"(:hunter22@h:80", "(:" + m + "@h:80", "(:" + m + "@h:80"},
		{"[::1]:80@h", "", ""},
		{"x::pass1word@h:80", "x::" + m + "@h:80", "x::" + m + "@h:80"},
		{"smbclient -Ubob%hunter22", "smbclient -Ubob%" + m, "smbclient -Ubob%" + m},
		{"sqlplus bob/abc@db", "sqlplus bob/" + m + "@db", "sqlplus bob/" + m + "@db"},
		{"sqlplus /@db", "", ""},
		{"lftp -u bob," + strong + " h", "lftp -u bob," + m + " h", "lftp -u bob," + m + " h"},
		{"docker run -u 1000:1000 img", "", ""},
		{"curl -u :hunter2x h", "curl -u :" + m + " h", "curl -u :" + m + " h"},
		{"app --user=:hunter2x h", "app --user=:" + m + " h", "app --user=:" + m + " h"},
		{"smbclient -U %hunter2x h", "smbclient -U %" + m + " h", "smbclient -U %" + m + " h"},
		{"curl -E c.pem:hunter22 h", "curl -E c.pem:" + m + " h", "curl -E c.pem:" + m + " h"},
	},
	"SQL": {
		{"IDENTIFIED BY 'abc'", "IDENTIFIED BY '" + m + "'", "IDENTIFIED BY '" + m + "'"},
		{"IDENTIFIED WITH sha256_password AS 'abc' x", "IDENTIFIED WITH sha256_password AS '" + m + "' x", "IDENTIFIED WITH sha256_password AS '" + m + "' x"},
		{"IDENTIFIED BY <password>", "", ""},
		{"it is identified by 'orders'", "", ""},
		{"it is identified by name", "", ""},
	},
	"commands": {
		{"ACL SETUSER bob on >abc #0a1b ~* +@all", "ACL SETUSER bob on >" + m + " #" + m + " ~* +@all", "ACL SETUSER bob on >" + m + " #" + m + " ~* +@all"},
		{"ACL SETUSER bob on", "", ""},
		{"vault login " + strong, "vault login " + m, "vault login " + m},
		{"login " + strong, "", ""},
		{"rabbitmqctl add_user bob " + strong, "rabbitmqctl add_user bob " + m, "rabbitmqctl add_user bob " + m},
		{"username bob password 7 0822455D0A16544541", "username bob password 7 " + m, "username bob password 7 " + m},
		{"password 8 characters", "", ""},
	},
	"hashes": {
		{"root:$6$rounds=5000$abc$" + strong + strong + ":19000:0", "root:" + m + ":19000:0", "root:" + m + ":19000:0"},
		{"$2y$10$abcdefghijklmnopqrstuu" + strong + ".", m + ".", m + "."},
		{"$5$ and $6$x$ cost", "", ""},
		{"$7$" + strong, "", ""},
		{"$foo$abc$" + strong + strong, "", ""},
		{"userPassword: {SSHA}" + strong, "userPassword: " + m, "userPassword: " + m},
		{"userPassword:: " + strong, "userPassword:: " + m, "userPassword:: " + m},
		{"Token::" + strong, "", ""},
	},
	"names of programs": { // not values of the names before them
		{"auth: Keycloak26Provider not found", "", "auth: " + m + " not found"},
		{"token OAuth2AccessTokenResponseClient: 503", "", "token " + m + ": 503"},
		{"password: Argon2PasswordEncoder is unavailable", "", "password: " + m + " is unavailable"},
		{"password: Sommer2024Winter", "password: " + m, "password: " + m},
		{"token: *jwt.Token2Parser is nil", "", "token: " + m + " is nil"},
		{"signature SHA256withRSA not supported", "", "signature " + m + " not supported"},
		{"signature (SHA256withECDSA)", "", ""},
		{"#<Token:0x000055d5f0a1b2c3 @a=1>", "", "#<Token:" + m + " @a=1>"},
		{"token: 0x" + strings.Repeat("1a2b", 8), "token: " + m, "token: " + m},
		{"PASS: gnutls-serv", "", "PASS: " + m},
		{"--- PASS: TestOAuth2Login (0.01s)", "", "--- PASS: " + m + " (0.01s)"},
		{"PASS: " + strong, "PASS: " + m, "PASS: " + m},
	},
	"changes": {
		{`~ password = "abc" -> "def"`, "~ password = " + m + " -> \"" + m + "\"", "~ password = " + m + " -> \"" + m + "\""},
		{`+ password: "" => "abc"`, `+ password: "" => "` + m + `"`, "+ password: " + m + " => \"" + m + "\""},
		{"password=abc1 -> " + strong + " (forces replacement)", "password=" + m + " -> " + m + " (forces replacement)", "password=" + m + " -> " + m + " (forces replacement)"},
		{"password=abc1 -> (known after apply)", "password=" + m + " -> (known after apply)", "password=" + m + " -> (known after apply)"},
		{"password=abc1 -> next step", "password=" + m + " -> next step", "password=" + m + " -> next step"},
	},
	"more names": {
		{"redis://[u!:pw1@h", "redis://[u!:" + m + "@h", "redis://[u!:" + m + "@h"},
		{"redis://[::1]:6379/x@y", "", ""},
		{"api_2_key=abC12x", "api_2_key=" + m, "api_2_key=" + m},
		{"MHcC/AQ+E=\n-----END EC PRIVATE KEY-----\nok", m + "\nok", m + "\nok"},
		{"key: MHcCAQE\n-----END EC PRIVATE KEY-----", "key: " + m, "key: " + m},
		{`["postgres://u:pw1@h/x"]`, `["postgres://u:` + m + `@h/x"]`, `["postgres://u:` + m + `@h/x"]`},
		{"https://h/?sentry_key=" + strong, "https://h/?sentry_key=" + m, "https://h/?sentry_key=" + m},
		{"Unseal Key 1: " + strong, "Unseal Key 1: " + m, "Unseal Key 1: " + m},
		{"secret_id=" + strong, "secret_id=" + m, "secret_id=" + m},
		{"secret_id=42", "", "secret_id=" + m},
		{"pass phrase: " + strong, "pass phrase: " + m, "pass phrase: " + m},
		{"x .dockerconfigjson: " + strong, "x .dockerconfigjson: " + m, "x .dockerconfigjson: " + m},
		{"db/password: " + strong, "db/password: " + m, "db/password: " + m},
		{"db/password: denied", "", ""},
		{"POSTGRES_HOST_AUTH_METHOD: " + strong, "", ""},
		{"md5" + strings.Repeat("0a", 16), m, m},
		{"createUser bob SHA " + strong + " AES " + strong, "createUser bob SHA " + m + " AES " + m, "createUser bob SHA " + m + " AES " + m},
		{"NICKSERV IDENTIFY " + strong, "NICKSERV IDENTIFY " + m, "NICKSERV IDENTIFY " + m},
	},
	"sentences": {
		{`bind with password "Sommer2024!" failed`, `bind with password "` + m + `" failed`, `bind with password "` + m + `" failed`},
		{`password "users" is not a column`, "", ""},
		{`password "base64" expected`, "", ""},
		{`token "web2shop" is unknown`, "", ""},
		{"the password has been reset to " + strong, "the password has been reset to " + m, "the password has been reset to " + m},
		{"the password has been reset to the default", "", ""},
		{"A temporary password is generated for root@localhost: " + strong, "A temporary password is generated for root@localhost: " + m, "A temporary password is generated for root@localhost: " + m},
	},
	"schemes before secrets": {
		{"token=Bearer " + strong + " x", "token=Bearer " + m + " x", "token=" + m + " x"},
		{"oauth: refresh_token " + strong + " x", "oauth: refresh_token " + m + " x", "oauth: " + m + " x"},
		{"token=abc1x id=" + strong, "token=" + m + " id=" + strong, "token=" + m + " id=" + strong},
		{"token=abc next", "", "token=" + m + " next"},
	},
	"bounds": {
		{"token" + strings.Repeat(":", 2) + "(" + strong, "", ""},
		{"token(" + strings.Repeat(".", 30) + strong, "token(" + strings.Repeat(".", 30) + m, "token(" + strings.Repeat(".", 30) + m},
		{"token(" + strings.Repeat(".", 31) + strong, "", ""},
		{"token: string" + strings.Repeat(" ", 39) + "= " + strong, "token: string" + strings.Repeat(" ", 39) + "= " + m, "token: string" + strings.Repeat(" ", 39) + "= " + m},
		{"token: string" + strings.Repeat(" ", 50) + "= " + strong, "", "token: " + m + strings.Repeat(" ", 50) + "= " + strong},
		{"token: 0x" + strings.Repeat("1a", 8), "", "token: " + m},
		{"password=/a1b2c3 x", "password=" + m + " x", "password=" + m + " x"},
		{"password=/a1b2c x", "", "password=" + m + " x"},
		{"token is x-abcd123abcd123ab", "token is " + m, "token is " + m},
		{"token is x-abcd123abcd123a", "", ""},
		{"token is x-abcde123abcde123", "", ""},
		{"token: 0x" + strings.Repeat("1a", 8) + "2", "token: " + m, "token: " + m},
		{"$6$x$" + strings.Repeat("Ab1.", 5), m + ".", m + "."},
		{"$6$x$" + strings.Repeat("Ab1.", 4) + "Ab1", "", ""},
		{"$6$" + strings.Repeat("Ab1x", 6), m, m},
		{"$$" + strings.Repeat("Ab1x", 6), "", ""},
		{"SETUSER a " + strings.Repeat("b ", 14) + ">c", "SETUSER a " + strings.Repeat("b ", 14) + ">" + m, "SETUSER a " + strings.Repeat("b ", 14) + ">" + m},
		{"SETUSER a " + strings.Repeat("b ", 15) + ">c", "", ""},
		{"SETUSER a > <", "", ""},
		{"char password[] = \"abc\"", "char password[] = " + m, "char password[] = " + m},
		{"password[0] == abc", "", ""},
		{"password[1234567] = 'abc'", "password[1234567] = " + m, "password[1234567] = " + m},
		{"password[12345678] = 'abc'", "", ""},
	},
	"ends of texts": {
		{"token(", "", ""},
		{"token &quot", "", ""},
		{"token&#x;" + strong, "token&#x;" + m, "token&#x;" + m},
		{"token&a=" + strong, "", ""},
		{"token%2", "", ""},
		{"token%20" + strong, "token%20" + m, "token%20" + m},
		{"token%41" + strong, "", ""},
		{"token <", "", ""},
		{"token <![CDATA[" + strong, "token <![CDATA[" + m, "token <![CDATA[" + m},
		{"token <b>" + strong + "</b>", "token <b>" + m + "</b>", "token <b>" + m + "</b>"},
		{"token <" + strong + "> expired", "token <" + m + "> expired", "token <" + m + "> expired"},
		{"IDENTIFIED", "", ""},
		{"IDENTIFIED EXTERNALLY AS 'x'", "IDENTIFIED EXTERNALLY AS '" + m + "'", "IDENTIFIED EXTERNALLY AS '" + m + "'"},
		{"IDENTIFIED VIA pam", "", ""},
		{"IDENTIFIED BY", "", ""},
		{"x token: Mode=strict y", "", "x token: " + m + " y"},
		{"x password: Mode = strict y", "x password: Mode = " + m + " y", "x password: Mode = " + m + " y"},
		{"x password: string=>a y", "", "x password: " + m + " y"},
		{"x password: string(6) y", "", "x password: string(6) " + m},
		{"https://ü@h/x", "", ""},
		{"password ->", "", ""},
		{"password->", "", ""},
		{`password="x" ->`, "password=" + m + " ->", "password=" + m + " ->"},
		{"password 7", "", ""},
		{"password 7:", "", ""},
		{"password is generated for a", "", ""},
		{"vault login", "", ""},
		{"add_user bob", "", ""},
	},
	"words in camel case": { // at the bounds of what is not generated
		{"auth: abcDef12345Xyz refused", "auth: " + m + " refused", "auth: " + m + " refused"},
		{"auth: Abc12Def34 refused", "", "auth: " + m + " refused"},
		{"auth: Abcd1Efgh2Ijkl refused", "", "auth: " + m + " refused"},
		{"auth: Abcd1Efgh2Ijkl3 refused", "auth: " + m + " refused", "auth: " + m + " refused"},
		{"auth: AbXy12Abcdefg refused", "auth: " + m + " refused", "auth: " + m + " refused"},
		{"auth: AbcdXy12Abcdefg refused", "auth: " + m + " refused", "auth: " + m + " refused"},
		{"auth: AbcdXyz12Abcdefg refused", "", "auth: " + m + " refused"},
		{"auth: Bcdf12Abcdefgh refused", "auth: " + m + " refused", "auth: " + m + " refused"},
		{"auth: abcdefgh1234abcd refused", "", "auth: " + m + " refused"},
		{"token: in-AbCd12EfGh34 refused", "token: " + m + " refused", "token: " + m + " refused"},
		{"token: md5-AbCd12EfGh34 refused", "", "token: " + m + " refused"},
		{"token: sha256-AbCd12EfGh34 refused", "", "token: " + m + " refused"},
		{"token: SHA256withRSASHA256withRSASHA25 refused", "", "token: " + m + " refused"},
		{"token: SHA256withRSASHA256withRSASHA2567 refused", "token: " + m + " refused", "token: " + m + " refused"},
	},
	"code": { // in error messages, not values
		{`signature = keywords.pop('signature', None)`, "", "signature = " + m + "', None)"},
		{"cookie->evtype == 1", "", "cookie->" + m + " == 1"},
		{"preMasterSecret[0] = byte(x)", "", ""},
		{"hs.HandshakeSecret(sharedKey2, nil)", "", ""},
		{"[]SignatureScheme{PKCS1WithSHA256, PSSWithSHA384}", "", ""},
		{"Static methods (:func:`@staticmethod`)", "", ""},
		{"PASS: SORT_BY_NAME(SORT_BY_ALIGNMENT()) x", "", "PASS: " + m + " x"},
		{`"EXPASS", "*EXPORT1", "X"`, "", ""},
		{`auth 8 "14 Sep 2023" x`, "", ""},
		{"Pass '-mno-avx512' to the compiler", "", ""},
		{"warnings identified by -Wfoo2", "", ""},
		{"/tests/P12SecretKey.jtr>KeyStoreTest5xY", "", ""},
	},
	"wide quotes": {
		{"token “" + strong + "” x", "token “" + m + "” x", "token “" + m + "” x"},
		{"token is ‘" + strong + "’ x", "token is " + m + "’ x", "token is " + m + "’ x"},
		{"token «" + strong + "», x", "token «" + m + "», x", "token «" + m + "», x"},
		{"token is " + strong + ".” x", "token is " + m + ".” x", "token is " + m + ".” x"},
		{"password: hunter2x” x", "password: " + m + "” x", "password: " + m + " x"},
		{"token is " + strings.Repeat("aB1c", 15) + "xy”" + strong, "token is " + m, "token is " + m},
	},
	"commas": { // part of a password in a command or an assignment, the end of a value elsewhere
		{"curl --user a,b:x1y2z3 h", "curl --user a,b:" + m + " h", "curl --user a,b:" + m + " h"},
		{"curl --user bob:x1,y2z3 h", "curl --user bob:" + m + " h", "curl --user bob:" + m + " h"},
		{"x -p " + strong + ",x1 y", "x -p " + m + " y", "x -p " + m + " y"},
		{"x -p ," + strong + " y", "x -p " + m + " y", "x -p " + m + " y"},
		{"redis-cli -a a,hunter22x y", "redis-cli -a " + m + " y", "redis-cli -a " + m + " y"},
		{"htpasswd -b f bob Xk29vmQp,81LzRt4w y", "htpasswd -b f bob " + m + " y", "htpasswd -b f bob " + m + " y"},
		{"password=abc1 -> a," + strong + " y", "password=" + m + " -> " + m + " y", "password=" + m + " -> " + m + " y"},
		{"token(" + strong + ",b)", "token(" + m + ",b)", "token(" + m + ",b)"},
		{"token is " + strong + ",b", "token is " + m + ",b", "token is " + m + ",b"},
		{"token is a," + strong, "", ""},
		{"PASS: " + strong + ", a(b)", "PASS: " + m + ", a(b)", "PASS: " + m + " a(b)"},
		{"token=Bearer " + strong + ",b", "token=Bearer " + m + ",b", "token=" + m + ",b"},
	},
	"placeholders": {
		{"token={redacted}", "", "token=" + m},
		{"token={" + strong + "}", "token=" + m, "token=" + m},
	},
}

func TestSecretsAreMaskedInTheNotationsOfPrograms(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for what, rows := range notations {
		for _, row := range rows {
			checkTexts(t, what+" in sentences", s.Text, []pair{{row[0], row[1]}})
			checkTexts(t, what+" in dumps", func(text string) string { return s.Value("", text) }, []pair{{row[0], row[2]}})
		}
	}
}

func TestPunctuationBetweenANameAndASecret(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, sign := range []string{
		"\u2010", "\u2027", "\u2030", "\u205e", "\u2190", "\u21ff", "\uff01", "\uff0f", "\uff1a", "\uff20", "«", "»", "%2F", "%3a", "%3F", "%4b", "&lt;", "&abcdef;", "&#34;", "</b>", "</B2>", "<>", "!, ",
	} {
		checkTexts(t, "signs", s.Text, []pair{{"token" + sign + strong, "token" + sign + m}})
	}
	for _, other := range []string{
		"\u200f", "\u2028", "…", "\u205f", "\u218f", "\u2200", "\uff00", "\uff10", "\uff19", "\uff21", "%40", "%19", "%2g", "&l;", "&abcdefg;", "\", ", "), ", " #", " $", " *",
	} {
		checkTexts(t, "no signs", s.Text, []pair{{"token" + other + strong, ""}})
	}
}

// A dump has a name beside its value, which says more than a sentence.
func TestADumpMasksWhatASentenceMasks(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	marked := regexp.MustCompile("«([^»]*)»")
	for _, line := range sentences(t, "testdata/secrets.txt") {
		text := unescape.Replace(marked.ReplaceAllString(strings.TrimPrefix(line, "? "), "$1"))
		sentence, dump := s.Text(text), s.Value("", text)
		for _, match := range marked.FindAllStringSubmatch(line, -1) {
			if secret := unescape.Replace(match[1]); strings.Contains(dump, secret) && !strings.Contains(sentence, secret) {
				t.Errorf("%q became %q in a dump, which shows %q", text, dump, secret)
			}
		}
	}
}

func TestLongValuesAreMaskedToTheirEnd(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	long := strings.Repeat(strong, 20)
	for _, text := range []string{"setToken(" + long + ")", "token [" + long + "]", "app -p " + long + " x", "app -a bob:" + long + " x"} {
		if got := s.Text(text); strings.Contains(got, "Rt4w") {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

func TestWordsOfCommandLinesThatNeedNoFlagAreMasked(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, row := range [][2]string{
		{"vault login " + strong, "vault login " + m},
		{"rabbitmqctl change_password bob " + strong, "rabbitmqctl change_password bob " + m},
		{"aws configure set aws_secret_access_key " + strong, "aws configure set aws_secret_access_key " + m},
		{"kubectl get secret db-creds", ""},
		{"login " + strong, ""},
		{"sqlplus -L bob/abc@//db:1521/x", "sqlplus -L bob/" + m + "@//db:1521/x"},
		{"sqlplus /@db", ""},
		{"sqlplus a@b/c", ""},
		{"smbclient -Ubob%abc", "smbclient -Ubob%" + m},
		{"lftp -u bob," + strong, "lftp -u bob," + m},
		{"http -a bob:" + strong, "http -a bob:" + m},
		{"ls -a dir:x", ""},
		{"powershell -Command $env:TOKEN='abc'", "powershell -Command $env:TOKEN=" + m},
		{"keytool -keystore /etc/ks.jks", ""},
		{"rsync --password-file=/etc/pw a", ""},
		{"app --ssh-key=/root/.ssh/id_rsa", ""},
		{"app --password-file=hunter2", "app --password-file=" + m},
		{"ldapsearch -wabc -x", "ldapsearch -w" + m + " -x"},
	} {
		argv, want := strings.Fields(row[0]), strings.Fields(row[1])
		if row[1] == "" {
			want = argv
		}
		if got := s.Argv(argv); !slices.Equal(got, want) {
			t.Errorf("Argv(%q)\n   = %q\nwant %q", argv, got, want)
		}
	}
}
