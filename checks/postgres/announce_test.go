//go:build unix

package postgres_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestSecretsAreAnnounced(t *testing.T) {
	const fancy, prepared = "Ｐａssª1", "Passa1" // SASLprep makes the second of the first.
	address := faulttest.Closed(t)
	dsn := "postgres://app:" + fancy + "@" + address + "/"
	faulttest.Learns(t, postgres.Check{Address: address, User: "app", Password: faulttest.Planted}, faulttest.Planted)
	faulttest.Learns(t, postgres.Check{Address: address, User: "app", PasswordFile: faulttest.SecretFile(t, fancy+"\n")}, prepared, fancy)
	faulttest.Learns(t, postgres.Check{DSN: checks.Secret(dsn)}, prepared, dsn, fancy)
	faulttest.Learns(t, postgres.Check{DSNFile: faulttest.SecretFile(t, dsn+"\n")}, prepared, dsn, fancy)
	faulttest.Learns(t, postgres.Check{Address: address, User: "app"})
}

func TestCheckSaysHowToRepeatItAndItsLimits(t *testing.T) {
	const limits = "[{tls_not_after_timestamp_seconds 14 days before 3 days before {0 0 0 0}}]"
	faulttest.Explains(t, postgres.Check{DSN: pgDSN("db1,db2:5433", "sslmode=disable"), Query: "SELECT '" + faulttest.Planted + "'"}, "psql -h db1 -p 5432 -U app -d postgres -c SELECT 1", "[]")
	faulttest.Explains(t, postgres.Check{Address: "db:5433", User: "shop", TLS: &checks.TLS{WarnDays: 14, FailDays: 3}}, "psql -h db -p 5433 -U shop -c SELECT 1", limits)
	faulttest.Explains(t, postgres.Check{Address: "/run/postgresql", User: "shop", Database: "orders"}, "psql -h /run/postgresql -p 5432 -U shop -d orders -c SELECT 1", "[]")
	faulttest.Explains(t, postgres.Check{DSNFile: "/d"}, "", "[]")
}
