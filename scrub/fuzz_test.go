package scrub_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// seeds are whole texts that begin a fuzz corpus, and inputs it once failed on.
func seeds() []string {
	var all []string
	for _, pairs := range texts {
		for _, pair := range pairs {
			all = append(all, pair[0])
		}
	}
	return append(all,
		"", "\xff", "a:b@", "\"a\":", "'a':\\'", "://@", "pass=\"********\"x", "{\"pass\":", "pass: \"", "-----BEGIN ", "PWD={0}00", "\"://:0:\"@00",
	)
}

// FuzzText: any text comes out as valid UTF-8, and twice is the same as once.
func FuzzText(f *testing.F) {
	for _, text := range seeds() {
		f.Add(text)
	}
	s := scrub.New(scrub.Rules{Names: []string{"patient"}, Allow: []string{"COMPASS_URL"}})
	f.Fuzz(func(t *testing.T, text string) {
		got := s.Text(text)
		if !utf8.ValidString(got) {
			t.Errorf("Text(%q) = %q is no valid UTF-8", text, got)
		}
		if again := s.Text(got); again != got {
			t.Errorf("Text(%q)\n   = %q\nthen %q", text, got, again)
		}
		if s.Text("harmless") != "harmless" {
			t.Error("a text changed another")
		}
	})
}

// FuzzPlantedSecret: a secret never survives, neither a known one wherever it
// stands nor an unknown one in a known shape.
func FuzzPlantedSecret(f *testing.F) {
	for _, secret := range []string{"hunter2!x", "correct horse", "0/0000abc", "a=b&c;d,e@f", `q"'\x`, "abCD12efGH34ijKL56mnop", "a,b,c,d,e", "}{}{][][", "https://x", "пароль12", "{x}{y}zz", "//000000", ":0000000"} {
		f.Add(secret, "before ", " after")
		f.Add(secret, `{"password":"`, `"}`)
		f.Add(secret, "postgres://u:", "@h/x")
	}
	f.Add("https://", "0", "0")
	for _, text := range seeds() {
		f.Add("hunter2!x", text, text)
	}
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if utf8.RuneCountInString(secret) < 8 || strings.Contains(secret, "**") || strings.TrimSpace(secret) != secret {
			return // No secret that is told apart.
		}
		if !scrub.CanLearn(secret) {
			return // Documented: a word, a number, an address, a path.
		}
		if strings.Trim(secret, "*") != secret {
			return // An end of the mask completes it.
		}
		if strings.Contains(scrub.Mask+before+after, secret) {
			return // The text around has it.
		}
		if !utf8.ValidString(secret) || !utf8.ValidString(before) || !utf8.ValidString(after) {
			return // Halves of a character are another one together.
		}
		if strings.Trim(secret, "0123456789abcdefABCDEFu+-.") == "" {
			return // A part of an escape, as in \u0000, or of a number, which stays whole.
		}
		if strings.Contains(before[max(0, len(before)-len(`\u000`)):], `\`) {
			return // The secret begins as a part of an escape.
		}
		known := knowing(secret)
		for _, text := range []string{
			before + secret + after,
			before + " " + url.QueryEscape(secret) + " " + after,
			before + " " + url.PathEscape(secret) + " " + after,
			before + " " + base64.StdEncoding.EncodeToString([]byte(secret)) + " " + after,
		} {
			if got := known.Text(text); survives(got, secret) {
				t.Errorf("known secret %q: Text(%q) = %q", secret, text, got)
			}
		}
		// Of JSON its strings and not its text, where \u0000 and 0000 are eight zeros.
		inJSON := string(mustJSON(map[string]string{"a": before + secret + after}))
		if got := known.Text(inJSON); anyStringHas(got, secret) {
			t.Errorf("known secret %q: Text(%q) = %q", secret, inJSON, got)
		}
		tree := known.Tree(map[string]string{"a": before, "b": secret, "c": before + secret + after})
		if anyStringHas(string(tree), secret) {
			t.Errorf("known secret %q: Tree = %s", secret, tree)
		}
		unknown := scrub.New(scrub.Rules{})
		around := shapes("")
		for shape, text := range shapes(secret) {
			if strings.Contains(around[shape], secret) {
				continue // https:// is no secret in a URL.
			}
			if got := unknown.Value("", text); survives(got, secret) {
				t.Errorf("%s: secret %q: Value(%q) = %q", shape, secret, text, got)
			}
			if got := unknown.Text(text); generated.MatchString(secret) && survives(got, secret) {
				t.Errorf("%s: secret %q: Text(%q) = %q", shape, secret, text, got)
			}
		}
	})
}

// generated are secrets of a strong shape, as programs make them.
var generated = regexp.MustCompile(`^(?:[a-z]+[A-Z]+[0-9]+){3}[a-zA-Z0-9]{3,20}$`)

// shapes puts a secret where the rules promise to find it.
func shapes(secret string) map[string]string {
	quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(secret)
	braced := strings.ReplaceAll(secret, "}", "}}")
	inJSON := string(mustJSON(secret))
	all := map[string]string{
		"escaped URL": "dial postgres://app:" + url.QueryEscape(secret) + "@db:5432/x: refused",
		"escaped web": "https://app:" + url.QueryEscape(secret) + "@h:8443/x",
		"query":       "https://h/x?a=1&api_key=" + url.QueryEscape(secret) + "&b=2#f",
		"JSON":        `{"a": 1, "password": ` + inJSON + `}`,
		"broken JSON": `{"a": 1, "password": ` + inJSON + `, broken`,
		"nested JSON": string(mustJSON(map[string]string{"a": `{"password": ` + inJSON + `}`})),
	}
	if !strings.ContainsAny(secret, "\n\r") {
		all["libpq"] = "host=db password='" + quoted + "' dbname=x"
		all["ODBC"] = "Driver={x};PWD={" + braced + "};UID=u"
		all["header"] = "GET / HTTP/1.1\r\nAuthorization: Token " + secret + "\r\nHost: h\r\n"
		all["cookie"] = "Cookie: a=" + secret
	}
	if strings.ContainsAny(secret, " \t\n\v\f\r") {
		return all
	}
	if !strings.ContainsAny(secret, ",;|\"'`") {
		all["URL"] = "dial postgres://app:" + secret + "@db:5432/x: refused"
		all["go-sql-driver"] = "app:" + secret + "@tcp(db:3306)/x"
	}
	if !strings.ContainsAny(secret, ";&\"'`\\{[]}=>*") {
		all["pair"] = "host=db password=" + secret + " dbname=x"
		all["YAML"] = "db_password: " + secret
		all["Bearer"] = "Authorization: Bearer " + secret
	}
	return all
}

// survives says whether a text has the secret, as it is or in JSON.
func survives(text, secret string) bool {
	inJSON := string(mustJSON(secret))
	return strings.Contains(text, secret) || strings.Contains(text, inJSON[1:len(inJSON)-1])
}

// anyStringHas says whether a string of an object in JSON has the secret or,
// where the text is none any more, the text.
func anyStringHas(text, secret string) bool {
	var all map[string]string
	if json.Unmarshal([]byte(text), &all) != nil {
		return survives(text, secret)
	}
	for _, s := range all {
		if survives(s, secret) {
			return true
		}
	}
	return false
}

func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// FuzzArgv: a command line keeps its number of words, and twice is the same as once.
func FuzzArgv(f *testing.F) {
	for _, line := range []string{
		"app --password x", "mysql -psecret -u a:b", "redis-cli -a x -c y", "curl -HCookie:x -uA:b --header=X-Key:y",
		"sh -c redis-cli%20-a%20x", "env A=b=c -p", "-p -p x", "--no-pass x --token", "curl -u", "mysql -p=x --user=a:b",
	} {
		f.Add(line)
	}
	s := scrub.New(scrub.Rules{})
	f.Fuzz(func(t *testing.T, line string) {
		argv := strings.Split(line, " ")
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "%20", " ")
		}
		got := s.Argv(argv)
		if len(got) != len(argv) {
			t.Fatalf("Argv(%q) = %q: %d words, want %d", argv, got, len(got), len(argv))
		}
		again := s.Argv(got)
		for i := range got {
			if !utf8.ValidString(got[i]) || got[i] != again[i] {
				t.Errorf("Argv(%q)\n   = %q\nthen %q", argv, got, again)
			}
		}
	})
}

