package postgres_test

import (
	"encoding/binary"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// Some replies are hard to get from a real server at the right moment: they are
// played here as the server writes them.
func TestReasonsOfSQLSTATEs(t *testing.T) {
	for code, want := range map[string]checks.Reason{
		"28000": checks.ReasonAuth,     // no pg_hba.conf entry
		"28P01": checks.ReasonAuth,     // wrong password
		"42501": checks.ReasonAuth,     // no CONNECT on the database
		"3D000": checks.ReasonStatus,   // no such database
		"53300": checks.ReasonStatus,   // too many connections
		"57P01": checks.ReasonStatus,   // the administrator stops it
		"57P03": checks.ReasonStatus,   // starting up
		"57014": checks.ReasonTimeout,  // statement_timeout
		"55P03": checks.ReasonTimeout,  // lock_timeout
		"08P01": checks.ReasonProtocol, // protocol violation
		"XX000": checks.ReasonStatus,
	} {
		answer := refusal(code, "the message\nof "+faulttest.Planted)
		spec := postgres.Check{Address: faulttest.Refusing(t, true, answer), User: "app", Password: faulttest.Planted}
		faulttest.Fails(t, spec, want, "login: the message… (SQLSTATE "+code+")")
	}
}

// refusal is the error with which a server ends a login.
func refusal(code, message string) string {
	fields := "SFATAL\x00VFATAL\x00C" + code + "\x00M" + message + "\x00\x00"
	return "E" + string(binary.BigEndian.AppendUint32(nil, uint32(4+len(fields)))) + fields
}

func TestOneCheckCanRunSeveralTimesAtOnce(t *testing.T) {
	address, secret := faulttest.Closed(t), faulttest.SecretFile(t, faulttest.Planted)
	faulttest.FailsAtOnce(t, postgres.Check{DSN: checks.Secret("postgres://app@" + address + "/?application_name=x"), PasswordFile: secret})
}
