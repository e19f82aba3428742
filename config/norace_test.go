//go:build !race

package config_test

const slowness = 1
