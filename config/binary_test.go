package config_test

import (
	"context"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestBinaryIsSentAndMatchedAsItIs(t *testing.T) {
	echo := faulttest.Echo(t)
	c := load(t, "checks:\n  - name: bytes\n    tcp: {address: \""+echo+`", send: !!binary AAH//g==, expect: '^\x00\x01\xff\xfe$'}`+"\n")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if output, err := c.Checks[0].Func(ctx); err != nil || output != echo+" replies as expected" {
		t.Errorf("check returned %q, %v, want a match of the bytes that were sent", output, err)
	}
}
