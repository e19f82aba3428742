package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// The roles and the values of target_session_attrs.
const (
	rolePrimary        = "primary"
	roleStandby        = "standby"
	attrsAny           = ""
	attrsReadWrite     = "read-write"
	attrsReadOnly      = "read-only"
	attrsPreferStandby = "prefer-standby"
)

// attrsOf combines target_session_attrs with the setting role.
func attrsOf(attrs, role string, f *checktype.Faults) string {
	if attrs == "any" {
		attrs = attrsAny
	}
	known := []string{attrsAny, attrsReadWrite, attrsReadOnly, rolePrimary, roleStandby, attrsPreferStandby}
	if !slices.Contains(known, attrs) {
		f.Add("dsn", "target_session_attrs is not any, read-write, read-only, primary, standby or prefer-standby")
		return attrsAny
	}
	agree := map[string][]string{
		rolePrimary: {attrsAny, rolePrimary, attrsReadWrite},
		roleStandby: {attrsAny, roleStandby, attrsReadOnly, attrsPreferStandby},
	}[role]
	f.Check(agree != nil && !slices.Contains(agree, attrs), "role", "%s contradicts target_session_attrs in the dsn", role)
	if attrs == attrsAny || role == roleStandby { // A standby is all that read-only and prefer-standby want.
		return role
	}
	return attrs
}

// judgeRole compares the server with the wanted attrs and returns its role. The
// string facts has two words, such as "t on" or "f off": whether the server is in
// recovery, and whether its transactions are read-only by default.
func judgeRole(facts, attrs string) (role string, err error) {
	recovery, readOnly, _ := strings.Cut(facts, " ")
	role, writable := rolePrimary, readOnly != "on"
	if recovery == "t" {
		role, writable = roleStandby, false
	}
	want := map[string]string{attrsReadWrite: rolePrimary, attrsReadOnly: role}[attrs]
	if want == "" {
		want = attrs
	}
	switch {
	case role != want:
		err = fmt.Errorf("role %s, want %s", role, want)
	case attrs == attrsReadWrite && !writable:
		err = errors.New("transactions are read-only by default, want read-write")
	case attrs == attrsReadOnly && writable:
		err = errors.New("transactions are read-write by default, want read-only")
	}
	return role, checks.Fail(checks.ReasonAssertion, err)
}
