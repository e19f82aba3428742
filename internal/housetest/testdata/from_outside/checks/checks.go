// Package checks may use the standard library only.
package checks

import (
	_ "flag"

	_ "go.yaml.in/yaml/v3"
)
