package amqp

import (
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// ByHand implements [checks.Manual]. There is no common client, so the command
// only connects. A DSN in a file is not read, so it has no command.
func (c Check) ByHand() []string {
	var to destination
	switch {
	case c.DSN != "":
		to = c.fromDSN(string(c.DSN), new(checktype.Faults))
	case c.DSNFile == "":
		to = c.fromFields(new(checktype.Faults))
	}
	if to.at.Address == "" {
		return nil
	}
	return to.at.ByHand(to.tls)
}

// Limits implements [checks.Limited].
func (c Check) Limits() (all []checks.Limit) {
	limit := func(name, side string, warn, fail int) {
		l := checks.Limit{Name: name}
		if warn > 0 {
			l.Warn = side + " " + strconv.Itoa(warn)
		}
		if fail > 0 {
			l.Fail = side + " " + strconv.Itoa(fail)
		}
		if l.Warn != "" || l.Fail != "" {
			all = append(all, l)
		}
	}
	limit("messages", "from", c.WarnMessages, c.FailMessages)
	limit("consumers", "below", c.WarnConsumers, c.FailConsumers)
	return append(all, c.TLS.Limits()...)
}
