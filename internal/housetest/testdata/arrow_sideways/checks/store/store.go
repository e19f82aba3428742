// Package store looks at its neighbour.
package store

import _ "github.com/healthcheck-exporter/healthcheck_exporter/scrub"
