// Package redis looks at its neighbour.
package redis

import _ "github.com/healthcheck-exporter/healthcheck_exporter/scrub"
