package scrub_test

import (
	"fmt"
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
}

func TestTimeIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := knowing("aaaaaaaaaaaaaaab", "hunter2!x", "redis", "a:a:a:a:b")
	for name, part := range adversarial {
		for _, affix := range [][2]string{{"", ""}, {`{"@`, `@x`}} {
			small := fastest(s, affix, part, 2<<10, 4, 0)
			// 64 times the text takes 64 times as long if linear and 4096 times
			// if quadratic; a busy machine is allowed a factor of 8.
			limit := max(8*64*small, 100*time.Millisecond)
			if large := fastest(s, affix, part, 128<<10, 4, limit); large > limit {
				t.Errorf("%s in %q: 2 KiB take %v, 128 KiB %v", name, affix, small, large)
			}
		}
	}
}

// fastest returns the best of some measurements, for the others measure the
// machine, or the first that is good enough.
func fastest(s *scrub.Scrubber, affix [2]string, part string, size, runs int, enough time.Duration) time.Duration {
	text := affix[0] + strings.Repeat(part, size/len(part)) + affix[1]
	best := time.Hour
	for run := 0; run < runs && best > enough; run++ {
		start := time.Now()
		s.Text(text)
		best = min(best, time.Since(start))
	}
	return best
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
	for b.Loop() {
		s.Text(text)
	}
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
