// Command for_tests_only ships what is for tests.
package main

import _ "github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"

func main() {}
