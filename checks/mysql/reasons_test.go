package mysql_test

import (
	"encoding/binary"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// Some replies are hard to get from a real server at the right moment: they are
// played here as the server writes them.
func TestReasonsOfMySQLErrors(t *testing.T) {
	for number, want := range map[uint16]checks.Reason{
		1040: checks.ReasonStatus,   // too many connections
		1203: checks.ReasonStatus,   // too many of this user
		1053: checks.ReasonStatus,   // shutting down
		1045: checks.ReasonAuth,     // wrong password
		1129: checks.ReasonAuth,     // host blocked
		1130: checks.ReasonAuth,     // host not allowed
		1862: checks.ReasonAuth,     // password expired
		3118: checks.ReasonAuth,     // account locked
		3024: checks.ReasonTimeout,  // max_execution_time
		1043: checks.ReasonProtocol, // bad handshake
	} {
		content := "\xff" + string(binary.LittleEndian.AppendUint16(nil, number)) + "no, " + faulttest.Planted
		answer := string([]byte{byte(len(content)), 0, 0, 0}) + content
		spec := mysql.Check{Address: faulttest.Refusing(t, false, answer), User: "app", Password: faulttest.Planted}
		faulttest.Fails(t, spec, want, "login: no, ******** (error ")
	}
}

func TestOneCheckCanRunSeveralTimesAtOnce(t *testing.T) {
	address, secret := faulttest.Closed(t), faulttest.SecretFile(t, faulttest.Planted)
	faulttest.FailsAtOnce(t, mysql.Check{DSN: checks.Secret("app@tcp(" + address + ")/?tls=true&sql_mode=''"), PasswordFile: secret})
}
