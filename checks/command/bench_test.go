package command_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func BenchmarkExec(b *testing.B) {
	f, err := command.Exec{Command: []string{"/bin/true"}}.Build()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
