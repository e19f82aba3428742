package store_test

import (
	"encoding/binary"
	"net"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/store"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// Some answers are hard to get from a real server at the right moment: they
// are played here as the servers write them.

// refusing is a server whose first answer, after the client's first word if it
// speaks first, is the only one.
func refusing(t *testing.T, clientFirst bool, answer string) (address string) {
	t.Helper()
	return faulttest.Serve(t, func(conn net.Conn) {
		buffer := make([]byte, 4096)
		if clientFirst {
			conn.Read(buffer)
		}
		conn.Write([]byte(answer))
		conn.Read(buffer)
	})
}

func TestReasonsOfRedisErrors(t *testing.T) {
	for answer, want := range map[string]checks.Reason{
		"LOADING Redis is loading the dataset in memory":                                       checks.ReasonStatus,
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.":     checks.ReasonStatus,
		"BUSY Redis is busy running a script.":                                                 checks.ReasonStatus,
		"MISCONF Redis is configured to save RDB snapshots":                                    checks.ReasonStatus,
		"READONLY You can't write against a read only replica.":                                checks.ReasonStatus,
		"CLUSTERDOWN The cluster is down":                                                      checks.ReasonStatus,
		"ERR max number of clients reached":                                                    checks.ReasonStatus,
		"ERR operation not permitted":                                                          checks.ReasonAuth,
		"NOAUTH Authentication required.":                                                      checks.ReasonAuth,
		"NOPERM User app has no permissions to run the 'ping' command":                         checks.ReasonAuth,
		"DENIED Redis is running in protected mode because protected mode is enabled":          checks.ReasonAuth,
		"WRONGPASS invalid username-password pair or user is disabled.":                        checks.ReasonAuth,
		"ERR This instance has cluster support disabled; " + strings.Repeat("many words ", 99): checks.ReasonStatus,
	} {
		word, _, _ := strings.Cut(answer, " ")
		fails(t, store.Redis{Address: refusing(t, true, "-"+answer+"\r\n")}, want, "PING: "+word)
	}
	// Before Redis 6 a wrong password was an ERR.
	old := store.Redis{Address: refusing(t, true, "-ERR invalid password\r\n"), Password: planted}
	fails(t, old, checks.ReasonAuth, "AUTH: ERR invalid password")
}

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
		fields := "SFATAL\x00VFATAL\x00C" + code + "\x00Mthe message\nof " + planted + "\x00\x00"
		answer := "E" + string(binary.BigEndian.AppendUint32(nil, uint32(4+len(fields)))) + fields
		spec := store.Postgres{Address: refusing(t, true, answer), User: "app", Password: planted}
		fails(t, spec, want, "the login: the message… (SQLSTATE "+code+")")
	}
}

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
		content := "\xff" + string(binary.LittleEndian.AppendUint16(nil, number)) + "no, " + planted
		answer := string([]byte{byte(len(content)), 0, 0, 0}) + content
		spec := store.MySQL{Address: refusing(t, false, answer), User: "app", Password: planted}
		fails(t, spec, want, "the login: no, ******** (error ")
	}
}
