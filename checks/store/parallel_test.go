package store_test

import (
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/store"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// A run that is stuck may be overtaken by the next one after a reload.
func TestOneCheckCanRunSeveralTimesAtOnce(t *testing.T) {
	address := faulttest.Closed(t)
	secret := checks.SecretFile(file(t, planted))
	for name, spec := range map[string]checks.Spec{
		"redis":    store.Redis{Address: address, PasswordFile: secret, TLS: &checks.TLS{}},
		"postgres": store.Postgres{DSN: checks.Secret("postgres://app@" + address + "/?application_name=x"), PasswordFile: secret},
		"mysql":    store.MySQL{DSN: checks.Secret("app@tcp(" + address + ")/?tls=true&sql_mode=''"), PasswordFile: secret},
	} {
		check, err := spec.Build()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := check(t.Context()); err == nil {
					t.Errorf("%s passes at a peer that closes each connection, want a failure", name)
				}
			})
		}
		wg.Wait()
	}
}
