// Package probe is below it.
package probe
