// Package host is above it.
package host
