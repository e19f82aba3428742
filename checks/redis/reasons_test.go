package redis_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// Some replies are hard to get from a real server at the right moment: they are
// played here as the server writes them.
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
		faulttest.Fails(t, redis.Check{Address: faulttest.Refusing(t, true, "-"+answer+"\r\n")}, want, "PING: "+word)
	}
	// Before Redis 6 a wrong password was an ERR.
	old := redis.Check{Address: faulttest.Refusing(t, true, "-ERR invalid password\r\n"), Password: faulttest.Planted}
	faulttest.Fails(t, old, checks.ReasonAuth, "AUTH: ERR invalid password")
}

func TestOneCheckCanRunSeveralTimesAtOnce(t *testing.T) {
	address, secret := faulttest.Closed(t), faulttest.SecretFile(t, faulttest.Planted)
	faulttest.FailsAtOnce(t, redis.Check{Address: address, PasswordFile: secret, TLS: &checks.TLS{}})
}
