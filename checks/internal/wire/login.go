package wire

import (
	"context"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// A Login holds the settings that name a server and an account there: a DSN, a
// file with a DSN, or fields, and a password or a file with it. T is what a check
// type makes of them.
type Login[T any] struct {
	DSN          checks.Secret
	DSNFile      checks.SecretFile
	Password     checks.Secret
	PasswordFile checks.SecretFile
	TLS          *checks.TLS
	Fields       [][2]string // keys and values of settings that a DSN replaces

	// FromDSN and FromFields add faults; those of FromDSN must not quote the DSN.
	FromDSN    func(dsn string, f *checktype.Faults) T
	FromFields func(f *checktype.Faults) T
	// WithPassword returns a copy of t with the password.
	WithPassword func(t T, password string) T
}

// Validate returns the settings that need no file, or the zero T if the DSN is in a
// file. It adds all faults of the settings to f.
func (l Login[T]) Validate(f *checktype.Faults) (known T) {
	switch {
	case l.DSN != "":
		known = l.FromDSN(string(l.DSN), f)
	case l.DSNFile == "":
		known = l.FromFields(f)
	}
	f.Join(checktype.OneSecret("dsn", l.DSN, l.DSNFile))
	f.Join(checktype.OneSecret("password", l.Password, l.PasswordFile))
	f.Join(checktype.ValidateTLS(l.TLS))
	for _, field := range l.Fields {
		f.Check((l.DSN != "" || l.DSNFile != "") && field[1] != "", field[0], "given beside a dsn, want one of them")
	}
	return known
}

// HasPassword reports whether a password or a file with it is given beside the
// DSN.
func (l Login[T]) HasPassword() bool { return l.Password != "" || l.PasswordFile != "" }

// Resolve completes known, the result of Validate, for one run: it reads the files
// and announces the secrets. The type announces a password within the DSN.
func (l Login[T]) Resolve(ctx context.Context, known T) (T, error) {
	dsn, err := checktype.ReadSecret(ctx, l.DSN, l.DSNFile)
	if err != nil {
		return known, err
	}
	if l.DSNFile != "" {
		var f checktype.Faults
		known = l.FromDSN(strings.TrimSpace(dsn), &f)
		if err = f.Err(); err != nil {
			return known, LocalFault(l.DSNFile, err)
		}
	}
	if !l.HasPassword() {
		return known, nil
	}
	password, err := checktype.ReadSecret(ctx, l.Password, l.PasswordFile)
	return l.WithPassword(known, password), err
}
