package mysql_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestSecretsAreAnnounced(t *testing.T) {
	address := faulttest.Closed(t)
	dsn := "app:" + faulttest.Planted + "@tcp(" + address + ")/"
	faulttest.Learns(t, mysql.Check{Address: address, User: "app", Password: faulttest.Planted}, faulttest.Planted)
	faulttest.Learns(t, mysql.Check{DSN: checks.Secret("app@tcp(" + address + ")/"), PasswordFile: faulttest.SecretFile(t, faulttest.Planted+"\n")},
		faulttest.Planted, "app@tcp("+address+")/")
	faulttest.Learns(t, mysql.Check{DSN: checks.Secret(dsn)}, faulttest.Planted, dsn)
	faulttest.Learns(t, mysql.Check{DSNFile: faulttest.SecretFile(t, dsn+"\n")}, faulttest.Planted, dsn)
	faulttest.Learns(t, mysql.Check{Address: address, User: "app"})
}

func TestCheckSaysHowToRepeatItAndItsLimits(t *testing.T) {
	const limits = "[{tls_not_after_timestamp_seconds  3 days before {0 0 0 0}}]"
	faulttest.Explains(t, mysql.Check{DSN: checks.Secret("shop:" + faulttest.Planted + "@tcp(db:3306)/orders")}, "mysql -h db -P 3306 -u shop -D orders -e SELECT 1 -p", "[]")
	faulttest.Explains(t, mysql.Check{Address: "db:3306", User: "shop", Password: faulttest.Planted, TLS: &checks.TLS{FailDays: 3}}, "mysql -h db -P 3306 -u shop -e SELECT 1 -p", limits)
	faulttest.Explains(t, mysql.Check{Address: "/run/mysqld.sock", User: "shop", PasswordFile: "/p"}, "mysql -S /run/mysqld.sock -u shop -e SELECT 1 -p", "[]")
	faulttest.Explains(t, mysql.Check{Address: "/run/mysqld.sock", User: "shop"}, "mysql -S /run/mysqld.sock -u shop -e SELECT 1", "[]")
	faulttest.Explains(t, mysql.Check{DSNFile: "/d"}, "", "[]")
}
