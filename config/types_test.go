package config_test

import (
	"reflect"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

func TestTypesAreNamedByTheirKeys(t *testing.T) {
	names, types := config.TypeNames(), reflect.TypeFor[config.Types]()
	for i, name := range names {
		spec, ok := reflect.New(types.Field(i).Type.Elem()).Interface().(checks.Spec)
		if !ok || spec.Type() != name {
			t.Errorf("the type under the key %s is called %v, want its key", name, spec)
		}
	}
}
