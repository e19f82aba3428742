// Package scrub is its neighbour.
package scrub
