package checktype_test

import (
	"context"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

const canary = "hunter2-canary/4711"

func TestOneSecretRefusesBothTwins(t *testing.T) {
	for _, c := range []struct {
		literal checks.Secret
		file    checks.SecretFile
		want    string
	}{
		{"", "", ""}, {canary, "", ""}, {"", "/f", ""},
		{canary, "/f", "password: given beside password_file, want one of them"},
	} {
		err := checktype.OneSecret("password", c.literal, c.file)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("OneSecret(%v, %q) = %v, want %q", c.literal, c.file, err, c.want)
		}
	}
}

func TestLiteralSecretIsAnnounced(t *testing.T) {
	var learnt []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt = append(learnt, secret) })
	if got, err := checktype.ReadSecret(ctx, canary, ""); got != canary || err != nil {
		t.Errorf("ReadSecret = %q, %v, want the literal", got, err)
	}
	if got, err := checktype.ReadSecret(context.Background(), "", ""); got != "" || err != nil {
		t.Errorf("ReadSecret of neither = %q, %v, want nothing", got, err)
	}
	if len(learnt) != 1 || learnt[0] != canary {
		t.Errorf("the receiver learnt %q, want the literal and nothing for an empty one", learnt)
	}
}

func TestLearnSecretPassesOnWhatIsNotEmpty(t *testing.T) {
	var learnt []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt = append(learnt, secret) })
	checktype.LearnSecret(ctx, "", canary, "", "other")
	if !slices.Equal(learnt, []string{canary, "other"}) {
		t.Errorf("the receiver learnt %q, want both secrets", learnt)
	}
	checktype.LearnSecret(t.Context(), canary) // Without a receiver nothing happens.
}
