package probe_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

// In a service that builds its checks in Go nothing else knows these secrets.
func TestHTTPAnnouncesTheSecretsInItsHeaders(t *testing.T) {
	f, err := probe.HTTP{URL: httpServer(t, status(200, "")), Headers: map[string]string{
		"X-Api-Key": "hunter-two2", "Authorization": "Basic Ym9iOnMzY3IzdHB3", "X-Auth-Token": "Token tok3n-abc", // bob:s3cr3tpw
		"Cookie": "theme=dark; id=s3cr3tcook", "X-Team": "shop-99x", "Accept": "text/html; q=0.9-beta1", "X-Token": "none",
	}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	learnt := map[string]bool{}
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt[secret] = true })
	if _, err := f(ctx); err != nil {
		t.Fatal(err)
	}
	want := []string{"Ym9iOnMzY3IzdHB3", "hunter-two2", "s3cr3tcook", "s3cr3tpw", "tok3n-abc"}
	if got := slices.Sorted(maps.Keys(learnt)); !slices.Equal(got, want) {
		t.Errorf("announced %q, want %q", got, want)
	}
}
