package config

import (
	"reflect"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/amqp"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/heartbeat"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// Types is the union of all check types: a check has just one of them. The key
// of a field is the name of the type, in the file and as a label.
type Types struct {
	HTTP     *probe.HTTP     `yaml:"http"`
	TCP      *probe.TCP      `yaml:"tcp"`
	TLS      *probe.TLS      `yaml:"tls"`
	DNS      *probe.DNS      `yaml:"dns"`
	Redis    *redis.Check    `yaml:"redis"`
	Postgres *postgres.Check `yaml:"postgres"`
	MySQL    *mysql.Check    `yaml:"mysql"`
	AMQP     *amqp.Check     `yaml:"amqp"`
	Disk     *host.Disk      `yaml:"disk"`
	Memory   *host.Memory    `yaml:"memory"`
	Load     *host.Load      `yaml:"load"`
	Exec     *command.Exec   `yaml:"exec"`

	Heartbeat *heartbeat.Check `yaml:"heartbeat"`
}

// TypeNames returns the names of the check types in the order of the
// documentation.
func TypeNames() []string {
	t := reflect.TypeFor[Types]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = document.KeyOf(t.Field(i))
	}
	return names
}

// chosen returns the name and the settings of the one type that is given.
func (t Types) chosen() (name string, spec checks.Spec, is bool) {
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		field := v.Field(i)
		if field.IsNil() {
			continue
		}
		if is {
			return "", nil, false
		}
		spec, is = field.Interface().(checks.Spec)
		name = document.KeyOf(v.Type().Field(i))
	}
	return name, spec, is
}
