package postgres_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
)

func TestRolesAreJudgedAsTheDSNAndTheRoleWant(t *testing.T) {
	const primary, frozen, standby = "f off", "f on", "t on" // In recovery, read-only by default.
	const isPrimary, isStandby = "role primary, want standby", "role standby, want primary"
	const readOnly, readWrite = "transactions are read-only by default, want read-write", "transactions are read-write by default, want read-only"
	const clash = "dsn: target_session_attrs is not any, read-write, read-only, primary, standby or prefer-standby"
	for _, c := range []struct {
		attrs, role                    string
		ofPrimary, ofFrozen, ofStandby string // the failures
	}{
		{"primary", "", "", "", isStandby},
		{"standby", "", isPrimary, isPrimary, ""},
		{"read-write", "", "", readOnly, isStandby},
		{"read-only", "", readWrite, "", ""},
		{"", "primary", "", "", isStandby},
		{"any", "standby", isPrimary, isPrimary, ""},
		{"primary", "primary", "", "", isStandby},
		{"read-write", "primary", "", readOnly, isStandby},
		{"read-only", "standby", isPrimary, isPrimary, ""},
		{"prefer-standby", "standby", isPrimary, isPrimary, ""},
		{"master", "", clash, clash, clash},
	} {
		for facts, want := range map[string]string{primary: c.ofPrimary, frozen: c.ofFrozen, standby: c.ofStandby} {
			text := ""
			if _, err := postgres.JudgeRole(facts, c.attrs, c.role); err != nil {
				text = err.Error()
			}
			if text != want {
				t.Errorf("attrs %q and role %q of a server with %q: %q, want %q", c.attrs, c.role, facts, text, want)
			}
		}
	}
	for _, role := range []string{"primary", "standby"} {
		for attrs, allowed := range map[string]bool{"primary": role == "primary", "read-write": role == "primary", "standby": role == "standby", "read-only": role == "standby", "prefer-standby": role == "standby"} {
			_, err := postgres.JudgeRole("", attrs, role)
			if clashes := err != nil && err.Error() == "role: "+role+" contradicts target_session_attrs in the dsn"; clashes == allowed {
				t.Errorf("attrs %q and role %q: %v, want a contradiction: %v", attrs, role, err, !allowed)
			}
		}
	}
	if said, err := postgres.JudgeRole("t on", "any", ""); said != "not asked" || err != nil {
		t.Errorf("any = %q, %v, want no question", said, err)
	}
}
