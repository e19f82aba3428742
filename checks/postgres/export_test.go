package postgres

import "github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"

// Prepared is a password after SASLprep.
var Prepared = prepared

// JudgeRole compares a server with what the DSN and the role want of it.
func JudgeRole(facts, attrs, role string) (string, error) {
	var f checktype.Faults
	attrs = attrsOf(attrs, role, &f)
	if err := f.Err(); err != nil || attrs == attrsAny {
		return "not asked", err
	}
	return judgeRole(facts, attrs)
}

// ParseDSN returns the parameters of a DSN.
var ParseDSN = parseDSN
