// Package collector looks up.
package collector

import _ "github.com/healthcheck-exporter/healthcheck_exporter/config"
