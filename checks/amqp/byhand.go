package amqp

import (
	"strconv"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// ByHand implements [checks.Manual]. There is no common client, so the command
// only connects. A DSN in a file is not read, so it has no command.
func (c Check) ByHand() []string {
	to := c.login().Validate(new(checktype.Faults))
	if to.at.Address == "" {
		return nil
	}
	return to.at.ByHand(to.tls)
}

// Limits implements [checks.Limited].
func (c Check) Limits() (all []checks.Limit) {
	limit := func(name, side string, warn, fail int, at checks.Thresholds) {
		l := checks.Limit{Name: name, Thresholds: at}
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
	limit("messages", "from", c.WarnMessages, c.FailMessages, checks.Thresholds{WarnAbove: float64(c.WarnMessages), FailAbove: float64(c.FailMessages)})
	limit("consumers", "below", c.WarnConsumers, c.FailConsumers, checks.Thresholds{WarnBelow: float64(c.WarnConsumers), FailBelow: float64(c.FailConsumers)})
	return append(all, c.TLS.Limits()...)
}
