package scrub_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// tokens are the beginnings of well-known tokens with the shortest rest that makes
// one.
var tokens = []struct{ prefixes, rest string }{
	{"ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", "abcdef"},
	{"glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct-", "a-b_cd"},
	{"xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxc- xoxd- xoxe. xapp-", "1-abcd"},
	{"sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ whsec_", "abcdef"},
	{"pypi- dop_v1_ doo_v1_ dor_v1_ dckr_pat_ dckr_oat_ shpat_ shpss_ shpca_ shppa_ glsa_ sq0atp- sq0csp-", "abcdefghijklmnop"},
	{"GOCSPX- sntrys_ sntryu_ rubygems_ lin_api_ figd_ xkeysib- tskey- ATATT3 ATCTT3 NRAK- NRJS- PMAK- CFPAT-", "abcdefghijklmnop"},
	{"AGE-SECRET-KEY-1 sk-ant- sk-proj- sk-svcacct- sk-or-v1-", "abcdefghijklmnop"},
	{"sk- pul- glc_ gsk_ xai- pplx- r8_ nvapi- secret_ ntn_ vercel_ sbp_ ops_ fo1_ phc_ phx_ EAAC ATBB patsk_", "a1bcd2efgh3ijkl4mnop"},
	{"hvs. hvb. hvr. SG. ya29. dt0c01.", "abcdefgh.ijklmno"},
	{"npm_", "abcdefghijklmnopqrstuvwxyzabcd"},
	{"hf_", "abcdefghijklmnopqrst"},
	{"AIza", "abcdefghijklmnopqrstuvwxyz-_ab"},
	{"AKIA ASIA ABIA ACCA", "IOSFODNN7EXAMPLE"},
	{"LTAI", "a1bcd2efgh3i"},
	{"dapi md5", "0123456789abcdef0123456789abcdef"},
	{"xprv yprv zprv tprv", strings.Repeat("9s21ZrQH14", 10)},
	{"key-", "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"},
}

func TestWellKnownTokensAreMaskedWhereverTheyStand(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, group := range tokens {
		for prefix := range strings.FieldsSeq(group.prefixes) {
			checkTexts(t, prefix, s.Text, []pair{
				{prefix + group.rest, m},
				{"got " + prefix + group.rest + ", not known", "got " + m + ", not known"},
				{"got " + prefix + group.rest[:len(group.rest)-1], ""},
				{"x" + prefix + group.rest, ""},
			})
		}
	}
}

func TestNamesThatBeginLikeTokensStay(t *testing.T) {
	checkTexts(t, "names", scrub.New(scrub.Rules{}).Text, []pair{
		{"secret_abcdefghijklmnopqrstuvwxyz", ""}, // no digit
		{"sk-this-is-the-name-of-a-pod", ""},
		{"pul-request-preview-4711-shop", ""},
		{"key-abcdefghijklmnopqrstuvwxyzabcdef", ""},
		{"dapi0123456789abcdef0123456789abcdeg", ""}, // not hexadecimal
		{"md50123456789abcdef0123456789abcdef0", ""}, // too long
		{"AKIAIOSFODNN7EXAMPLEX", ""},
		{"AKIAiosfodnn7example", ""},
	})
}

func TestATextCanEndWithinAToken(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, text := range []string{"eyJ", "eyJ.", "eyJhbGciOi", "eyJhbGciOi.", "token eyJhbGciOi.", "ghp_", "sk-", "AKIA", "Bearer ", "Basic ", "$6$", "$6$x$", "123456789:", "Digest username"} {
		checkTexts(t, "cut off", s.Text, []pair{{text, ""}})
	}
	checkTexts(t, "cut off", s.Text, []pair{{"eyJhbGciOi.e", m}, {"eyJhbGciOi.eyJz.", m + "."}})
}

func TestLineBreaksSurviveInScrubbedJSON(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	got := string(s.JSON([]byte("{\"text\":\"a\\r\\nb\\tc\\u0001 postgres://u:pw1@h/x\"}")))
	if want := "{\"text\":\"a\\r\\nb\\tc\\u0001 postgres://u:********@h/x\"}"; got != want {
		t.Errorf("JSON = %s, want %s", got, want)
	}
}
