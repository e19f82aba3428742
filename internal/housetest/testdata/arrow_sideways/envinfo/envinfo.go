// Package envinfo looks at its neighbour.
package envinfo

import _ "github.com/healthcheck-exporter/healthcheck_exporter/collector"
