package scrub_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const line = `2026-01-02T03:04:05Z level=warn msg="check failed" check=postgres duration=1.2s err="dial tcp 10.0.0.1:5432: connect: connection refused" url=https://h/x?page=1
`

// adversarial are texts that make a careless scanner look at everything again
// from every position.
var adversarial = map[string]string{
	"pairs":             "a=a=a=",
	"passwords":         "pass=",
	"quoted passwords":  `pass="`,
	"braced passwords":  "pass={",
	"bracket passwords": "pass=[ ",
	"URL signs":         "://",
	"URLs":              "http://",
	"URLs with ports":   "http://h:1/",
	"URLs in a list":    "a://b:c,",
	"user-info":         "http://u:p@h/",
	"at signs":          "@@@",
	"colons":            "a:a:",
	"colons and at":     "a:b@",
	"brackets":          "[[[[",
	"IPv6":              "http://[",
	"parentheses":       "((((",
	"braces":            "{{{{",
	"quotes":            `"'"`,
	"quoted names":      `"pass":"`,
	"JSON names":        `"pass":{`,
	"escaped quotes":    `\"pass\":\"`,
	"backslashes":       `\\\`,
	"YAML":              "pass: \n",
	"YAML blocks":       "pass:\n  x\n",
	"YAML nesting":      "pass: [\n",
	"structs":           "{Pass:[",
	"headers":           "Cookie: a\n",
	"quoted headers":    `"Cookie: a`,
	"dashes":            "-----",
	"private keys":      "-----BEGIN PRIVATE KEY-----",
	"public keys":       "-----BEGIN PUBLIC KEY-----",
	"ends of keys":      "A\n-----END PRIVATE KEY-----",
	"JWT":               "eyJ-",
	"JWTs":              "eyJ.",
	"long JWTs":         "eyJabcdefgh-",
	"tokens":            "sk-",
	"bearers":           "Bearer ",
	"basics":            "Basic a",
	"web hooks":         "https://hooks.slack.com/",
	"queries":           "?token=&",
	"blanks":            " \t",
	"blanks and signs":  "  =",
	"long words":        "abcdefghij",
	"objects":           `{"a":`,
	"invalid UTF-8":     "\xff",
	"masked pairs":      "]]]password=********",
	"masked braces":     `********}"password=`,
	"quoted signs":      `": ".password=`,
	"masked names":      "key:********{token",
	"masked dashes":     "********-password=",
	"strong names":      "auth=",
	"colon names":       "token: ",
	"names":             "password ",
	"sentences":         "token is ",
	"elements":          "<password ",
	"values":            "password value:",
	"PuTTY":             "Private-Lines:",
	"commands":          "mysql -p",
	"wide blanks":       "\u00a0",
	"encoded":           "%3Ftoken%3D",
	"arrows":            "password -> ",
	"base64":            "abCD12/",
	"header names":      "X-Api-Key: ",
	"rules of an ACL":   "SETUSER >",
	"SQL":               "IDENTIFIED ",
	"hashes":            "$1$",
	"long hashes":       "$6$abcdefghijklmnop.",
	"declarations":      "token: str ",
	"types":             "token string =",
	"entities":          "token&quot;",
	"tags":              "token</",
	"changes":           `pass: "" => `,
	"quoted lists":      `pass: ["a",`,
	"plain lists":       "pass: [abCD12efGH34 ",
	"calls":             "token(a",
	"dumps of PHP":      "pass=>\nstring(1) ",
	"logins":            "sqlplus a/",
	"wide signs":        "token→",
}

func TestTimeGrowsAsTheText(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for name, part := range adversarial {
		for _, affix := range [][2]string{{"", ""}, {`{"@`, `@x`}} {
			if growth := growth(affix, part); growth > maxGrowth {
				t.Errorf("%s in %q: 16 times the text takes %.0f times as long", name, affix, growth)
			}
		}
	}
}

// Texts that nobody thought of: random pieces of what the rules look for.
func TestTimeGrowsAsTheTextOfRandomPieces(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	pieces := []string{
		"password", "token", "key", "auth", "a", "0", "=", ":", ": ", " ", "\"", "'", "\\", "\\\"", "{", "}", "[", "]", "(", ")", "<", ">", "@", "/",
		"://", "//", "?", "&", "%3D", "%3F", "-", "--", "-p", ",", ";", "|", "->", " is ", "\n", "\r\n", "\t", "\u00a0", scrub.Mask, "Cookie: ", "Authorization: ",
		"Bearer ", "Basic ", "Digest username=", "eyJ", ".", "sk-", "ghp_", "-----BEGIN ", "-----END ", "PRIVATE KEY-----", "mysql ", "curl -u ", "AUTH ",
		"value", "name", "Private-Lines:", "hunter2!x", "\xff", "https://hooks.slack.com/services/", "<password", "\\u0077", "abcDEF123ghiJKL", "user:", "tcp(",
		"SETUSER ", ">x", "IDENTIFIED BY ", "$6$", "token: str ", "=>", "\nstring(6) ", "&quot;", "%22", "<td>", "</td>", "<![CDATA[", "->", "[]string{",
		"\"\"", "→", "sqlplus ", "vault login ", ":protected]", " name=\"", "(:", "::", "{SSHA}",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		var part strings.Builder
		for range 1 + random.IntN(5) {
			part.WriteString(pieces[random.IntN(len(pieces))])
		}
		affix := [2]string{pieces[random.IntN(len(pieces))], pieces[random.IntN(len(pieces))]}
		if growth := growth(affix, part.String()); growth > maxGrowth {
			t.Errorf("%q repeated in %q: 16 times the text takes %.0f times as long", part.String(), affix, growth)
		}
	}
}

