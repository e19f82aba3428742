// Package config is above it.
package config
