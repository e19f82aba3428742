//go:build unix

package command_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func TestExecAnnouncesTheSecretsInItsArgumentsAndVariables(t *testing.T) {
	f, err := command.Exec{
		Command: []string{"true", "--password", "hunter2!x", "password", "un-named1", "--token=t0ken-abc", "postgres://app:correcthorse@db/shop", "--host", "h1a2b3c4-5", "--token"},
		Env:     map[string]string{"DB_PASSWORD": "s3cret-pw", "STAGE": "production-2"},
	}.Build()
	if err != nil {
		t.Fatal(err)
	}
	learnt := map[string]bool{}
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt[secret] = true })
	if _, err := f(ctx); err != nil {
		t.Fatal(err)
	}
	want := []string{"correcthorse", "hunter2!x", "s3cret-pw", "t0ken-abc"}
	if got := slices.Sorted(maps.Keys(learnt)); !slices.Equal(got, want) {
		t.Errorf("announced %q, want %q", got, want)
	}
}