// maxGrowth is what 16 times the text may cost. Quadratic would be 256 times.
const maxGrowth = 64

// growth returns how many times the processor time 16 times the text takes in both
// registers, the best of some measurements.
func growth(affix [2]string, part string) float64 {
	s := knowing("aaaaaaaaaaaaaaab", "hunter2!x", "a:a:a:a:b")
	const small = 4 << 10
	best := math.Inf(1)
	for range 5 {
		n := small / len(part)
		once, more := took(s, affix, part, n), took(s, affix, part, 16*n)
		if best = min(best, float64(more)/float64(once)); best < maxGrowth/2 {
			break
		}
	}
	return best
}

func took(s *scrub.Scrubber, affix [2]string, part string, n int) time.Duration {
	text := affix[0] + strings.Repeat(part, n) + affix[1]
	best := time.Hour
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 3 {
		start := processorTime()
		s.Text(text)
		s.Value("", text)
		best = min(best, processorTime()-start)
	}
	return max(best, time.Microsecond)
}

func TestTwelveThousandSecretsAreLearnedAndFoundInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	var secrets []string
	for i := range 12_000 {
		secrets = append(secrets, fmt.Sprintf("secret-%08x", i*7919))
	}
	s := scrub.New(scrub.Rules{})
	start := time.Now()
	for _, secret := range secrets { // one by one, as types announce them
		s.Learn(secret)
	}
	learned := time.Since(start)
	text := strings.Repeat("secret-secret-secre7 ", 64<<10/21) + secrets[11_999]
	start = time.Now()
	got := s.Text(text)
	found := time.Since(start)
	if strings.Contains(got, secrets[11_999]) {
		t.Error("the last secret is shown")
	}
	// Quadratic would be minutes. Both take milliseconds on a quiet machine.
	if learned > 10*time.Second || found > time.Second {
		t.Errorf("learned in %v, scrubbed 64 KiB in %v", learned, found)
	}
	t.Logf("learned in %v, scrubbed 64 KiB in %v", learned, found)
}

func BenchmarkText64KiB(b *testing.B) {
	s := scrub.New(scrub.Rules{})
	for name, text := range map[string]string{
		"log":  strings.Repeat(line, 64<<10/len(line)),
		"JSON": "[" + strings.Repeat(`{"name":"redis","ok":true,"url":"http://h:80/x","n":12345},`, 64<<10/60) + "1]",
		"URLs": strings.Repeat("postgres://app:s3cret@db:5432/x password=abc ", 64<<10/46),
	} {
		b.Run(name, func(b *testing.B) { text64(b, s, text) })
	}
	b.Run("1000 literals", func(b *testing.B) {
		var secrets []string
		for i := range 1000 {
			secrets = append(secrets, fmt.Sprintf("%x-secret-%d", i*7919, i))
		}
		text64(b, knowing(secrets...), strings.Repeat(line, 64<<10/len(line)))
	})
}

func text64(b *testing.B, s *scrub.Scrubber, text string) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := processorTime()
	for b.Loop() {
		s.Text(text)
	}
	// On a busy machine MB/s says little.
	b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(processorTime()-start).Seconds(), "MB/processor-s")
}

func BenchmarkAdversarial64KiB(b *testing.B) {
	s := scrub.New(scrub.Rules{})
	for name, part := range adversarial {
		b.Run(name, func(b *testing.B) { text64(b, s, strings.Repeat(part, 64<<10/len(part))) })
	}
}

func BenchmarkOrdinaryError(b *testing.B) {
	s := knowing("hunter2!x")
	b.ReportAllocs()
	for b.Loop() {
		s.Text(`Get "http://user@search:9200/_cluster/health": dial tcp: lookup search on 10.0.0.2:53: no such host`)
	}
}

func BenchmarkEnvironment(b *testing.B) {
	s := scrub.New(scrub.Rules{})
	environ := map[string]string{}
	for i := range 100 {
		environ[fmt.Sprintf("NAME_%d", i)] = "/usr/local/bin:/usr/bin:/bin"
	}
	for b.Loop() {
		s.Tree(map[string]any{"process": map[string]any{"environ": environ}})
	}
}
