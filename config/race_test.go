//go:build race

package config_test

// slowness is how much slower things are with the race detector.
const slowness = 10