// FuzzTree: valid JSON comes out whatever goes in, and twice is the same as once.
func FuzzTree(f *testing.F) {
	for _, text := range append(seeds(),
		`{"command":["mysql","-psecret",1,null,"--token",{"a":1}]}`, `[[[["-p","x"]]]]`, `{"key":{"a":[1,2]}}`,
		`["-p",12345678,"x"]`, `"\ud800"`, `{"a":"\u0000","b":1e5}`, ` 12 `, `{"a":"{\"pass\":\"[1]\"}"}`,
	) {
		f.Add([]byte(text), text)
	}
	s := knowing("hunter2!x", "redis", "12345678")
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		got := s.JSON(raw)
		if !json.Valid(got) || !utf8.Valid(got) {
			t.Errorf("JSON(%q) = %q is not valid", raw, got)
		}
		if again := s.JSON(got); string(again) != string(got) {
			t.Errorf("JSON(%q)\n   = %s\nthen %s", raw, got, again)
		}
		var parsed any
		_ = json.Unmarshal(raw, &parsed)
		tree := s.Tree(map[any]any{name: []any{parsed, raw, json.RawMessage(raw), name}, 1: parsed})
		if !json.Valid(tree) || !utf8.Valid(tree) {
			t.Errorf("Tree(%q, %q) = %q is not valid", raw, name, tree)
		}
		s.Explain(parsed)
	})
}
