//go:build unix

package wire_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// login returns a Login whose destination is a text: where it comes from, and the
// password.
func login(change func(*wire.Login[string])) wire.Login[string] {
	l := wire.Login[string]{
		Fields: [][2]string{{"address", ""}, {"user", ""}},
		FromDSN: func(dsn string, f *checktype.Faults) string {
			f.Check(dsn == "bad", "dsn", "want a good one")
			return "dsn " + dsn
		},
		FromFields:   func(f *checktype.Faults) string { f.Add("address", "missing"); return "fields" },
		WithPassword: func(to, password string) string { return to + ", password " + password },
	}
	change(&l)
	return l
}

func TestLoginIsKnownBeforeARunUnlessItIsInAFile(t *testing.T) {
	for _, c := range []struct {
		change func(*wire.Login[string])
		known  string
		faults string
	}{
		{func(*wire.Login[string]) {}, "fields", "address: missing"},
		{func(l *wire.Login[string]) { l.Fields[0][1] = "h:1" }, "fields", "address: missing"},
		{func(l *wire.Login[string]) { l.DSN = "d" }, "dsn d", ""},
		{func(l *wire.Login[string]) { l.DSNFile = "/d" }, "", ""},
		{func(l *wire.Login[string]) { l.DSN, l.DSNFile = "bad", "/d" }, "dsn bad", "dsn: want a good one\ndsn: given beside dsn_file, want one of them"},
		{func(l *wire.Login[string]) { l.DSN, l.Fields[1][1] = "d", "u" }, "dsn d", "user: given beside a dsn, want one of them"},
		{func(l *wire.Login[string]) { l.DSNFile, l.Fields[0][1] = "/d", "h:1" }, "", "address: given beside a dsn, want one of them"},
		{func(l *wire.Login[string]) { l.DSN, l.Password, l.PasswordFile = "d", "p", "/p" }, "dsn d", "password: given beside password_file, want one of them"},
		{func(l *wire.Login[string]) { l.DSN, l.TLS = "d", &checks.TLS{CertFile: "/c"} }, "dsn d", "tls.cert_file: given without key_file"},
	} {
		var f checktype.Faults
		known, faults := login(c.change).Validate(&f), ""
		if err := f.Err(); err != nil {
			faults = err.Error()
		}
		if known != c.known || faults != c.faults {
			t.Errorf("Validate = %q, %q; want %q, %q", known, faults, c.known, c.faults)
		}
	}
}

func TestLoginReadsItsFilesAtEveryRunAndAnnouncesThem(t *testing.T) {
	dsn, password := faulttest.SecretFile(t, "first\n\n"), faulttest.SecretFile(t, "one\n")
	var learnt []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { learnt = append(learnt, secret) })
	resolved := func(l wire.Login[string], want string) {
		t.Helper()
		if got, err := l.Resolve(ctx, "known"); got != want || err != nil {
			t.Errorf("Resolve = %q, %v, want %q", got, err, want)
		}
	}
	both := login(func(l *wire.Login[string]) { l.DSNFile, l.PasswordFile = dsn, password })
	resolved(both, "dsn first, password one")
	if err := errors.Join(os.WriteFile(string(dsn), []byte("second"), 0o600), os.WriteFile(string(password), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	resolved(both, "dsn second, password ") // An empty file is an empty password.
	resolved(login(func(l *wire.Login[string]) { l.DSN, l.Password = "third", "two" }), "known, password two")
	resolved(login(func(*wire.Login[string]) {}), "known")
	if want := []string{"first\n", "one", "second", "third", "two"}; !slices.Equal(learnt, want) {
		t.Errorf("announced %q, want %q", learnt, want)
	}
}

func TestLoginWithoutItsFilesIsOurOwnFault(t *testing.T) {
	bad := faulttest.SecretFile(t, "bad")
	for want, change := range map[string]func(*wire.Login[string]){
		"local: secret file /no/dsn: no such file or directory":      func(l *wire.Login[string]) { l.DSNFile = "/no/dsn" },
		"local: secret file /no/password: no such file or directory": func(l *wire.Login[string]) { l.DSN, l.PasswordFile = "d", "/no/password" },
		"local: file " + string(bad) + ": dsn: want a good one":      func(l *wire.Login[string]) { l.DSNFile = bad },
	} {
		if _, err := login(change).Resolve(t.Context(), ""); err == nil || err.Error() != want || checks.ReasonOf(err) != checks.ReasonInternal {
			t.Errorf("Resolve = %v with the reason %s, want %s", err, checks.ReasonOf(err), want)
		}
	}
}
