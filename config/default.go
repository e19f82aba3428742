package config

import (
	_ "embed" // of default.yml
	"slices"
)

//go:embed default.yml
var defaultFile []byte

// defaultName stands for the embedded file in errors.
const defaultName = "default.yml (built in)"

// Default returns the file that is used when none is given.
func Default() []byte { return slices.Clone(defaultFile) }
