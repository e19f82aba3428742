// Package collector is its neighbour.
package collector
