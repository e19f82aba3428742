package envinfo_test

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

func ExampleNew() {
	dump, err := envinfo.New(envinfo.Options{
		Disable: []string{"os", "go", "process"},
		Config: func() any {
			return struct {
				Database string `json:"database"`
				APIKey   string `json:"api_key"`
			}{"postgres://app:hunter2@db/orders", "0123456789"}
		},
		Sections: []envinfo.Section{
			{Name: "application", Value: map[string]string{"maintainer": "Frank"}},
			{Name: "queue", Func: func(context.Context) (any, error) { return nil, fmt.Errorf("no broker") }},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", dump.JSON(context.Background()))
	// Output: {"config":{"database":"postgres://app:********@db/orders","api_key":"********"},"application":{"maintainer":"Frank"},"queue":{"error":"no broker"}}
}

func ExampleNewBuildInfo() {
	info, err := envinfo.NewBuildInfo(envinfo.Options{Labels: map[string]string{"cluster": "eu1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(info)

	// A reload with other labels; the collector stays registered.
	fmt.Println(info.Set(envinfo.Options{Labels: map[string]string{"goos": "linux"}}))
	// Output: label "goos": healthcheck_build_info has it already
}
