// Package collector looks down where it may not.
package collector

import _ "github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
