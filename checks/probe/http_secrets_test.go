package probe_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestHTTPAnnouncesItsPasswordsAndTokens(t *testing.T) {
	url, file := httpServer(t, status(200, "")), faulttest.SecretFile(t, faulttest.Planted+"\n")
	for _, spec := range []probe.HTTP{
		{BasicAuth: &probe.BasicAuth{Username: "app", Password: faulttest.Planted}},
		{BasicAuth: &probe.BasicAuth{Username: "app", PasswordFile: file}},
		{BearerToken: faulttest.Planted}, {BearerTokenFile: file},
		{ProxyURL: "http://app:Pl4nted%3Ap%40ss%2Fw%3Frd%239@" + peerOf(url)},
	} {
		spec.URL = url
		faulttest.Learns(t, spec, faulttest.Planted)
	}
	faulttest.Learns(t, probe.HTTP{URL: url, BasicAuth: &probe.BasicAuth{Username: "app"}})
}

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
