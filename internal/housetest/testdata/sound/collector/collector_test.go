package collector

import (
	"testing"

	_ "github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

var calls int

func TestAnything(t *testing.T) { calls++; get() }
