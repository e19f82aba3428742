// Command grafana writes the dashboards and the alert rules of this folder.
//
//	go -C deploy/grafana generate
//
// Each dashboard is one file here: fleet.go, host.go, check.go. The alert rules
// come from deploy/prometheus/rules.yml, so that they mean the same. A test
// compares the written files with the code, and decodes them strictly.
package main

//go:generate go run .
