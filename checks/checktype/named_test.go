package checktype_test

import (
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

func TestLearnNamedAnnouncesWhatSoundsAndLooksLikeASecret(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        []string
	}{
		{"DB_PASSWORD", "s3cretpw", []string{"s3cretpw"}},
		{"X-Api-Key", "abcDEF123ghi", []string{"abcDEF123ghi"}},
		{"accessKey", "AKIA1234567890", []string{"AKIA1234567890"}},
		{"--token", "correct-horse-battery", []string{"correct-horse-battery"}},
		{"REDIS_PASSWORDS", "hunter2-hunter3", []string{"hunter2-hunter3"}},
		{"DATABASE_URL", "postgres://app:correcthorse@db/shop", []string{"correcthorse"}},
		{"PROXY", "http://proxy.example.org:3128", nil},
		{"PASSENGER_ENV", "production-2", nil},
		{"MONKEY", "banana-split-1", nil},
		{"AUTH", "ldap", nil},
		{"AUTH_MODE", "not required 1", nil},
		{"TOKEN_FILE", "/run/secrets/token1", nil},
		{"KEY_TYPE", "12345678", nil},
		{"LANG", "de_DE.UTF-8", nil},
		{"PASSWORD", "", nil},
		{"DB_PASS", "hunter2!x", []string{"hunter2!x"}},
		{"PIN", "1234567a", []string{"1234567a"}},
		{"PIN", "letters1", []string{"letters1"}},
		{"TOKEN", "s3cretp", nil},
		{"TOKEN", "onlyletters", nil},
		{"TOKEN", "s3cret\x00pw1", nil},
		{"TOKEN", "./run/token1", nil},
		{"TOKEN", "~/token-1", nil},
		{"TOKEN", "redis://h1.example.org:6379", nil},
		{"TOKEN", "https://app@h1.example.org", nil},
	} {
		var learnt []string
		ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt = append(learnt, secret) })
		checktype.LearnNamed(ctx, c.name, c.value)
		if !slices.Equal(learnt, c.want) {
			t.Errorf("LearnNamed(%s, %s) announces %q, want %q", c.name, c.value, learnt, c.want)
		}
	}
}

func TestWordsOfALanguageAreNoSecrets(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"", "health", false},
		{"", "application/json", false},
		{"", "kubernetes-readiness-probe", false},
		{"key", "status", false},
		{"env", "production", false},
		{"password", "1", false},
		{"password", "letmein", true},
		{"api_key", "status", true},
		{"", "T0123456", true},
		{"", "aBcDeFgH", true},
		{"", "abcdefghijklmnopqrst", true},
		{"Key", "s3cr3t-token", true},
	} {
		if got := checktype.CouldBeSecret(c.name, c.value); got != c.want {
			t.Errorf("CouldBeSecret(%q, %q) = %v, want %v", c.name, c.value, got, c.want)
		}
	}
}
